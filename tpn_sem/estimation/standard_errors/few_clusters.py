"""Cluster-robust standard errors for few clusters: CR2, CR3, Satterthwaite degrees of freedom.

A cluster's score s and its share H of the information say what the estimates would be without
it. With A = L L' the expected information of all rows, both are expressed in units in which A is
the identity: s becomes L^-1 s, and H is L^-1 A_c L^-T. The observed information turns scores into
estimates, so that the errors hold for models that are approximations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...data import Sample
from ...errors import NotAvailableError
from ...moments import Patterns, find_patterns
from ...numerics import Array, Indices
from ...numerics import inverse as inverse_of
from ..discrepancy import cluster_sums, direction_scores
from ..minimum import Minimum

_LEAST = 0.05  # smallest eigenvalue of I - H that is inverted: a cluster that is nearly everything


@dataclass(frozen=True, eq=False)
class ClusterParts:
    """What every cluster contributes, C clusters and n reduced parameters.

    Attributes
    ----------
    scores : array, shape (C, n)
        Sums of the rows' scores.
    shares : array H, shape (C, n, n)
        Information of each cluster as a share of all.
    root : array, shape (n_free, n)
        Turns reduced scores into estimates: the inverse observed information times L.
    counts : int array, shape (C, n_groups)
        Rows of each cluster in each group.
    """

    scores: Array
    shares: Array
    root: Array
    counts: Array

    def adjusted(self, power: float) -> Array:
        """(I - H)^-power applied to each cluster's score: 0, 1/2 (CR2) or 1 (CR3), (C, n)."""
        return np.einsum("cij,cj->ci", self._leverage(power), self.scores)

    def covariance(self, power: float) -> Array:
        """Covariance matrix of the estimates, shape (n_free, n_free)."""
        moved = self.adjusted(power) @ self.root.T
        return np.asarray(moved.T @ moved)

    def degrees_of_freedom(self, contrasts: Array, power: float) -> Array:
        """Satterthwaite degrees of freedom of the variance of each contrast, shape (k,).

        Bell & McCaffrey (2002): the variance is a quadratic form in the clusters' scores, whose
        distribution is taken from a model with independent rows.

        Parameters
        ----------
        contrasts : array, shape (k, n_free)
        """
        directions = contrasts @ self.root
        weights = np.einsum("ki,cij->kcj", directions, self._leverage(power))
        pulled = np.einsum("kci,cij->kcj", weights, self.shares)
        form = -pulled @ np.swapaxes(pulled, -1, -2)
        own = (pulled * weights).sum(-1)
        places = np.arange(form.shape[-1])
        form[:, places, places] += own
        trace = own.sum(-1) - (pulled**2).sum((-2, -1))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(trace**2 / (form**2).sum((-2, -1)))

    def effective(self, contrasts: Array) -> Array:
        """How many equally informative clusters would carry each contrast, shape (k,)."""
        directions = contrasts @ self.root
        share = np.einsum("ki,cij,kj->kc", directions, self.shares, directions)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(share.sum(1) ** 2 / (share**2).sum(1))

    def without(self) -> Array:
        """Change of the estimates without each cluster, one Newton step, shape (C, n_free)."""
        return np.asarray(-self.adjusted(1.0) @ self.root.T)

    def _leverage(self, power: float) -> Array:
        values, vectors = self._spectrum
        left = np.maximum(1.0 - values, _LEAST) ** -power
        return np.asarray((vectors * left[:, None, :]) @ np.swapaxes(vectors, -1, -2))

    @cached_property
    def _spectrum(self) -> tuple[Array, Array]:
        values, vectors = np.linalg.eigh(self.shares)
        return values, vectors


def cluster_parts(minimum: Minimum) -> ClusterParts:
    """Scores and information of the clusters of a maximum-likelihood fit.

    The information is the expected one, given the clusters' own exogenous variables and which
    answers are there.

    Raises
    ------
    NotAvailableError
        Without clusters, or for other discrepancies.
    """
    if not minimum.samples.cluster_labels:
        raise NotAvailableError("the fit has no clusters: name their column with cluster=.")
    if not minimum.discrepancy.is_likelihood or minimum.is_two_stage:
        raise NotAvailableError("corrections for few clusters need maximum likelihood.")
    n_free = minimum.specification.table.n_free
    scores = [
        direction_scores(*triple)
        for triple in zip(minimum.samples.groups, minimum.implied, minimum.directions, strict=True)
    ]
    columns = [pattern.places for pattern in minimum.specification.patterns]
    sums = cluster_sums(minimum.samples, scores, columns, n_free)
    blocks, counts = _information(minimum)
    basis = minimum.tangent
    total = ((basis.T @ blocks.sum(0)) * basis.T).sum(1)
    basis = basis / np.sqrt(np.where(total > 0.0, total, 1.0))  # no unit matters to what follows
    reduced = basis.T @ blocks @ basis
    lower = np.linalg.cholesky(reduced.sum(0))
    inverse = inverse_of(lower)
    observed = minimum.objective.observed_hessian(minimum.implied, minimum.directions)
    bread = inverse_of(basis.T @ observed @ basis) / minimum.samples.size
    return ClusterParts(
        sums @ basis @ inverse.T, inverse @ reduced @ inverse.T, basis @ bread @ lower, counts
    )


def _information(minimum: Minimum) -> tuple[Array, Array]:
    """Information of each cluster, (C, n_free, n_free), and its rows by group, (C, groups)."""
    n_free, n_clusters = minimum.specification.table.n_free, len(minimum.samples.cluster_labels)
    blocks = np.zeros((n_clusters, n_free, n_free))
    counts = np.zeros((n_clusters, len(minimum.samples.groups)))
    for group, sample in enumerate(minimum.samples.groups):
        places = minimum.specification.patterns[group].places
        membership = sample.rows.membership
        for cluster in np.unique(membership):
            rows = np.flatnonzero(membership == cluster)
            block = _cluster_information(minimum, group, sample, rows)
            blocks[cluster][np.ix_(places, places)] += block
            counts[cluster, group] = len(rows)
    return blocks, counts


def _cluster_information(minimum: Minimum, group: int, sample: Sample, rows: Indices) -> Array:
    """Expected information of some rows given their exogenous variables, in the free cells."""
    implied, along = minimum.implied[group], minimum.directions[group]
    means = sample.mean is not None
    weights = sample.rows.counts
    weight = None if weights is None else weights[rows]
    mean = implied.mean if means else sample.centre
    patterns = _expected(
        find_patterns(sample.rows.values[rows], weight),
        mean,
        implied.covariance,
        minimum.specification.patterns[group].fixed_exogenous,
    )
    here = patterns.at(mean, implied.covariance)
    jacobian = along.jacobian(True)
    if not means:
        jacobian[: len(mean)] = 0.0
    matrix, vector = here.slope
    cells = minimum.specification.patterns[group].cells
    curved = implied.second_derivatives(cells, matrix, vector if means else None)
    total = len(rows) if weight is None else weight.sum()
    return np.asarray(total * (jacobian.T @ here.curvature @ jacobian + 0.5 * curved))


def _expected(patterns: Patterns, mean: Array, covariance: Array, exogenous: Indices) -> Patterns:
    """The same rows with what the model expects in place of all that is not exogenous."""
    count, p = patterns.mean.shape
    slopes = np.zeros((p, len(exogenous)))
    gap = np.zeros((count, len(exogenous)))
    excess = np.zeros((count, len(exogenous), len(exogenous)))
    if len(exogenous):
        among = covariance[np.ix_(exogenous, exogenous)]
        slopes = covariance[:, exogenous] @ inverse_of(among)
        gap = patterns.mean[:, exogenous] - mean[exogenous]
        excess = patterns.covariance[:, exogenous[:, None], exogenous] - among
    expected = np.where(patterns.observed, mean + gap @ slopes.T, 0.0)
    spread = covariance + slopes @ excess @ slopes.T
    return Patterns(
        patterns.observed,
        patterns.shares,
        expected,
        np.where(patterns.pairs, spread, 0.0),
        patterns.member,
    )
