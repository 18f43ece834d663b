"""Statistics of the residuals that are an estimator's own minimum."""

from __future__ import annotations

from ..data import Samples
from ..errors import OptionError
from ..specification import EstimationOptions, Specification
from .discrepancy import Discrepancy, GeneralizedLeastSquares, WeightedLeastSquares


def check_statistics_differ(
    samples: Samples,
    specification: Specification,
    discrepancy: Discrepancy,
    options: EstimationOptions,
) -> None:
    """Refuse statistics in the place of the minimum that are the minimum.

    Browne's (1984) statistic takes from r' W r what parameters could still explain of residuals r,
    which is nothing at the minimum of the same W.

    Raises
    ------
    OptionError
    """
    own = _own_statistic(samples, specification, discrepancy)
    for name in ("standard_test", "scaled_test"):
        if own and getattr(options, name) == own:
            raise OptionError(
                f"{name}={own!r} is without effect on estimator={discrepancy.name!r}, whose "
                "minimum is this statistic: leave it out, or take another one."
            )


def _own_statistic(
    samples: Samples, specification: Specification, discrepancy: Discrepancy
) -> str | None:
    """The statistic whose weights are those of the discrepancy."""
    if type(discrepancy) is GeneralizedLeastSquares:  # Mplus' has other weights of means
        return "browne_residual_nt"
    others = bool(samples.cluster_labels)  # the test takes them as units
    others |= any(getattr(one, "known_weight", None) is not None for one in samples.groups)
    others |= any(len(one.fixed_exogenous) > 0 for one in specification.patterns)
    if isinstance(discrepancy, WeightedLeastSquares) and not others:
        return "browne_residual_adf"
    return None
