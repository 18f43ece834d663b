"""Two-stage least squares from covariances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..numerics import Array

WEAK = 10.0  # first-stage F below which instruments are called weak (Staiger & Stock, 1997)


@dataclass(frozen=True, eq=False)
class TwoStageSlopes:
    """An equation of x predictors by z instruments. Bollen (1996).

    Attributes
    ----------
    first : array, shape (z, x)
        First stage: coefficients of the predictors on the instruments.
    inverse : array, shape (x, x)
        Covariance matrix of the coefficients but for the disturbance's variance over n.
    slopes : array, shape (x, z)
        Takes covariances of the instruments with the outcome to the coefficients.
    coefficients : array, shape (x,)
    left : array, shape (z,)
        Covariances of the instruments with the disturbance that remain.
    """

    first: Array
    inverse: Array
    slopes: Array
    coefficients: Array
    left: Array

    def first_stage_f(
        self, covariance: Array, instruments: Sequence[int], predictors: Sequence[int], size: float
    ) -> float:
        """The smallest F by which instruments predict a predictor that is not one of them.

        NaN where all are.

        Parameters
        ----------
        covariance : array, shape (p, p)
        instruments, predictors : sequence of int
        size : float
            Rows, as they are counted.
        """
        found, z = [], list(instruments)
        for place, predictor in enumerate(predictors):
            if predictor in z:
                continue
            explained = float(self.first[:, place] @ covariance[z, predictor])
            left = max(float(covariance[predictor, predictor]) - explained, 1e-300)
            found.append(explained / left * (size - len(z) - 1.0) / len(z))
        return min(found) if found else float("nan")


def two_stage_slopes(among: Array, across: Array, towards: Array) -> TwoStageSlopes | None:
    """Coefficients of an equation; None where instruments do not tell its predictors apart.

    Parameters
    ----------
    among, across, towards : array, shapes (z, z), (z, x) and (z,)
        Covariances of the instruments with themselves, the predictors and the outcome.
    """
    first: Array = np.asarray(np.linalg.solve(among, across), dtype=float)
    normal = first.T @ across
    if np.linalg.matrix_rank(normal, hermitian=True) < across.shape[1]:
        return None
    slopes: Array = np.asarray(np.linalg.solve(normal, first.T), dtype=float)
    coefficients = slopes @ towards
    left = towards - across @ coefficients
    inverse = np.asarray(np.linalg.inv(normal), dtype=float)
    return TwoStageSlopes(first, inverse, slopes, coefficients, left)
