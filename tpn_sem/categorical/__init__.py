"""Two-step sample statistics of ordinal and continuous variables and their spread."""

from .layout import Layout
from .moments import CategoricalMoments, categorical_moments

__all__ = ["CategoricalMoments", "Layout", "categorical_moments"]
