"""Rows with missing answers within clusters, and their likelihood at two levels.

Given the cluster's part b of its rows and its own variables z, rows are independent, and what a row
says of b depends on its pattern of missing answers only. So a cluster enters by the precision A of
its rows about b and their pull a, sums over patterns; b is integrated out in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..numerics import Array, Indices, Mask, inverse_and_log_determinant
from .two_levels import Along, LevelLayout

_LEAST = 0.03  # of a deviation to begin from, where a variance is near zero or below
_WIDTH = 3e-5  # of a numerical derivative, in standard deviations


@dataclass(frozen=True, eq=False)
class IncompleteClusters:
    """Rows by cluster and by what they lack.

    Attributes
    ----------
    layout : LevelLayout
    values : array, shape (n, p)
        Rows around `origin`, zero where an answer is missing.
    observed : bool array, shape (T, p)
        The variables within of each pattern.
    pattern, member : int arrays, shape (n,)
        The pattern and the cluster of each row.
    own : array, shape (J, q)
        Variables of clusters around `origin`, zero where missing.
    own_observed : bool array, shape (J, q)
    origin : array, shape (p + q,)
    """

    layout: LevelLayout
    values: Array
    observed: Mask
    pattern: Indices
    member: Indices
    own: Array
    own_observed: Mask
    origin: Array

    @property
    def n_rows(self) -> float:
        """Number of rows."""
        return float(len(self.values))

    @property
    def n_clusters(self) -> float:
        """Number of clusters."""
        return float(len(self.own))

    @cached_property
    def sizes(self) -> Array:
        """Rows of each cluster, shape (J,)."""
        return np.bincount(self.member, minlength=len(self.own)).astype(float)

    @property
    def counts(self) -> Array:
        """One for each cluster, shape (J,)."""
        return np.ones(len(self.own))

    @cached_property
    def n_by_pattern(self) -> Array:
        """Rows of each cluster that have a pattern, shape (J, T)."""
        counts = np.zeros((len(self.own), len(self.observed)))
        np.add.at(counts, (self.member, self.pattern), 1.0)
        return counts

    @cached_property
    def pairs(self) -> tuple[Indices, Indices, Array, Array]:
        """Clusters and patterns that occur together, their rows and sums of values, (c, p)."""
        key, place = np.unique(self.member * len(self.observed) + self.pattern, return_inverse=True)
        sums = np.zeros((len(key), self.values.shape[1]))
        np.add.at(sums, place, self.values)
        return *np.divmod(key, len(self.observed)), np.bincount(place).astype(float), sums

    @cached_property
    def products(self) -> Array:
        """Sums of products of values by pattern, shape (T, p, p)."""
        parts = [self.values[self.pattern == place] for place in range(len(self.observed))]
        return np.array([part.T @ part for part in parts])

    @cached_property
    def constant(self) -> float:
        """What the deviance of a row leaves out of -2 log-likelihood over rows."""
        answers = self.observed[self.pattern].sum() + self.own_observed.sum()
        return float(answers * np.log(2.0 * np.pi) / self.n_rows)

    def of(self, places: Indices) -> IncompleteClusters:
        """The same rows with some of the variables only."""
        layout, kept, own = self.layout.of(places)
        observed, pattern = np.unique(self.observed[:, kept], axis=0, return_inverse=True)
        return IncompleteClusters(
            layout,
            self.values[:, kept],
            observed,
            pattern.reshape(-1)[self.pattern],
            self.member,
            self.own[:, own],
            self.own_observed[:, own],
            self.origin[np.concatenate([kept, len(self.layout.within) + own])],
        )

    def start(self) -> tuple[Array, Array]:
        """Means and covariances of both levels by what is there, to begin from."""
        layout, p = self.layout, len(self.layout.within)
        seen = self.observed[self.pattern].astype(float)
        counts = np.maximum(seen.sum(0), 1.0)
        mean = self.values.sum(0) / counts
        centred = (self.values - mean) * seen
        inside = np.zeros((len(self.own), p))
        there = np.zeros_like(inside)
        np.add.at(inside, self.member, centred)
        np.add.at(there, self.member, seen)
        parts = inside / np.maximum(there, 1.0)
        within = ((centred - parts[self.member] * seen) ** 2).sum(0)
        within = within / np.maximum(counts - (there > 0).sum(0), 1.0)
        spread = (parts**2).sum(0) / np.maximum((there > 0).sum(0), 1.0)
        typical = np.maximum(there.sum(0) / np.maximum((there > 0).sum(0), 1.0), 1.0)
        between = np.maximum(spread - within / typical, 0.05 * within)
        known = np.maximum(self.own_observed.sum(0), 1.0)
        own_mean = self.own.sum(0) / known
        own = ((self.own - own_mean) ** 2 * self.own_observed).sum(0) / known
        means, variances = np.zeros(layout.size), np.zeros(layout.size)
        variances[layout.within] = within
        variances[layout.between] = np.concatenate([between[layout.split], own])
        centre = np.concatenate([mean, own_mean]) + self.origin
        means[layout.within] = centre[:p]
        means[layout.within[layout.split]] = 0.0
        means[layout.between] = np.concatenate([centre[layout.split], centre[p:]])
        return means, np.diag(variances)

    @cached_property
    def deviations(self) -> Array:
        """Standard deviations of all variables to begin from, all above zero, shape (P,)."""
        return np.sqrt(np.diag(self.start()[1]))

    def at(self, mean: Array, covariance: Array) -> IncompleteLikelihood:
        """The likelihood at moments of both levels, shapes (P,) and (P, P)."""
        layout, p = self.layout, len(self.layout.within)
        here = layout.to_means @ mean - self.origin
        inside = covariance[np.ix_(layout.within, layout.within)]
        precision, log_within = padded_inverse(inside, self.observed)
        between = layout.of_clusters @ covariance @ layout.of_clusters.T
        shared, log_own, slopes = self._given_own(between)
        members, patterns, counts, sums = self.pairs
        pull = sums - counts[:, None] * here[:p] * self.observed[patterns]
        flat = self.n_by_pattern @ precision.reshape(len(precision), p * p)
        total = flat.reshape(len(self.own), p, p)
        toward = np.zeros((len(self.own), p))
        np.add.at(toward, members, (precision[patterns] @ pull[..., None])[..., 0])
        return IncompleteLikelihood(
            self, here, precision, log_within, shared, log_own, slopes, total, toward, pull
        )

    def _given_own(self, between: Array) -> tuple[Array, Array, tuple[Array, Array]]:
        """Covariances of b given z of each cluster, log determinants of z, K and K cov(z, b)."""
        p = len(self.layout.within) + len(self.layout.random)
        if between.shape[0] == p:
            empty = np.zeros((len(self.own), 0, 0))
            shared = np.broadcast_to(between, (len(self.own), p, p))
            return shared, np.zeros(len(self.own)), (empty, np.zeros((len(self.own), 0, p)))
        precision, log_own = padded_inverse(between[p:, p:], self.own_observed)
        slopes = precision @ between[p:, :p]
        return between[:p, :p] - between[:p, p:] @ slopes, log_own, (precision, slopes)


@dataclass(frozen=True, eq=False)
class IncompleteLikelihood:
    """Log-likelihood of rows with gaps at moments of both levels, and its derivatives.

    Attributes
    ----------
    clusters : IncompleteClusters
    mean : array, shape (p + q,)
        Of rows and of clusters' own variables, around the origin of the values.
    precision, log_within : arrays, shapes (T, p, p) and (T,)
        Inverse covariance matrices within clusters by pattern, zero where a variable is missing.
    shared, log_own : arrays, shapes (J, p, p) and (J,)
        Covariance matrix of b given z, and log determinants of the covariances of z.
    own : tuple of arrays, shapes (J, q, q) and (J, q, p)
        Inverse covariances K of z, and K cov(z, b).
    total, toward : arrays, shapes (J, p, p) and (J, p)
        Precision A of a cluster's rows about b, and their pull a.
    pull : array, shape (c, p)
        Sums of residuals of the rows of a cluster that have a pattern.
    """

    clusters: IncompleteClusters
    mean: Array
    precision: Array
    log_within: Array
    shared: Array
    log_own: Array
    own: tuple[Array, Array]
    total: Array
    toward: Array
    pull: Array

    @cached_property
    def _own_distance(self) -> Array:
        known, mean = self.clusters, self.mean[self.total.shape[-1] :]
        return np.where(known.own_observed, known.own - mean, 0.0)

    @cached_property
    def _expected(self) -> Array:
        """Expectation of b given z, shape (J, p)."""
        return (self._own_distance[:, None, :] @ self.own[1])[:, 0]

    @cached_property
    def _left(self) -> Array:
        """Pull a less A E(b | z), shape (J, p)."""
        return self.toward - (self.total @ self._expected[..., None])[..., 0]

    @cached_property
    def _factored(self) -> tuple[Array, Array]:
        """I + B A of each cluster: inverse and log determinant."""
        whole = np.eye(self.total.shape[-1]) + self.shared @ self.total
        sign, log_determinant = np.linalg.slogdet(whole)
        usable = (sign > 0.0) & np.isfinite(log_determinant)
        safe = np.where(usable[:, None, None], whole, np.eye(whole.shape[-1]))
        return np.linalg.inv(safe), np.where(usable, log_determinant, np.inf)

    @cached_property
    def uncertainty(self) -> Array:
        """Covariance matrix C of b given everything, shape (J, p, p)."""
        return np.asarray(self._factored[0] @ self.shared)

    @cached_property
    def parts(self) -> Array:
        """Expectation of b given everything, shape (J, p)."""
        return np.asarray(self._expected + (self.uncertainty @ self._left[..., None])[..., 0])

    @cached_property
    def _residual(self) -> Array:
        """Sums of products of the rows' residuals around the mean, by pattern, (T, p, p)."""
        known, p = self.clusters, self.total.shape[-1]
        seen, counts = known.observed, known.n_by_pattern.sum(0)
        mean = self.mean[:p] * seen
        sums = np.zeros_like(mean)
        np.add.at(sums, known.pairs[1], known.pairs[3])
        cross = sums[:, :, None] * mean[:, None, :]
        square = counts[:, None, None] * mean[:, :, None] * mean[:, None, :]
        return np.asarray(known.products - cross - np.swapaxes(cross, -1, -2) + square)

    @cached_property
    def inside(self) -> Array:
        """Sum of r' K r of the rows' residuals r."""
        return np.asarray((self.precision * self._residual).sum())

    @cached_property
    def deviance(self) -> Array:
        """-2 log-likelihood of one row without its constant."""
        known = self.clusters
        inside = known.n_by_pattern.sum(0) @ self.log_within
        inside = inside + self.inside
        own = self.log_own.sum() + (self._own_distance * self._own_pull).sum()
        expected, left = self._expected, self._left
        rows = -2.0 * (expected * self.toward).sum()
        rows += (expected * (self.total @ expected[..., None])[..., 0]).sum()
        rows -= (left * (self.uncertainty @ left[..., None])[..., 0]).sum()
        return np.asarray((inside + own + self._factored[1].sum() + rows) / known.n_rows)

    @cached_property
    def _own_pull(self) -> Array:
        return (self.own[0] @ self._own_distance[..., None])[..., 0]

    @cached_property
    def weights(self) -> Array:
        """Inverse covariance matrix of a cluster, pulled back to its (b, z), (J, p + q, p + q)."""
        inside = self.total - self.total @ self.uncertainty @ self.total
        across = -self.own[1] @ inside
        outside = self.own[0] - across @ np.swapaxes(self.own[1], -1, -2)
        return np.block([[inside, np.swapaxes(across, -1, -2)], [across, outside]])

    @cached_property
    def pulls(self) -> Array:
        """The same times the distance of the data from their expectation, shape (J, p + q)."""
        inside = self._left - (self.total @ self.uncertainty @ self._left[..., None])[..., 0]
        outside = self._own_pull - (self.own[1] @ inside[..., None])[..., 0]
        return np.concatenate([inside, outside], axis=-1)

    @cached_property
    def slope(self) -> tuple[Array, Array]:
        """Derivative of the deviance: tr(G dSigma) + g' dmu; shapes (P, P) and (P,)."""
        known, layout, p = self.clusters, self.clusters.layout, self.total.shape[-1]
        members, patterns, _, _ = known.pairs
        second = self.uncertainty + self.parts[:, :, None] * self.parts[:, None, :]
        counts = known.n_by_pattern.T
        expected = (counts @ second.reshape(len(second), -1)).reshape(-1, p, p)
        cross = np.zeros_like(expected)
        np.add.at(cross, patterns, self.pull[:, :, None] * self.parts[members][:, None, :])
        middle = self._residual - cross - np.swapaxes(cross, -1, -2) + expected
        many = counts.sum(1)[:, None, None]
        inside = (many * self.precision - self.precision @ middle @ self.precision).sum(0)
        between = self.weights.sum(0) - self.pulls.T @ self.pulls
        matrix = layout.of_clusters.T @ between @ layout.of_clusters
        matrix[np.ix_(layout.within, layout.within)] += inside
        vector = -2.0 * self.pulls.sum(0) @ layout.to_means
        return matrix / known.n_rows, vector / known.n_rows

    @cached_property
    def mean_weight(self) -> Array:
        """Half the second derivative in the means, shape (P, P)."""
        maps = self.clusters.layout.to_means
        return np.asarray(maps.T @ self.weights.sum(0) @ maps / self.clusters.n_rows)

    def information(self, along: Along) -> Array:
        """Expected information of one row along directions, given which answers are there."""
        known, layout = self.clusters, self.clusters.layout
        n_rows, p = known.n_rows, self.total.shape[-1]
        maps = layout.of_clusters
        both = along.products(*2 * (maps.T @ self.weights @ maps,)).sum(-3)
        one = layout.deviations
        spread = (known.n_by_pattern.T @ self.uncertainty.reshape(-1, p * p)).reshape(-1, p, p)
        many = known.n_by_pattern.sum(0)[:, None, None]
        less = 2.0 * self.precision @ spread @ self.precision
        turned = one.T @ (many * self.precision - less) @ one
        both += along.products(one.T @ self.precision @ one, turned).sum(-3)
        changes = self._precision_changes(along)  # -dA, shape (k, J, p, p)
        pulled = self.uncertainty @ changes
        both += np.einsum("kjab,ljba->kl", pulled, pulled)
        across = self._weight_changes(changes)  # shape (k, P, P)
        crossed = 2.0 * (along.u * (across @ along.v)).sum(-2)
        both += crossed + crossed.T
        return np.asarray(0.5 * both / n_rows + along.mean_products(self.mean_weight))

    def _precision_changes(self, along: Along) -> Array:
        """What A loses along each direction within clusters, shape (k, J, p, p)."""
        layout, p = self.clusters.layout, self.total.shape[-1]
        u, v = along.u[layout.within].T, along.v[layout.within].T
        left = np.einsum("tab,kb->kta", self.precision, u)
        right = np.einsum("tab,kb->kta", self.precision, v)
        whole = left[..., :, None] * right[..., None, :]
        whole = whole + np.swapaxes(whole, -1, -2)
        flat = self.clusters.n_by_pattern @ whole.reshape(len(u), -1, p * p)
        return np.asarray(flat.reshape(len(u), -1, p, p))

    def _weight_changes(self, changes: Array) -> Array:
        """Sums over clusters of what `weights` lose with A, for all variables, shape (k, P, P)."""
        first = np.eye(self.total.shape[-1]) - self.uncertainty @ self.total
        back = np.concatenate([first, -first @ np.swapaxes(self.own[1], -1, -2)], axis=-1)
        whole = (np.swapaxes(back, -1, -2) @ changes @ back).sum(1)
        maps = self.clusters.layout.of_clusters
        return np.asarray(maps.T @ whole @ maps)

    def curvature(self, along: Along, mean: Array, covariance: Array) -> Array:
        """Second derivatives along directions, by central differences of `slope`, (k, k)."""
        deviations = np.sqrt(np.abs(np.diag(covariance)))
        deviations = np.maximum(deviations, _LEAST * self.clusters.deviations)
        found = []
        for u, v, shift in zip(along.u.T, along.v.T, along.mean.T, strict=True):
            change = np.outer(u, v)
            change = change + change.T
            size = max(
                np.abs(change / deviations / deviations[:, None]).max(),
                np.abs(shift / deviations).max(),
            )
            width = _WIDTH / max(size, np.finfo(float).tiny)
            ends = [
                self.clusters.at(mean + w * shift, covariance + w * change).slope
                for w in (width, -width)
            ]
            matrix, vector = ((a - b) / (2.0 * width) for a, b in zip(*ends, strict=True))
            row = 2.0 * (along.u * (matrix @ along.v)).sum(-2) + vector @ along.mean
            found.append(row)
        whole = np.array(found)
        return np.asarray(0.5 * (whole + whole.T))

    @cached_property
    def row_pulls(self) -> Array:
        """What rows say of their own deviations: W (y - mean - b) at the expected b, (n, p)."""
        known, p = self.clusters, self.total.shape[-1]
        seen = known.observed[known.pattern]
        left = known.values - seen * (self.mean[:p] + self.parts[known.member])
        return np.asarray((self.precision[known.pattern] @ left[..., None])[..., 0])

    def scores(self, along: Along) -> Array:
        """Each row's score along directions: its own, and its share of its cluster's, (n, k).

        Sums over the rows of a cluster are the cluster's scores; rows alone have none.
        """
        known, layout = self.clusters, self.clusters.layout
        u, v = along.u[layout.within], along.v[layout.within]
        members, patterns, counts, _ = known.pairs
        precision = self.precision[patterns]
        less = precision - precision @ self.uncertainty[members] @ precision
        expected = np.zeros((len(known.own), u.shape[1]))
        np.add.at(expected, members, counts[:, None] * (u * (less @ v)).sum(-2))
        of_clusters = self.pulls @ layout.to_means @ along.mean - expected
        u, v = layout.of_clusters @ along.u, layout.of_clusters @ along.v
        of_clusters += (self.pulls @ u) * (self.pulls @ v) - (u * (self.weights @ v)).sum(-2)
        of_clusters /= known.sizes[:, None]
        own = (self.row_pulls @ along.u[layout.within]) * (self.row_pulls @ along.v[layout.within])
        return np.asarray(own + of_clusters[known.member])


def padded_inverse(covariance: Array, observed: Mask) -> tuple[Array, Array]:
    """Inverses and log determinants of what each pattern has, zero where it has nothing."""
    pairs = observed[:, :, None] & observed[:, None, :]
    inverse, log_determinant = inverse_and_log_determinant(
        np.where(pairs, covariance, np.eye(len(covariance)))
    )
    return np.where(pairs, inverse, 0.0), log_determinant
