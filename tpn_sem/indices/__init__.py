"""Fit indices, one family a file. A new one is a function of `Evidence`, passed to
``fit.assess``.
"""

from collections.abc import Iterable

import pandas as pd

from .absolute import absolute
from .comparative import comparative
from .evidence import Corrected, Evidence, FitIndex, Scaled, Value
from .exact_fit import exact_fit
from .information_criteria import information_criteria
from .residual_based import residual_based
from .rmsea import rmsea

SHIPPED: tuple[FitIndex, ...] = (
    exact_fit,
    comparative,
    information_criteria,
    rmsea,
    residual_based,
    absolute,
)


def assess(evidence: Evidence, indices: Iterable[FitIndex] = SHIPPED) -> pd.Series:
    """All values in one Series; where there is none it holds NaN, and ``attrs`` the reason.

    Returns
    -------
    Series of float
        ``attrs["reasons"]`` maps the names of missing values to why they are missing.
    """
    values: dict[str, Value] = {}
    for index in indices:
        values.update(index(evidence))
    reasons = {name: value for name, value in values.items() if isinstance(value, str)}
    numbers = {
        name: float("nan") if isinstance(value, str) else float(value)
        for name, value in values.items()
    }
    series = pd.Series(numbers, dtype=float)
    series.attrs["reasons"] = reasons
    return series


__all__ = ["SHIPPED", "Corrected", "Evidence", "FitIndex", "Scaled", "Value", "assess"]
