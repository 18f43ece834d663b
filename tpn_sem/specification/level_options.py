"""What goes with a model of two levels."""

from __future__ import annotations

from typing import Any

from ..errors import NotEstimatedError, OptionError
from .options import Options

_ESTIMATORS = ("ML", "MLR", "MLF")
_FOR_ITEMS = ("WLSMV", "WLSM", "WLSMVS", "DWLS", "WLS", "ULS", "ULSM", "ULSMV", "ULSMVS")
_ERRORS = ("standard", "robust_huber_white", "first_order", "none")
_ERRORS_OF_ITEMS = ("robust_sem", "standard", "none")
LEVEL_TESTS = ("standard", "yuan_bentler", "yuan_bentler_mplus")
_INDEPENDENT = "is for rows that are independent"


def check_level_options(options: Options) -> None:
    """Refuse what a model of two levels cannot have, by its name.

    Raises
    ------
    OptionError, NotEstimatedError
    """
    data, model, how = options.data, options.model, options.estimation
    if data.cluster is None:
        raise OptionError(
            "the model has level: blocks: name the column of the clusters with cluster=, as "
            "cluster='school'."
        )
    _check_not_yet(
        {
            "missing": data.missing not in ("listwise", "fiml", "fiml_x"),
            "sampling_weights": data.sampling_weights,
            "strata": data.strata,
            "fpc": data.fpc,
            "frequency_weights": data.frequency_weights,
            "auxiliary": model.auxiliary,
            "rotation": model.rotation,
            "std_ov": data.std_ov,
            "ridge": data.ridge,
            "marker_int_zero": model.marker_int_zero,
            "bad_marker_crit": model.bad_marker_crit,
        }
    )
    for name in ("zero_add", "zero_keep_margins"):
        if getattr(data, name) is not None:
            raise OptionError(f"{name}= is not available with level: blocks: leave it out.")
    if data.ordered:
        _check_items(options)
        return
    if isinstance(how.estimator, str) and how.estimator not in _ESTIMATORS:
        raise OptionError(
            f"estimator={how.estimator!r} is not available with level: blocks: it can be "
            f"{', '.join(map(repr, _ESTIMATORS))}."
        )
    if how.se not in _ERRORS:
        raise OptionError(
            f"se={how.se!r} {_INDEPENDENT} or for clusters that are no level of the model; with "
            f"level: blocks it can be {', '.join(map(repr, _ERRORS))}."
        )
    odd = [name for name in how.test if name not in LEVEL_TESTS]
    if odd:
        raise OptionError(
            f"test={odd[0]!r} {_INDEPENDENT}; with level: blocks it can be "
            f"{', '.join(map(repr, LEVEL_TESTS))}."
        )
    if how.observed_information != "hessian":
        raise OptionError("observed_information='h1' is without effect with level: blocks.")
    for name in ("h1_information_meat", "omega_information", "omega_h1_information"):
        if getattr(how, name) is not None:
            raise OptionError(f"{name}= is not available with level: blocks: leave it out.")
    if how.h1_information != "structured":
        raise OptionError("h1_information= is without effect with level: blocks: leave it out.")
    if model.mean_structure is False:
        raise OptionError("two levels are models of means; leave mean_structure out.")
    if data.likelihood != "normal":
        raise OptionError("likelihood='wishart' is not defined for two levels; leave it out.")


def _check_items(options: Options) -> None:
    """The same where some variables are ordinal."""
    model, how = options.model, options.estimation
    if not isinstance(how.estimator, str) or how.estimator not in _FOR_ITEMS:
        raise OptionError(
            f"estimator={how.estimator!r:.40} is not available with level: blocks and ordered=: it "
            f"can be {', '.join(map(repr, _FOR_ITEMS))}."
        )
    if how.se not in _ERRORS_OF_ITEMS:
        raise OptionError(
            f"se={how.se!r} is not available with level: blocks and ordered=: it can be "
            f"{', '.join(map(repr, _ERRORS_OF_ITEMS))}."
        )
    if model.parameterization == "delta":
        raise OptionError(
            "parameterization='delta' is not available with level: blocks: the residual variance "
            "within clusters is the unit of latent responses at both levels ('theta'). Leave it "
            "out."
        )
    if model.conditional_x is False:
        raise OptionError(
            "conditional_x=False is not available with level: blocks and ordered=: predictors are "
            "taken as given. Leave it out."
        )
    if model.group_equal:
        raise OptionError(
            "group_equal= is not available with level: blocks and ordered=: give parameters the "
            "same label in the group: blocks."
        )
    if model.mean_structure is False:
        raise OptionError("two levels are models of means; leave mean_structure out.")


def _check_not_yet(given: dict[str, Any]) -> None:
    for name, value in given.items():
        if value:
            raise NotEstimatedError(
                f"{name}= is not estimated yet together with level: blocks; leave it out, or drop "
                "the blocks: cluster= alone corrects errors and tests for clusters."
            )
