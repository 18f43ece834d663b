"""Maximum likelihood factors of a correlation matrix, for several numbers of factors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...extraction import degrees_of_freedom, likelihood_factors
from ...numerics import Array, inverse_and_log_determinant, noncentrality
from .reduced_correlations import bent

_SMALLEST = 0.005  # residual variance of the extraction


@dataclass(frozen=True, eq=False)
class LikelihoodFactors:
    """One number of factors.

    Attributes
    ----------
    n_factors, df : int
    loadings : array, shape (p, m)
        Of uncorrelated factors.
    discrepancy : float
        log|S| - log|R| + tr(R inv(S)) - p of the implied correlations S. Lawley & Maxwell (1971).
    """

    n_factors: int
    df: int
    loadings: Array
    discrepancy: float

    def chi_square(self, n_rows: float) -> float:
        """The test statistic, rows times discrepancy, as of maximum likelihood fits."""
        return n_rows * self.discrepancy

    def rmsea_lower(self, n_rows: float) -> float:
        """Lower end of the 90% interval of RMSEA. Browne & Cudeck (1992)."""
        found = noncentrality(self.chi_square(n_rows), self.df, 0.95)
        return float(np.sqrt(found / (n_rows * self.df)))

    def bic(self, n_rows: float) -> float:
        """Against the unrestricted model. Schwarz (1978)."""
        return self.chi_square(n_rows) - self.df * float(np.log(n_rows))

    def residuals(self, correlations: Array) -> Array:
        """What the factors leave of the correlations, ones on the diagonal, shape (p, p)."""
        left = correlations - self.loadings @ self.loadings.T
        np.fill_diagonal(left, 1.0)
        return left


def fit_numbers(correlations: Array, numbers: Iterable[int]) -> tuple[LikelihoodFactors, ...]:
    """A fit for each number of factors, from none on; the matrix is bent if need be."""
    whole = bent(correlations)
    return tuple(_fit(whole, number) for number in numbers)


def _fit(correlations: Array, n_factors: int) -> LikelihoodFactors:
    p = len(correlations)
    df = degrees_of_freedom(p, n_factors)
    if n_factors == 0:
        _, log = inverse_and_log_determinant(correlations)
        return LikelihoodFactors(0, df, np.zeros((p, 0)), -float(log))
    loadings = likelihood_factors(correlations, n_factors)
    scale = 1.0 / np.sqrt(np.maximum(1.0 - (loadings * loadings).sum(axis=1), _SMALLEST))
    values = np.linalg.eigvalsh(scale[:, None] * correlations * scale)
    left = np.maximum(values[: p - n_factors], 1e-12)
    return LikelihoodFactors(n_factors, df, loadings, float((left - np.log(left) - 1.0).sum()))
