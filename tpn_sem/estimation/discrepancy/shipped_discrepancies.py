"""The shipped discrepancy functions by name.

A new one is one file: a subclass of `Discrepancy`, passed as ``estimator=``.
"""

from typing import Any

from ...errors import OptionError, choose
from ...specification import ESTIMATORS
from .discrepancy import Discrepancy, Slope
from .distributional_weights import (
    DistributionallyWeightedLeastSquares,
    distributionally_weighted,
)
from .full_information import FullInformation
from .least_squares import (
    DiagonallyWeightedLeastSquares,
    GeneralizedLeastSquares,
    GeneralizedLeastSquaresOfMplus,
    LeastSquares,
    UnweightedLeastSquares,
    WeightedLeastSquares,
)
from .level_likelihood import LevelLikelihood
from .maximum_likelihood import MaximumLikelihood
from .pairwise_likelihood import PairwiseLikelihood

Arguments = tuple[tuple[str, Any], ...]
SHIPPED: dict[str, Discrepancy] = {
    "ML": MaximumLikelihood(),
    "GLS": GeneralizedLeastSquares(),
    "WLS": WeightedLeastSquares(),
    "ULS": UnweightedLeastSquares(),
    "DWLS": DiagonallyWeightedLeastSquares(),
    "DLS": DistributionallyWeightedLeastSquares(),
}


def find_discrepancy(
    estimator: Any,
    missing: str,
    levels: bool = False,
    ordered: bool = False,
    arguments: Arguments = (),
) -> Discrepancy:
    """The discrepancy function of that name, or the object itself; of two levels where there are.

    With ordinal items least squares knows both levels from their statistics.

    Raises
    ------
    OptionError
        For an estimator that cannot be had with such data.
    """
    if isinstance(estimator, type) and issubclass(estimator, Discrepancy):
        raise OptionError(f"estimator= takes an object: write {estimator.__name__}().")
    incomplete = missing in ("fiml", "fiml_x")
    if isinstance(estimator, Discrepancy):
        name, found = estimator.name, estimator
    else:
        name = ESTIMATORS[choose("estimator", estimator, ESTIMATORS)].discrepancy
        if name == "PML":
            return PairwiseLikelihood()
        found = SHIPPED[name]
    if name == "DLS" and arguments:
        found = distributionally_weighted(dict(arguments))
    if levels and not (ordered and isinstance(found, LeastSquares)):
        if name != "ML":
            raise OptionError(f"two levels (level:) need maximum likelihood, not {name}.")
        return LevelLikelihood()
    if not incomplete and missing in ("listwise", "pairwise"):
        return found
    if name != "ML":
        raise OptionError(f"missing={missing!r} needs maximum likelihood, not {name}.")
    return FullInformation() if incomplete else found


__all__ = [
    "SHIPPED",
    "DiagonallyWeightedLeastSquares",
    "Discrepancy",
    "DistributionallyWeightedLeastSquares",
    "FullInformation",
    "GeneralizedLeastSquares",
    "GeneralizedLeastSquaresOfMplus",
    "LeastSquares",
    "LevelLikelihood",
    "MaximumLikelihood",
    "PairwiseLikelihood",
    "Slope",
    "UnweightedLeastSquares",
    "WeightedLeastSquares",
    "find_discrepancy",
]
