"""Exploratory factor analysis of data: extraction by any estimator, rotation, standard errors.

Import from here: `efa`, `ExploratoryFactors`, `FactorNumbers`, `RotatedBootstrap`.
"""

from ..results import RotationReport
from .aligned_bootstrap import RotatedBootstrap
from .efa import efa
from .exploratory_result import ExploratoryFactors
from .factor_numbers import FactorNumbers

__all__ = ["ExploratoryFactors", "FactorNumbers", "RotatedBootstrap", "RotationReport", "efa"]
