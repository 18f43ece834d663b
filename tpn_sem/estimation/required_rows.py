"""What errors and tests need of data, refused before anything is fitted."""

from __future__ import annotations

from ..data import CompleteMoments, OrdinalStatistics, Sample, Samples
from ..errors import NotAvailableError
from ..specification import SCALED_TESTS, EstimationOptions
from .discrepancy import (
    DiagonallyWeightedLeastSquares,
    Discrepancy,
    DistributionallyWeightedLeastSquares,
    WeightedLeastSquares,
)

_FROM_SCORES = ("yuan_bentler", "yuan_bentler_mplus")  # tests that need each row's
_BY_SPREAD = (
    *(name for name in SCALED_TESTS if name not in _FROM_SCORES),
    *("browne_residual_adf", "browne_residual_adf_model", "peba", "pols"),
)
_PLAIN = ("ML", "GLS", "ULS")
_ERRORS_BY_SPREAD = ("robust_sem", "two_stage", "robust_two_stage")


def check_rows(samples: Samples, discrepancy: Discrepancy, options: EstimationOptions) -> None:
    """Refuse errors and tests of rows where there are none, only their moments.

    Raises
    ------
    NotAvailableError
        Naming the options, and what would do.
    """
    if samples.has_rows:
        return
    asked = _asked(options)
    by_scores = [words for words, needed in asked if needed == "scores"]
    if by_scores:
        raise NotAvailableError(
            f"{_listed(by_scores, options)} needs rows of data, not sample moments: give the data "
            "frame, or take estimator='ML', or 'MLM' with ts.SampleMoments(..., "
            "asymptotic_covariance=...)."
        )
    by_spread = [words for words, _ in asked]
    unknown = not all(map(_has_spread, samples.groups))
    if unknown and (by_spread or not all(_has_weight(discrepancy, one) for one in samples.groups)):
        raise NotAvailableError(
            f"{_listed(by_spread, options)} needs rows of data, not sample moments, or to be told "
            "how these vary: give the data frame, or moments with asymptotic_covariance=, or "
            f"take {_without(samples)}."
        )


def _asked(options: EstimationOptions) -> list[tuple[str, str]]:
    """Options that need rows' scores, or else how moments vary: their words and which of these."""
    found = []
    for name in ("information", "omega_information"):
        if getattr(options, name) == "first_order":
            found.append((f"{name}='first_order'", "scores"))
    if options.se == "first_order" or options.uses_scores:
        found.append((f"se={options.se!r}", "scores"))
    if options.se in _ERRORS_BY_SPREAD:
        found.append((f"se={options.se!r}", "spread"))
    tests = [("test", name) for name in options.test]
    tests += [(name, getattr(options, name)) for name in ("standard_test", "scaled_test")]
    for name, value in tests:
        if value in _FROM_SCORES:
            found.append((f"{name}={value!r}", "scores"))
        if value in _BY_SPREAD:
            found.append((f"{name}={value!r}", "spread"))
    return found


def _has_spread(sample: Sample) -> bool:
    """Whether it is known how the sample's moments vary, whatever the distribution."""
    if isinstance(sample, OrdinalStatistics):
        return sample.statistics.has_spread
    given = isinstance(sample, CompleteMoments) and sample.known_spread is not None
    return given or sample.has_rows


def _has_weight(discrepancy: Discrepancy, sample: Sample) -> bool:
    """Whether the discrepancy weighs moments with what is known of the sample."""
    if isinstance(discrepancy, WeightedLeastSquares):
        return getattr(sample, "known_weight", None) is not None
    by_rows = (DiagonallyWeightedLeastSquares, DistributionallyWeightedLeastSquares)
    return not isinstance(discrepancy, by_rows)


def _without(samples: Samples) -> str:
    """What does without."""
    if isinstance(samples.groups[0], OrdinalStatistics):
        return "estimator='ULS' with se='none' and test='none'"
    return "estimator='ML', 'GLS' or 'ULS'"


def _listed(words: list[str], options: EstimationOptions) -> str:
    """The estimator, where it is none of normal theory, and the options that need rows."""
    name = options.estimator
    first = [f"estimator={name!r}"] if isinstance(name, str) and name not in _PLAIN else []
    return " with ".join([*first, *([" and ".join(words)] if words else [])])
