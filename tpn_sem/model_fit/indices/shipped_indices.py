"""The shipped fit indices. A new one is a function of `Evidence`, passed to
``fit.assess``.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import nan

import numpy as np
import pandas as pd

from ...errors import OptionError, of_users
from ...estimation import NO_UNRESTRICTED
from .absolute import absolute
from .comparative import comparative
from .evidence import Corrected, Evidence, FitIndex, Scaled, Value
from .exact_fit import exact_fit
from .information_criteria import information_criteria
from .rmsea import rmsea
from .srmr import residual_based

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
        values.update(index(evidence) if index in SHIPPED else _own(index, evidence))
    if not evidence.has_unrestricted:
        why = evidence.discrepancy.untested or NO_UNRESTRICTED
        values = {name: why if v != v else v for name, v in values.items()}
    reasons = {name: value for name, value in values.items() if isinstance(value, str)}
    numbers = [nan if isinstance(value, str) else float(value) for value in values.values()]
    series = pd.Series(np.array(numbers), index=_labels(tuple(values)).copy())
    series.attrs["reasons"] = reasons
    return series


def _own(index: FitIndex, evidence: Evidence) -> dict[str, Value]:
    """The values of a user's index.

    Raises
    ------
    OptionError
        Where it gives anything but names with numbers or reasons.
    """
    found = of_users("assess", index, evidence)
    if not isinstance(found, Mapping) or not all(
        isinstance(value, str | int | float | np.number) and not isinstance(value, bool)
        for value in found.values()
    ):
        raise OptionError("an index gives a dict from names to numbers, or reasons as texts.")
    return {str(name): value for name, value in found.items()}


@lru_cache(maxsize=64)
def _labels(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(names)


__all__ = ["SHIPPED", "Corrected", "Evidence", "FitIndex", "Scaled", "Value", "assess"]
