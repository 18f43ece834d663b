"""Multiply imputed data: one model fitted to each imputation, pooled estimates and tests.

Import from here: `fit_imputed`, `ImputedFit`, `PooledTest`.
"""

from .fit_imputed import fit_imputed
from .imputed_fit import ImputedFit
from .pooled_tests import PooledTest

__all__ = ["ImputedFit", "PooledTest", "fit_imputed"]
