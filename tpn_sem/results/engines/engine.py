"""The interface of another engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from ...estimation import Estimation


@dataclass(frozen=True, eq=False)
class EngineResult:
    """What another engine found.

    Attributes
    ----------
    version : str
    estimates : DataFrame
        Columns lhs, op, rhs, estimate, se.
    chi_square, degrees_of_freedom : float
    """

    version: str
    estimates: pd.DataFrame
    chi_square: float
    degrees_of_freedom: float


class Engine(Protocol):
    """Another implementation that can fit some of the models."""

    name: str

    def limits(self, estimation: Estimation) -> list[str]:
        """What the model needs and the engine lacks or gets wrong; empty where it can serve."""

    def fit(self, estimation: Estimation) -> EngineResult:
        """Fit the same model to the same data."""
