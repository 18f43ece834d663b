"""Criteria from shares of squared loadings: infomax and minimum entropy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..numerics import Array
from .criterion import Criterion

_TINY = 1e-300


def _entropy(shares: Array) -> tuple[Array, Array]:
    """Entropy of shares over the last two axes, and its slope in them less their mean of it."""
    logs = np.log(np.maximum(shares, _TINY))
    value = -(shares * logs).sum(axis=(-2, -1), keepdims=True)
    return value, -logs - value


@dataclass(frozen=True)
class Infomax(Criterion):
    """Information that factors and items have of each other. McKeon (1968); Browne (2001)."""

    name: ClassVar[str] = "infomax"

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """Log of the number of factors less the mutual information of rows and columns."""
        squares = loadings * loadings
        total = squares.sum(axis=(-2, -1), keepdims=True)
        shares = squares / total
        joint, slope = _entropy(shares)
        of_rows, row_slope = _entropy(shares.sum(axis=-1, keepdims=True))
        of_columns, column_slope = _entropy(shares.sum(axis=-2, keepdims=True))
        value = np.log(loadings.shape[-1]) + joint - of_rows - of_columns
        return value[..., 0, 0], 2.0 * loadings * (slope - row_slope - column_slope) / total


@dataclass(frozen=True)
class MinimumEntropy(Criterion):
    """Entropy of squared loadings; orthogonal. Jennrich (2004)."""

    name: ClassVar[str] = "entropy"
    is_oblique: ClassVar[bool] = False
    can_be_oblique: ClassVar[bool] = False

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """Half of minus the sum of squares times their logarithms."""
        squares = loadings * loadings
        logs = np.log(np.maximum(squares, _TINY))
        return -0.5 * (squares * logs).sum(axis=(-2, -1)), -loadings * (logs + 1.0)
