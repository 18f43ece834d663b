"""Two steps: factors are scored by a measurement model, then regressed with corrected moments.

Wall & Amemiya (2000). Bartlett's scores miss the factors by normal errors whose covariance matrix
is known, so that moments of products of scores can be freed of these errors: the expectation of a
product of factors is that of the scores, with the errors' covariances subtracted where those of
normal variables would be added. Factors need not be normal, nor their products.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices
from ...specification import COVARIANCE, INTERCEPT, PATH, Pattern, fill
from .implied_products import imply_products, product_mean


@dataclass(frozen=True, eq=False)
class StructuralEquations:
    """What is estimated in the second step, for one group.

    Attributes
    ----------
    pattern : Pattern
        Of the whole model; its latent variables are the measured ones, then the products.
    monomials : tuple of tuple of int
        Places of factors: none for the constant, then each factor, then each product.
    """

    pattern: Pattern
    monomials: tuple[tuple[int, ...], ...]

    @cached_property
    def factors(self) -> Indices:
        """Places of the measured factors among all variables."""
        count = sum(len(one) == 1 for one in self.monomials)
        return np.arange(self.pattern.n_observed, self.pattern.n_observed + count)

    def moments(self, scores: Array, error: Array) -> Array:
        """Corrected products of all pairs of monomials, a matrix each row, shape (n, k, k)."""
        size = len(self.monomials)
        found = np.empty((len(scores), size, size))
        spread = np.broadcast_to(-error, (len(scores), *error.shape))
        for i, one in enumerate(self.monomials):
            for j in range(i + 1):
                value = product_mean(scores, spread, one + self.monomials[j])
                found[:, i, j] = found[:, j, i] = value
        return found

    def values(self, moments: Array, measured: Array) -> Array:
        """Values of all cells, shape (n_cells,).

        Parameters
        ----------
        moments : array, shape (k, k)
            Corrected moments of the monomials.
        measured : array, shape (n_cells,)
            Values of the cells of the first step; those of the structure are written over.
        """
        pattern, values = self.pattern, measured.copy()
        residuals = np.zeros((len(self.factors), len(moments)))
        for number, place in enumerate(self.factors.tolist()):
            residuals[number, 1 + number] = 1.0
            own = np.flatnonzero((pattern.kind == PATH) & (pattern.row == place))
            if not len(own):
                continue
            causes = pattern.column[own] - pattern.n_observed + 1  # the monomial of each cause
            free = pattern.free[own] >= 0
            target = moments[1 + number] - values[own[~free]] @ moments[causes[~free]]
            chosen = np.concatenate([[0], causes[free]])
            solved = np.linalg.solve(moments[np.ix_(chosen, chosen)], target[chosen])
            values[own[free]] = solved[1:]
            residuals[number, chosen] -= solved
            residuals[number, causes[~free]] -= values[own[~free]]
        spread = residuals @ moments @ residuals.T
        first = pattern.n_observed
        for cell in np.flatnonzero((pattern.kind == COVARIANCE) & (pattern.free >= 0)):
            row, column = pattern.row[cell] - first, pattern.column[cell] - first
            if row >= 0 and column >= 0:
                values[cell] = spread[row, column]
        return self._with_levels(values)

    def _with_levels(self, values: Array) -> Array:
        """Intercepts of items less what factors' means, which products shift, add to them."""
        pattern = self.pattern
        paths, _, _ = fill(pattern, values)
        means = imply_products(pattern, values).all_mean[self.factors]
        added = paths[: pattern.n_observed][:, self.factors] @ means
        cells = np.flatnonzero((pattern.kind == INTERCEPT) & (pattern.free >= 0))
        cells = cells[pattern.row[cells] < pattern.n_observed]
        values[cells] = values[cells] - added[pattern.row[cells]]
        return values


def bartlett(pattern: Pattern, values: Array, rows: Array) -> tuple[Array, Array]:
    """Scores of a measurement model's factors, shape (n, f), and their errors' covariances.

    Parameters
    ----------
    pattern : Pattern
        Of the measurement model.
    values : array, shape (n_cells,)
    rows : array, shape (n, p)
    """
    paths, covariances, intercepts = fill(pattern, values)
    p = pattern.n_observed
    loadings, noise = paths[:p, p:], covariances[:p, :p]
    weighted = np.linalg.solve(noise, loadings)
    error = np.linalg.inv(loadings.T @ weighted)
    return (rows - intercepts[:p]) @ weighted @ error, np.asarray(error)
