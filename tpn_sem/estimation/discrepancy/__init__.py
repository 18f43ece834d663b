"""Discrepancy functions, one family a file: how far implied moments are from observed data.

Import from here: `Discrepancy`, to write a new one, and the shipped ones. Row scores too.
"""

from .discrepancy import Discrepancy, Slope, check_takes
from .distributional_weights import DistributionallyWeightedLeastSquares, HeldWeights
from .full_information import FullInformation
from .least_squares import (
    DiagonallyWeightedLeastSquares,
    GeneralizedLeastSquares,
    GeneralizedLeastSquaresOfMplus,
    LeastSquares,
    UnweightedLeastSquares,
    WeightedLeastSquares,
)
from .level_likelihood import level_information
from .maximum_likelihood import MaximumLikelihood
from .pairwise_likelihood import PairwiseLikelihood
from .row_scores import (
    Scores,
    cluster_sums,
    direction_scores,
    saturated_scores,
    score_products,
)
from .shipped_discrepancies import find_discrepancy

__all__ = [
    "level_information",
    "check_takes",
    "DiagonallyWeightedLeastSquares",
    "Discrepancy",
    "DistributionallyWeightedLeastSquares",
    "FullInformation",
    "HeldWeights",
    "GeneralizedLeastSquares",
    "GeneralizedLeastSquaresOfMplus",
    "LeastSquares",
    "MaximumLikelihood",
    "PairwiseLikelihood",
    "Scores",
    "Slope",
    "UnweightedLeastSquares",
    "WeightedLeastSquares",
    "cluster_sums",
    "direction_scores",
    "find_discrepancy",
    "saturated_scores",
    "score_products",
]
