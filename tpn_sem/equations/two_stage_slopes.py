"""Two-stage least squares from covariances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..numerics import Array, unit_scale

WEAK = 10.0  # first-stage F below which instruments are called weak (Staiger & Stock, 1997)
_NOT_EXPLAINED = 1e-10  # share of a predictor, less the others, that counts as none


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


def two_stage_slopes(
    covariance: Array, instruments: Sequence[int], predictors: Sequence[int], towards: Array
) -> TwoStageSlopes | None:
    """Coefficients of an equation; None where instruments do not tell its predictors apart.

    That is judged of standardised variables, whatever their units.

    Parameters
    ----------
    covariance : array, shape (p, p)
    instruments, predictors : sequence of int, z and x of them
    towards : array, shape (z,)
        Covariances of the instruments with the outcome.
    """
    z, x = list(instruments), list(predictors)
    unit = unit_scale(covariance)
    standard = unit[:, None] * covariance * unit
    across = standard[np.ix_(z, x)]
    first = np.linalg.solve(standard[np.ix_(z, z)], across)
    normal = first.T @ across
    if np.linalg.matrix_rank(normal, tol=_NOT_EXPLAINED, hermitian=True) < len(x):
        return None
    slopes = unit[x][:, None] * np.linalg.solve(normal, first.T) * unit[z]
    inverse = unit[x][:, None] * np.linalg.inv(normal) * unit[x]
    coefficients = slopes @ towards
    left = towards - covariance[np.ix_(z, x)] @ coefficients
    first = unit[z][:, None] * first / unit[x]
    return TwoStageSlopes(first, inverse, slopes, coefficients, left)
