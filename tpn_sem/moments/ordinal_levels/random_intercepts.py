"""Ordered probit regressions with random intercepts of clusters, an item each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ...errors import DataError
from ...numerics import Array, Indices, normal_density
from ..ordinal import interval
from .cluster_nodes import Nodes, nodes_of_items, posterior
from .clustered_answers import ClusteredRows, distinct
from .score_descent import maximise_scored

_FAR = 40.0  # stands for an infinite threshold
_LEAST = 1e-4  # variance between clusters over that within, below which there is none to speak of
_LITTLE = 1e-2  # the same where the search for a maximum ended on the way to zero


@dataclass(frozen=True, eq=False)
class Predictors:
    """What all regressions are given, row by row.

    Attributes
    ----------
    values : array, shape (n, q)
        Those within clusters first; centred, so that thresholds are those at their means.
    alike : int array, shape (n,)
        Rows of a cluster with the same number have the same values.
    centre : array, shape (q,)
        What was taken off.
    """

    values: Array
    alike: Indices
    centre: Array


@dataclass(frozen=True, eq=False)
class ItemMargin:
    """One item's regression: latent responses have a residual variance of 1 within clusters.

    Attributes
    ----------
    thresholds : array, shape (c - 1,)
    slopes : array, shape (q,)
    variance : float
        Of the random intercepts.
    scores : array, shape (J, c - 1 + q + 1)
        Of each cluster at the estimates: thresholds, slopes, variance.
    codes : int array, shape (n,)
    """

    thresholds: Array
    slopes: Array
    variance: float
    scores: Array
    codes: Indices

    @property
    def parameters(self) -> Array:
        """Thresholds, slopes and the variance."""
        return np.concatenate([self.thresholds, self.slopes, [self.variance]])

    @property
    def edges(self) -> Array:
        """Thresholds with the ends of the line, shape (c + 1,)."""
        return np.concatenate([[-_FAR], self.thresholds, [_FAR]])


def item_margin(
    codes: Indices, members: Indices, given: Predictors, n_codes: int, nodes: int | None, name: str
) -> ItemMargin:
    """The regression of one item by maximum likelihood, the intercepts integrated out.

    Parameters
    ----------
    codes, members : int arrays, shape (n,)
        Answers from 0, and clusters, ascending.
    given : Predictors
    n_codes : int
    nodes : int or None
        Of the quadrature; as many as the data need if None.
    name : str
        What messages call the item.

    Raises
    ------
    DataError
        Where answers do not differ within clusters, or no more between them than chance has it.
    """
    rows, first = distinct(members, codes, given.alike)
    if len(np.unique(members * n_codes + codes)) == rows.n_clusters:
        raise DataError(
            f"{name} has the same answer in all rows of each cluster: it is ordinal and varies "
            "between clusters only, which is not estimated yet. Leave it out, or take it as a "
            "number (leave it out of ordered=), at 'level: 2' only."
        )
    likelihood = _Likelihood(rows, codes[first], given.values[first], n_codes)
    point, spaced = _start(codes, members, n_codes, given.values.shape[1]), 0.0
    while True:
        needed = 1.0 + rows.sums(np.ones(len(first))).max() * point[-1]
        if nodes is None and needed <= spaced:
            break
        spaced = 1.2 * needed
        likelihood.nodes = nodes_of_items(nodes, spaced)
        found, _ = maximise_scored(likelihood, point)
        point = found.point
        if point[-1] < (_LEAST if found.converged else _LITTLE):
            raise DataError(
                f"latent responses to {name} do not vary between clusters in these data (variance "
                f"{point[-1]:.1g} of one of 1 within): nothing is between clusters to be "
                "explained. Leave the item out, or drop the level: blocks, where cluster= alone "
                "corrects errors for clusters."
            )
        if not found.converged:
            raise DataError(
                f"the probit regression of {name} with random intercepts has no maximum: a "
                "predictor tells its answers perfectly, or a category has too few. Leave the "
                "predictor out, or join categories."
            )
        if nodes is not None:
            break
    cut = n_codes - 1
    return ItemMargin(point[:cut], point[cut:-1], float(point[-1]), found.here.scores, codes)


def _start(codes: Indices, members: Indices, n_codes: int, n_slopes: int) -> Array:
    """Thresholds of the shares, no slopes, and a variance from that of clusters' means."""
    counts = np.bincount(codes, minlength=n_codes)
    shares = np.cumsum(counts)[:-1] / counts.sum()
    sizes = np.bincount(members)
    means = np.bincount(members, codes.astype(float)) / sizes
    centred = codes - means[members]
    within = float(centred @ centred) / max(len(codes) - len(sizes), 1)
    whole = float(np.average((means - codes.mean()) ** 2, weights=sizes))
    between = whole - within * len(sizes) / len(codes)
    variance = float(np.clip(between / max(within, 1e-300), 0.05, 5.0))
    return np.concatenate([ndtri(shares) * np.sqrt(1.0 + variance), np.zeros(n_slopes), [variance]])


class _Likelihood:
    """Log-likelihoods of clusters and their scores; see `ScoreProblem`."""

    nodes: Nodes

    def __init__(self, rows: ClusteredRows, codes: Indices, design: Array, n_codes: int):
        self._rows, self._codes, self._design, self._n_codes = rows, codes, design, n_codes

    def __call__(self, point: Array) -> tuple[Array, Array] | None:
        """At thresholds, slopes and the variance."""
        cut = self._n_codes - 1
        thresholds, slopes, variance = point[:cut], point[cut:-1], point[-1]
        if not (variance > 0.0 and (np.diff(thresholds) > 0.0).all()):
            return None
        deviation = float(np.sqrt(variance))
        edges = np.concatenate([[-_FAR], thresholds, [_FAR]])
        here = (self._design @ slopes)[:, None] + deviation * self.nodes.places
        lower, upper = edges[self._codes, None] - here, edges[self._codes + 1, None] - here
        share = interval(lower, upper)
        found, shares = posterior(self._rows.sums(np.log(share)) + self.nodes.log_weights)
        own = shares[self._rows.members] / share
        up, down = own * normal_density(upper), own * normal_density(lower)
        shift = (down - up) @ self.nodes.places[0]
        up, down = up.sum(axis=1), down.sum(axis=1)
        levels = np.arange(cut)
        cuts = up[:, None] * (self._codes[:, None] == levels)
        cuts -= down[:, None] * (self._codes[:, None] == levels + 1)
        rest = (down - up)[:, None] * self._design
        whole = np.column_stack([cuts, rest, shift / (2.0 * deviation)])
        return found, self._rows.sums(whole)
