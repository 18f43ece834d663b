"""Huber-type weights of rows, by their distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..numerics import Array, Indices, chi_square_quantile, chi_square_tail


@dataclass(frozen=True, eq=False)
class RowWeights:
    """What rows of some patterns count, by their distance.

    Attributes
    ----------
    bounds : array, shape (n,)
        Distance above which a row counts less: the root of a chi-square quantile in as many degrees
        of freedom as the row has answers.
    scales : array, shape (n,)
        What makes the covariances those of normal data.
    """

    bounds: Array
    scales: Array

    @classmethod
    def of(cls, answers: Indices, tuning: float) -> RowWeights:
        """Of rows with so many answers, a share `tuning` of which is to count less."""
        most = int(answers.max())
        bounds, scales = np.full(most + 1, np.inf), np.ones(most + 1)
        for count in range(1, most + 1):
            if tuning > 0.0:
                square = chi_square_quantile(1.0 - tuning, count)
                inside = count * (1.0 - chi_square_tail(square, count + 2))
                bounds[count] = np.sqrt(square)
                scales[count] = (inside + square * tuning) / count
        return cls(bounds[answers], scales[answers])

    def first(self, squares: Array) -> Array:
        """Weights of means, from squared distances, shape (n,)."""
        distances = np.sqrt(squares)
        return np.where(distances > self.bounds, self.bounds / np.maximum(distances, 1e-300), 1.0)

    def second(self, squares: Array) -> Array:
        """Weights of covariances, shape (n,)."""
        return np.asarray(self.first(squares) ** 2 / self.scales)
