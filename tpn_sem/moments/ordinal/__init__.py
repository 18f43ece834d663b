"""Limited-information statistics of ordinal and continuous variables."""

from .layout import Layout
from .missing_answers import expected_answers
from .moments import CategoricalMoments
from .pairwise import PairwiseAnswers
from .two_step import categorical_moments

__all__ = [
    "CategoricalMoments",
    "Layout",
    "PairwiseAnswers",
    "categorical_moments",
    "expected_answers",
]
