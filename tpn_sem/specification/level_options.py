"""What goes with a model of two levels."""

from __future__ import annotations

from typing import Any

from ..errors import NotEstimatedError, OptionError
from .options import Options

_ESTIMATORS = ("ML", "MLR", "MLF")
_ERRORS = ("standard", "robust_huber_white", "first_order", "none")
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
            "ordered": data.ordered,
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
        }
    )
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
    if model.mean_structure is False:
        raise OptionError("two levels are models of means; leave mean_structure out.")
    if data.likelihood != "normal":
        raise OptionError("likelihood='wishart' is not defined for two levels; leave it out.")


def _check_not_yet(given: dict[str, Any]) -> None:
    for name, value in given.items():
        if value:
            raise NotEstimatedError(
                f"{name}= is not estimated yet together with level: blocks; leave it out, or drop "
                "the blocks: cluster= alone corrects errors and tests for clusters."
            )
