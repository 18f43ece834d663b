"""Limited-information statistics of ordinal and continuous variables."""

from .layout import Layout
from .moments import CategoricalMoments
from .two_step import categorical_moments

__all__ = ["CategoricalMoments", "Layout", "categorical_moments"]
