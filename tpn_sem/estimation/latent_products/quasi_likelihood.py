"""Quasi-maximum likelihood of latent products.

Klein & Muthen (2007). What the outcomes do not touch is normal, and given it one combination of the
rows for each outcome is taken as normal with its own mean and variance in every row, which are
those that it has. That combination is the generalised least squares estimate of the outcome, so
that no indicator is special and the answer does not depend on the marker.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices
from .linear_part import LinearPart, LinearSlopes
from .row_frame import PatternedRows, RowFrame

_NOTHING = 1e-12  # standardised loading that tells nothing of an outcome


@dataclass(frozen=True, eq=False)
class QuasiRows:
    """The rows of one pattern under the quasi-likelihood.

    With U = (P, Z), Z the covariances of rows and factors, all that is needed are t = U'B^-1 (y -
    mean) and M = U'B^-1 U: given what outcomes do not touch, the factors have means
    m = mean + t_Z - K't_P and covariances V, and the estimate g of an outcome's product part has
    the covariances K with the factors, K = N^-1 O, N = M_PP, O = M_PZ.

    Attributes
    ----------
    linear : LinearPart
    outcomes : int array, shape (m,)
        Places of the outcomes that the rows' answers tell of, among all.
    projections : array t, shape (n, m + f)
    gram : array M, shape (m + f, m + f)
    counts : array, shape (n,)
    """

    linear: LinearPart
    outcomes: Indices
    projections: Array
    gram: Array
    counts: Array

    @property
    def _m(self) -> int:
        return len(self.outcomes)

    @cached_property
    def forms(self) -> Array:
        """Symmetric matrices of the outcomes' quadratic forms in the factors, shape (m, f, f)."""
        layout = self.linear.layout
        size = len(layout.factors)
        forms = np.zeros((self._m, size, size))
        for product, (first, second) in enumerate(layout.members):
            own = 0.5 * self.linear.coefficients[self.outcomes, product]
            forms[:, first, second] += own
            forms[:, second, first] += own
        return forms

    @cached_property
    def error(self) -> Array:
        """N^-1: covariances of g without products, shape (m, m)."""
        return np.asarray(np.linalg.inv(self.gram[: self._m, : self._m]), dtype=float)

    @cached_property
    def cross(self) -> Array:
        """K, shape (m, f)."""
        return np.asarray(self.error @ self.gram[: self._m, self._m :])

    @cached_property
    def factor_means(self) -> Array:
        """Of each row's factors given what outcomes do not touch, shape (n, f)."""
        t, m = self.projections, self._m
        p = self.linear.layout.n_observed
        return np.asarray(self.linear.mean[p:] + t[:, m:] - t[:, :m] @ self.cross)

    @cached_property
    def factor_spread(self) -> Array:
        """Covariances of the factors given the same, shape (f, f)."""
        p, m = self.linear.layout.n_observed, self._m
        spread = self.linear.covariance[p:, p:] - self.gram[m:, m:]
        spread = spread + self.gram[m:, :m] @ self.cross
        return np.asarray(0.5 * (spread + spread.T))

    @cached_property
    def estimates(self) -> Array:
        """Each row's g, shape (n, m)."""
        return np.asarray(self.projections[:, : self._m] @ self.error)

    @cached_property
    def bent(self) -> Array:
        """Each form times the factors' means, shape (n, m, f)."""
        return np.einsum("yab,nb->nya", self.forms, self.factor_means)

    @cached_property
    def _turned(self) -> Array:
        return np.asarray(self.forms @ self.factor_spread)

    @cached_property
    def _residual(self) -> Array:
        level = np.trace(self._turned, axis1=1, axis2=2)
        return np.asarray(
            self.estimates - (self.bent * self.factor_means[:, None, :]).sum(-1) - level
        )

    @cached_property
    def _variance(self) -> Array:
        across = np.einsum("ya,nza->nyz", self.cross, self.bent)
        variance = self.error + 2.0 * (across + np.swapaxes(across, 1, 2))
        variance = variance + 4.0 * self.bent @ self.factor_spread @ np.swapaxes(self.bent, 1, 2)
        return variance + 2.0 * np.einsum("yab,zba->yz", self._turned, self._turned)

    @cached_property
    def _solved(self) -> tuple[Array, Array, Array]:
        inverse = np.asarray(np.linalg.inv(self._variance), dtype=float)
        sign, determinant = np.linalg.slogdet(self._variance)
        determinant = np.where(sign > 0.0, determinant, np.inf)
        return inverse, determinant, (inverse @ self._residual[..., None])[..., 0]

    @cached_property
    def gained(self) -> Array:
        """Log-likelihood of each row less that of the normal model without products, shape (n,)."""
        if not self._m:
            return np.zeros(len(self.projections))
        precision = self.gram[: self._m, : self._m]
        _, determinant, pulled = self._solved
        normal = ((self.estimates @ precision) * self.estimates).sum(1)
        normal = normal - np.linalg.slogdet(precision)[1]
        bent = (self._residual * pulled).sum(1) + determinant
        return np.asarray(0.5 * (normal - bent))

    def slopes(self) -> QuasiSlopes:
        """Derivatives of the weighted sum over the rows."""
        m, counts = self._m, self.counts
        t, gram = self.projections, self.gram
        inverse, _, pulled = self._solved
        spread, cross, bent, forms = self.factor_spread, self.cross, self.bent, self.forms
        mean, estimates, error = self.factor_means, self.estimates, self.error
        outer = pulled[:, :, None] * pulled[:, None, :]
        by_variance = 0.5 * counts[:, None, None] * (outer - inverse)
        level = counts[:, None] * pulled  # slope in the conditional mean of g
        by_estimate = counts[:, None] * (estimates @ gram[:m, :m]) - level
        by_bent = 4.0 * by_variance @ (cross + 2.0 * bent @ spread) + (
            level[:, :, None] * mean[:, None, :]
        )
        by_mean = (level[:, :, None] * bent).sum(1) + np.einsum("yab,nyb->na", forms, by_bent)
        by_forms = np.einsum("nya,nb->yab", by_bent, mean)
        by_spread = 4.0 * np.einsum("nyz,nya,nzb->ab", by_variance, bent, bent)
        total, levels = by_variance.sum(0), level.sum(0)
        by_spread += np.einsum("y,yab->ab", levels, forms)
        by_spread += 4.0 * np.einsum("yz,yab,zbc->ac", total, self._turned, forms)
        by_forms += levels[:, None, None] * spread
        by_forms += 4.0 * np.einsum("yz,ab,zbc->yac", total, spread, self._turned)
        by_forms = 0.5 * (by_forms + np.swapaxes(by_forms, 1, 2))
        by_spread = 0.5 * (by_spread + by_spread.T)
        by_cross = 4.0 * np.einsum("nyz,nza->ya", by_variance, bent) - t[:, :m].T @ by_mean
        by_cross += gram[:m, m:] @ by_spread
        # N stands in K, in g, in the variance, and in the normal density that is divided by
        weighted = counts[:, None] * estimates
        by_precision = 0.5 * (estimates.T @ weighted - counts.sum() * error)
        by_error = total + t[:, :m].T @ by_estimate + by_cross @ gram[:m, m:].T
        by_precision = by_precision - error @ by_error @ error
        # g enters that density, too: already in by_estimate
        found = np.zeros_like(gram)
        found[:m, :m] = 0.5 * (by_precision + by_precision.T)
        half = 0.5 * (error @ by_cross + cross @ by_spread)
        found[:m, m:], found[m:, :m] = half, half.T
        found[m:, m:] = -by_spread
        projections = np.hstack([by_estimate @ error - by_mean @ cross.T, by_mean])
        return QuasiSlopes(projections, found, by_mean.sum(0), by_spread, by_forms)


@dataclass(frozen=True, eq=False)
class QuasiSlopes:
    """Derivatives in t, M, the factors' means and covariances, and the forms."""

    projections: Array
    gram: Array
    mean: Array
    spread: Array
    forms: Array


@dataclass(frozen=True, eq=False)
class QuasiLikelihood:
    """The rows of a group under the quasi-likelihood."""

    linear: LinearPart
    rows: PatternedRows

    @cached_property
    def frame(self) -> RowFrame:
        """Rows along the outcomes and the factors' covariances with them."""
        p = self.linear.layout.n_observed
        directions = np.hstack([self.linear.loadings, self.linear.covariance[:p, p:]])
        return RowFrame(self.rows, self.linear.mean[:p], self.linear.covariance[:p, :p], directions)

    @cached_property
    def _parts(self) -> list[tuple[Indices, QuasiRows]]:
        """Each pattern with the directions that it has: outcomes that answers tell of, factors."""
        found = []
        m, k = len(self.linear.layout.outcomes), self.frame.directions.shape[1]
        deviations = np.sqrt(np.diag(self.frame.base))
        standard = np.abs(self.linear.loadings) / deviations[:, None]
        for number, part in enumerate(self.rows.slices):
            loadings = standard[self.rows.present[number]]
            told = np.flatnonzero(loadings.max(axis=0, initial=0.0) > _NOTHING)
            columns = np.concatenate([told, np.arange(m, k)])
            gram = self.frame.gram[number][np.ix_(columns, columns)]
            t, counts = self.frame.projections[part][:, columns], self.rows.counts[part]
            found.append((columns, QuasiRows(self.linear, told, t, gram, counts)))
        return found

    @cached_property
    def log_likelihood(self) -> Array:
        """Of each row, in the order of the frame's rows, shape (n,)."""
        gained = np.concatenate([own.gained for _, own in self._parts])
        return np.asarray(self.frame.log_density + gained)

    def slopes(self) -> LinearSlopes:
        """Derivatives of the weighted sum over the rows in the linear part."""
        m, p = len(self.linear.layout.outcomes), self.linear.layout.n_observed
        size = len(self.linear.mean)
        mean, covariance = np.zeros(size), np.zeros((size, size))
        coefficients = np.zeros_like(self.linear.coefficients)
        rows, gram = np.zeros_like(self.frame.projections), np.zeros_like(self.frame.gram)
        for number, (part, (columns, own)) in enumerate(
            zip(self.rows.slices, self._parts, strict=True)
        ):
            if not len(own.outcomes):
                continue
            found = own.slopes()
            rows[part][:, columns] = found.projections
            gram[number][np.ix_(columns, columns)] = found.gram
            mean[p:] += found.mean
            covariance[p:, p:] += found.spread
            for product, (first, second) in enumerate(self.linear.layout.members):
                coefficients[own.outcomes, product] += found.forms[:, first, second]
        centre, base, directions = self.frame.slopes(rows, gram)
        mean[:p] += centre
        covariance[:p, :p] += base
        covariance[:p, p:] += directions[:, m:]
        return LinearSlopes(mean, covariance, directions[:, :m], coefficients)
