"""Rows within clusters whose slopes vary between them.

The slope s of a variable in the cluster on an observed x adds e x s to a row, with e the effects of
that variable on the observed ones. Given the data of x it is one more part that a cluster's rows
share, with loadings e x instead of ones. The effects e are carried by a variable of the model of
their own, the *carrier*: its covariances with the variables within are e times its variance, so
that derivatives in the parameters are those of any covariance. Mehta & Neale (2005); Rockwood
(2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..numerics import Array
from .incomplete_clusters import IncompleteClusters, IncompleteLikelihood, padded_inverse
from .two_level_saturated import saturate_levels
from .two_levels import Along

_TINY = 1e-4  # variance of carriers over that of a row, which it must hardly add to
_SMALL = 0.05  # variance that slopes begin with, over that of a row by that of the covariate


@dataclass(frozen=True, eq=False, kw_only=True)
class SlopeClusters(IncompleteClusters):
    """Rows by cluster, and the covariates whose slopes are random.

    Attributes
    ----------
    covariates : array, shape (n, r)
    """

    covariates: Array

    def start(self) -> tuple[Array, Array]:
        """Moments to begin from: those of the rows without slopes, which hardly vary."""
        layout = self.layout
        others = np.setdiff1d(
            np.arange(layout.size), np.concatenate([layout.carriers, layout.random])
        )
        mean, covariance = np.zeros(layout.size), np.zeros((layout.size, layout.size))
        mean[others], covariance[np.ix_(others, others)] = saturate_levels(self.of(others))
        sizes = np.maximum(self.covariates.var(axis=0), np.finfo(float).tiny)
        typical = np.min(np.diag(covariance)[layout.within])
        covariance[layout.carriers, layout.carriers] = _TINY * typical
        covariance[layout.random, layout.random] = _SMALL * typical / sizes
        return mean, covariance

    @cached_property
    def deviations(self) -> Array:
        """Standard deviations of all variables to begin from, all above zero, shape (P,)."""
        layout = self.layout
        others = np.setdiff1d(
            np.arange(layout.size), np.concatenate([layout.carriers, layout.random])
        )
        found = np.sqrt(np.diag(self.start()[1]))
        found[others] = np.maximum(found[others], self.of(others).deviations)
        return found

    def split(self, covariance: Array) -> tuple[Array, Array]:
        """Effects of the slopes, shape (p, r), and covariances within clusters without carriers."""
        layout = self.layout
        across = covariance[np.ix_(layout.within, layout.carriers)]
        effects = across / covariance[layout.carriers, layout.carriers]
        return effects, covariance[np.ix_(layout.within, layout.within)] - across @ effects.T

    def at(self, mean: Array, covariance: Array) -> SlopeLikelihood:
        """The likelihood at moments of both levels, shapes (P,) and (P, P)."""
        layout, p = self.layout, len(self.layout.within)
        effects, inside = self.split(covariance)
        precision, log_within = padded_inverse(inside, self.observed)
        here = layout.to_means @ mean
        here[:p] -= self.origin[:p]
        here[p + len(layout.random) :] -= self.origin[p:]
        between = layout.of_clusters @ covariance @ layout.of_clusters.T
        shared, log_own, slopes = self._given_own(between)
        seen = self.observed[self.pattern].astype(float)
        ones = seen[:, :, None] * np.eye(p)
        loaded = seen[:, :, None] * effects * self.covariates[:, None, :]
        loadings = np.concatenate([ones, loaded], axis=-1)
        left = self.values - seen * here[:p] - loaded @ here[p : p + len(layout.random)]
        weighted = precision[self.pattern] @ loadings
        total = np.zeros((len(self.own), loadings.shape[2], loadings.shape[2]))
        np.add.at(total, self.member, np.swapaxes(loadings, -1, -2) @ weighted)
        toward = np.zeros((len(self.own), loadings.shape[2]))
        np.add.at(toward, self.member, (left[:, None, :] @ weighted)[:, 0])
        return SlopeLikelihood(
            clusters=self,
            mean=here,
            precision=precision,
            log_within=log_within,
            shared=shared,
            log_own=log_own,
            own=slopes,
            total=total,
            toward=toward,
            pull=left,
            effects=effects,
            loadings=loadings,
            weighted=weighted,
            point=(mean, covariance),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class SlopeLikelihood(IncompleteLikelihood):
    """Log-likelihood of rows with random slopes, and its derivatives.

    Attributes
    ----------
    effects : array e, shape (p, r)
    loadings, weighted : array Z and K Z, shape (n, p, p + r)
        Of the rows on what their cluster shares; K is a row's `precision`.
    point : (array, array)
        The moments where this is.
    """

    clusters: SlopeClusters
    effects: Array
    loadings: Array
    weighted: Array
    point: tuple[Array, Array]

    @cached_property
    def inside(self) -> Array:
        """Sum of r' K r of the rows' residuals r."""
        pulled = (self._precision @ self.pull[..., None])[..., 0]
        return np.asarray((self.pull * pulled).sum())

    @cached_property
    def row_pulls(self) -> Array:
        """K times the expected residuals, shape (n, p)."""
        known = self.clusters
        left = self.pull - (self.loadings @ self.parts[known.member][..., None])[..., 0]
        return np.asarray((self._precision @ left[..., None])[..., 0])

    @cached_property
    def _precision(self) -> Array:
        """Inverse covariance matrix of each row, shape (n, p, p)."""
        return np.asarray(self.precision[self.clusters.pattern])

    @cached_property
    def row_slopes(self) -> Array:
        """Expected slopes of each row's cluster, shape (n, r)."""
        p = self.effects.shape[0]
        mean = self.mean[p : p + self.effects.shape[1]]
        return np.asarray((self.parts[:, p:] + mean)[self.clusters.member])

    @cached_property
    def _spread(self) -> Array:
        """K Z C of each row, shape (n, p, p + r)."""
        return np.asarray(self.weighted @ self.uncertainty[self.clusters.member])

    @cached_property
    def row_derivatives(self) -> tuple[Array, Array]:
        """Derivatives of rows' -2 log-likelihood in covariances within, (n, p, p), and in those
        with carriers, (n, p, r).
        """
        pulls, p = self.row_pulls, self.effects.shape[0]
        inside = self._precision - pulls[:, :, None] * pulls[:, None, :]
        inside = inside - self._spread @ np.swapaxes(self.weighted, -1, -2)
        expected = pulls[:, :, None] * self.row_slopes[:, None, :] - self._spread[:, :, p:]
        layout, variances = self.clusters.layout, np.diag(self.point[1])
        along = -2.0 * expected * self.clusters.covariates[:, None, :]
        return inside, along / variances[layout.carriers] - 2.0 * inside @ self.effects

    @cached_property
    def slope(self) -> tuple[Array, Array]:
        """Derivative of the deviance: tr(G dSigma) + g' dmu; shapes (P, P) and (P,)."""
        known, layout = self.clusters, self.clusters.layout
        between = self.weights.sum(0) - self.pulls.T @ self.pulls
        matrix = layout.of_clusters.T @ between @ layout.of_clusters
        inside, effects = (part.sum(0) for part in self.row_derivatives)
        matrix[np.ix_(layout.within, layout.within)] += inside
        matrix[np.ix_(layout.within, layout.carriers)] += 0.5 * effects
        matrix[np.ix_(layout.carriers, layout.within)] += 0.5 * effects.T
        vector = -2.0 * self.pulls.sum(0) @ layout.to_means
        return matrix / known.n_rows, vector / known.n_rows

    def information(self, along: Along) -> Array:
        """A positive definite stand-in for the expected information of one row, shape (k, k).

        That of the clusters' parts and means is exact; that within clusters is the sum of products
        of rows' scores, and nothing is across. It leads down, `curvature` says how far.
        """
        own, maps = self._own_scores(along), self.clusters.layout.of_clusters
        weights = maps.T @ self.weights @ maps
        both = 0.5 * along.products(weights, weights).sum(-3) + own.T @ own
        return np.asarray(both / self.clusters.n_rows + along.mean_products(self.mean_weight))

    def scores(self, along: Along) -> Array:
        """Each row's score along directions, and its share of its cluster's, shape (n, k)."""
        known, layout = self.clusters, self.clusters.layout
        u, v = layout.of_clusters @ along.u, layout.of_clusters @ along.v
        of_clusters = (self.pulls @ u) * (self.pulls @ v) - (u * (self.weights @ v)).sum(-2)
        of_clusters += self.pulls @ layout.to_means @ along.mean
        of_clusters /= known.sizes[:, None]
        return np.asarray(self._own_scores(along) + of_clusters[known.member])

    def _own_scores(self, along: Along) -> Array:
        """What rows say of the moments within clusters, shape (n, k)."""
        layout = self.clusters.layout
        inside, effects = self.row_derivatives
        u, v = along.u[layout.within], along.v[layout.within]
        own = -np.einsum("nab,ak,bk->nk", inside, u, v)
        for first, second in ((along.u, along.v), (along.v, along.u)):
            crossed = np.einsum("nar,ak->nrk", effects, first[layout.within])
            own -= 0.5 * (crossed * second[layout.carriers]).sum(1)
        return np.asarray(own)
