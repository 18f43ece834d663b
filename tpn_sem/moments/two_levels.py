"""Complete rows within clusters: sufficient statistics, and their likelihood at two levels.

A row is the sum of its cluster's part and its deviation from that: y = b + w, with covariance
matrices between and within clusters. Deviations from cluster means say something of the one within
only; the mean of a cluster of n rows has the covariance matrix of b plus that of w over n. So the
likelihood is a sum of normal ones of moments that are linear in those of both levels, a term for
each size of cluster, and nothing is summed over clusters one by one. McDonald & Goldstein (1989);
Liang & Bentler (2004).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from ..numerics import Array, Indices, Mask, inverse_and_log_determinant


def _nothing() -> Indices:
    return np.zeros(0, dtype=np.intp)


class Along(Protocol):
    """Directions in which moments change: covariances by u v' + v u', means by `mean`.

    Shapes (..., P, k); see `estimation.implied.Directions`.
    """

    @property
    def u(self) -> Array:
        """Shape (..., P, k)."""

    @property
    def v(self) -> Array:
        """Shape (..., P, k)."""

    @property
    def mean(self) -> Array:
        """Shape (..., P, k)."""

    def products(self, left: Array, right: Array) -> Array:
        """tr(L dSigma_k R dSigma_l), shape (..., k, k)."""

    def mean_products(self, weight: Array) -> Array:
        """dmu_k' W dmu_l, shape (..., k, k)."""


@dataclass(frozen=True, eq=False)
class LevelLayout:
    """Where the variables of both levels stand among all P of them.

    Attributes
    ----------
    within : int array, shape (p,)
        Places of the variables within clusters.
    twins : int array, shape (p,)
        Place of the same variable between clusters; -1 where it varies within only.
    only : int array, shape (q,)
        Places of the variables that clusters have, and rows of theirs share.
    carriers, random : int arrays, shape (r,)
        Places of the variables whose covariances with those within are the effects of random
        slopes, and of the slopes themselves, between clusters.
    """

    within: Indices
    twins: Indices
    only: Indices
    carriers: Indices = field(default_factory=_nothing)
    random: Indices = field(default_factory=_nothing)

    @property
    def size(self) -> int:
        """Number of variables of both levels, P."""
        return len(self.within) + len(self.between) + 2 * len(self.random)

    @cached_property
    def split(self) -> Indices:
        """The variables within, by number, that also have a part between."""
        return np.flatnonzero(self.twins >= 0)

    @cached_property
    def between(self) -> Indices:
        """Places of the variables between clusters: those of `split`, then `only`."""
        return np.concatenate([self.twins[self.split], self.only])

    @cached_property
    def deviations(self) -> Array:
        """From all variables to those within, shape (p, P)."""
        return np.eye(self.size)[self.within]

    @cached_property
    def to_means(self) -> Array:
        """From means of all variables to those of clusters, shape (p + r + q, P).

        Of rows, of slopes and of clusters' own variables.
        """
        whole = np.eye(self.size)
        rows = whole[self.within]
        rows[self.split] += whole[self.twins[self.split]]
        return np.concatenate([rows, whole[self.random], whole[self.only]])

    @cached_property
    def of_clusters(self) -> Array:
        """From all variables to what clusters have of their own, shape (p + r + q, P).

        Zero for what varies within clusters only.
        """
        whole = self.to_means.copy()
        whole[:, self.within] = 0.0
        return whole

    def of(self, places: Indices) -> tuple[LevelLayout, Indices, Indices]:
        """The layout of some of the variables, and which of `within` and `only` these are."""
        place = np.full(self.size, -1)
        place[places] = np.arange(len(places))
        kept = np.flatnonzero(place[self.within] >= 0)
        own = np.flatnonzero(place[self.only] >= 0)
        twins = self.twins[kept]
        layout = LevelLayout(
            place[self.within[kept]],
            np.where(twins >= 0, place[twins], -1),
            place[self.only[own]],
        )
        return layout, kept, own

    def to_clusters(self, sizes: Array) -> Array:
        """The same for deviations, so that T cov T' is a cluster's covariance, (C, p + q, P)."""
        maps = np.repeat(self.to_means[None], len(sizes), axis=0)
        p = len(self.within)
        maps[:, np.arange(p), self.within] = sizes[:, None] ** -0.5
        return maps

    @cached_property
    def same_level(self) -> Mask:
        """Pairs of variables of one level, shape (P, P)."""
        inside = np.zeros(self.size, dtype=bool)
        inside[self.within] = inside[self.carriers] = True
        return np.asarray(inside[:, None] == inside)

    @cached_property
    def has_mean(self) -> Mask:
        """Variables that have a mean: deviations from clusters have none, shape (P,)."""
        has = np.ones(self.size, dtype=bool)
        has[self.within[self.split]] = False
        return has


@dataclass(frozen=True, eq=False)
class ClustersBySize:
    """What complete rows in clusters say of both levels; a stack over C sizes of clusters.

    Attributes
    ----------
    layout : LevelLayout
    sizes, counts : array, shape (C,)
        Rows of a cluster, and how many clusters have as many.
    deviations : array, shape (p, p)
        Covariance of rows around their clusters' means, divisor rows less clusters.
    mean : array, shape (C, p + q)
        Of clusters' means and own variables.
    covariance : array, shape (C, p + q, p + q)
        Of these, divisor the number of clusters.
    """

    layout: LevelLayout
    sizes: Array
    counts: Array
    deviations: Array
    mean: Array
    covariance: Array

    @cached_property
    def n_rows(self) -> float:
        """Number of rows."""
        return float(self.sizes @ self.counts)

    @property
    def n_clusters(self) -> float:
        """Number of clusters."""
        return float(self.counts.sum())

    @cached_property
    def maps(self) -> Array:
        """From all variables to those of a cluster, by its size, shape (C, p + q, P)."""
        return self.layout.to_clusters(self.sizes)

    @cached_property
    def constant(self) -> float:
        """What the deviance of a row leaves out of -2 log-likelihood over rows."""
        p, q = len(self.layout.within), len(self.layout.only)
        answers = p * self.n_rows + q * self.n_clusters
        roots = p * float(self.counts @ np.log(self.sizes))
        return float((answers * np.log(2.0 * np.pi) + roots) / self.n_rows)

    def of(self, places: Indices) -> ClustersBySize:
        """The same clusters with some of the variables only."""
        layout, kept, own = self.layout.of(places)
        columns = np.concatenate([kept, len(self.layout.within) + own])
        return ClustersBySize(
            layout,
            self.sizes,
            self.counts,
            self.deviations[np.ix_(kept, kept)],
            self.mean[:, columns],
            self.covariance[:, columns[:, None], columns],
        )

    @property
    def shares(self) -> Array:
        """Clusters of each size over rows, shape (C,)."""
        return self.counts / self.n_rows

    @property
    def deviations_share(self) -> float:
        """Rows less clusters over rows."""
        return 1.0 - self.n_clusters / self.n_rows

    def start(self) -> tuple[Array, Array]:
        """Means and covariances of both levels by analysis of variance, to begin from."""
        layout = self.layout
        share = self.sizes * self.counts / self.n_rows
        typical = (self.n_rows - share @ self.sizes) / max(self.n_clusters - 1.0, 1.0)
        centre = np.average(self.mean, axis=0, weights=self.counts)
        distance = self.mean - centre
        second = self.covariance + distance[:, :, None] * distance[:, None, :]
        whole = np.average(second, axis=0, weights=self.counts)
        mean, covariance = np.zeros(layout.size), np.zeros((layout.size, layout.size))
        p, split = len(layout.within), layout.split
        mean[layout.within] = centre[:p]
        mean[layout.within[split]] = 0.0
        chosen = np.concatenate([split, np.arange(p, len(centre))])
        mean[layout.between] = centre[chosen]
        metric = whole[np.ix_(chosen, chosen)]
        between, count = metric.copy(), len(split)
        noise = self.deviations[np.ix_(split, split)] / typical
        between[:count, :count] -= noise
        metric[:count, :count] += noise  # so that few clusters give a positive definite one
        covariance[np.ix_(layout.within, layout.within)] = self.deviations
        nearest = nearest_semidefinite(between, metric)
        covariance[np.ix_(layout.between, layout.between)] = nearest
        return mean, covariance

    def at(self, mean: Array, covariance: Array) -> TwoLevelLikelihood:
        """The likelihood at moments of both levels, shapes (..., P) and (..., P, P)."""
        within = self.layout.within
        inside = covariance[..., within[:, None], within]
        here = self.maps @ covariance[..., None, :, :] @ np.swapaxes(self.maps, -1, -2)
        distance = self.mean - mean[..., None, :] @ self.layout.to_means.T
        return TwoLevelLikelihood(
            self,
            *inverse_and_log_determinant(inside),
            *inverse_and_log_determinant(here),
            distance,
        )


@dataclass(frozen=True, eq=False)
class TwoLevelLikelihood:
    """Log-likelihood of clusters at moments of both levels, and its derivatives.

    Attributes
    ----------
    clusters : ClustersBySize
    within, within_log_determinant : array, shapes (..., p, p) and (...)
        Inverse of the covariance matrix within clusters.
    inverse, log_determinant : array, shapes (..., C, p + q, p + q) and (..., C)
        Of the covariance matrices of clusters.
    distance : array d, shape (..., C, p + q)
        Means of clusters of one size less implied ones.
    """

    clusters: ClustersBySize
    within: Array
    within_log_determinant: Array
    inverse: Array
    log_determinant: Array
    distance: Array

    @cached_property
    def _second_moment(self) -> Array:
        outer = self.distance[..., :, None] * self.distance[..., None, :]
        return np.asarray(self.clusters.covariance + outer)

    @property
    def deviance(self) -> Array:
        """-2 log-likelihood of one row without its constant, shape (...)."""
        known = self.clusters
        fit = (self.inverse * self._second_moment).sum((-2, -1))
        total = (self.log_determinant + fit) @ known.shares
        inside = (self.within * known.deviations).sum((-2, -1))
        return np.asarray(total + known.deviations_share * (self.within_log_determinant + inside))

    @cached_property
    def weights(self) -> Array:
        """Inverses as forms in deviations of all variables: T'W T, then within, (C + 1, P, P)."""
        return self._spread_out(self.inverse, self.within)

    @cached_property
    def sandwiches(self) -> Array:
        """W M W of the second moments M in the same form, (..., C + 1, P, P)."""
        middle = self.inverse @ self._second_moment @ self.inverse
        return self._spread_out(middle, self.within @ self.clusters.deviations @ self.within)

    def _spread_out(self, clusters: Array, within: Array) -> Array:
        maps, one = self.clusters.maps, self.clusters.layout.deviations
        whole = np.swapaxes(maps, -1, -2) @ clusters @ maps
        return np.concatenate([whole, (one.T @ within @ one)[..., None, :, :]], axis=-3)

    @cached_property
    def shares(self) -> Array:
        """What each of these counts, shape (C + 1,)."""
        known = self.clusters
        return np.append(known.shares, known.deviations_share)

    @cached_property
    def pull(self) -> Array:
        """W d of each size, shape (..., C, p + q)."""
        return np.asarray((self.inverse @ self.distance[..., None])[..., 0])

    @cached_property
    def slope(self) -> tuple[Array, Array]:
        """Derivative of the deviance: tr(G dSigma) + g' dmu; shapes (..., P, P) and (..., P)."""
        matrix = np.einsum("c,...cab->...ab", self.shares, self.weights - self.sandwiches)
        pull = np.einsum("c,...ca->...a", self.clusters.shares, self.pull)
        return matrix * self.clusters.layout.same_level, -2.0 * pull @ self.clusters.layout.to_means

    @cached_property
    def mean_weight(self) -> Array:
        """Half the second derivative in the means, shape (..., P, P)."""
        whole = np.einsum("c,...cab->...ab", self.clusters.shares, self.inverse)
        maps = self.clusters.layout.to_means
        return np.asarray(maps.T @ whole @ maps)

    def information(self, along: Along) -> Array:
        """Expected information of one row along directions, shape (..., k, k)."""
        products = along.products(self.weights, self.weights)
        total = 0.5 * np.einsum("c,...ckl->...kl", self.shares, products)
        return np.asarray(total + along.mean_products(self.mean_weight))

    def curvature(self, along: Along, mean: Array, covariance: Array) -> Array:
        """Exact second derivatives along directions, shape (..., k, k)."""
        products = along.products(self.weights, 2.0 * self.sandwiches - self.weights)
        total = np.einsum("c,...ckl->...kl", self.shares, products)
        cross = np.swapaxes(self._turned(along), -1, -2) @ along.mean
        total = total + 2.0 * along.mean_products(self.mean_weight)
        return np.asarray(total + 2.0 * (cross + np.swapaxes(cross, -1, -2)))

    def _turned(self, along: Along) -> Array:
        """Sum of M' W dSigma_k h over sizes, h = W d, shape (..., P, k)."""
        maps, shares = self.clusters.maps, self.clusters.shares
        pull = (self.pull[..., None, :] @ maps)[..., 0, :]
        back = shares[:, None, None] * (self.clusters.layout.to_means.T @ self.inverse @ maps)
        u, v = along.u[..., None, :, :], along.v[..., None, :, :]
        turned = u * (pull[..., None, :] @ v) + v * (pull[..., None, :] @ u)
        return np.asarray((back @ turned).sum(-3))


def nearest_semidefinite(matrix: Array, metric: Array) -> Array:
    """The nearest positive semidefinite matrix, tr((M^-1 D)^2) being the squared distance."""
    factor = np.linalg.cholesky(metric)
    half = np.linalg.solve(factor, np.linalg.solve(factor, matrix).T)
    values, vectors = np.linalg.eigh(0.5 * (half + half.T))
    if values[0] >= 0.0:
        return matrix
    turned = factor @ vectors
    return np.asarray((turned * np.maximum(values, 0.0)) @ turned.T)
