"""Limited-information statistics of ordinal and continuous variables.

Import from here: thresholds, polychoric correlations, pairs of answers, their covariance matrix.
"""

from .casewise_correlations import correlate, row_groups
from .casewise_pairs import PairScores
from .coded_rows import BLOCK, Observations, observations
from .contingency_tables import cross_counts
from .correlation_newton import maximise
from .doubly_robust import expected_answers
from .expected_pair_derivatives import expectation_slopes
from .expected_pairs import ExpectedPairs, expect, incomplete_rows
from .from_counts import CountedStatistics, counted_statistics
from .item_polychorics import MOST_ANSWERS, polychoric_correlations
from .ordinal_moments import CategoricalMoments
from .pairwise_answers import PairwiseAnswers, pairwise_answers
from .polychoric import cells, threshold_slopes
from .statistic_order import Layout
from .two_step import categorical_moments
from .univariate import Regression, interval, predicted, regress, scores

__all__ = [
    "polychoric_correlations",
    "BLOCK",
    "CategoricalMoments",
    "CountedStatistics",
    "ExpectedPairs",
    "Layout",
    "MOST_ANSWERS",
    "Observations",
    "PairScores",
    "PairwiseAnswers",
    "Regression",
    "categorical_moments",
    "cells",
    "correlate",
    "counted_statistics",
    "cross_counts",
    "expect",
    "expectation_slopes",
    "expected_answers",
    "incomplete_rows",
    "interval",
    "maximise",
    "observations",
    "pairwise_answers",
    "predicted",
    "regress",
    "row_groups",
    "scores",
    "threshold_slopes",
]
