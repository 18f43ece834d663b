"""Structural equation modelling for survey research, with numbers that agree with lavaan's."""

from .errors import TpnSemError, TpnSemWarning
from .fit import Fit, compare
from .model import Model, cfa, growth, sem
from .moments import SampleMoments

__version__ = "0.1.0"

__all__ = [
    "Fit",
    "Model",
    "SampleMoments",
    "TpnSemError",
    "TpnSemWarning",
    "__version__",
    "cfa",
    "compare",
    "growth",
    "sem",
]
