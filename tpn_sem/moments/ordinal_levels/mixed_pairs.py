"""Pairs of an item and a continuous variable given what each has alone.

Given the continuous variable, the item's random intercept and residuals are normal with shifted
means, so that one part of a cluster is left to integrate out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import DataError
from ...numerics import Array, normal_density
from ..ordinal import interval
from .cluster_nodes import Nodes, nodes_of_items, posterior
from .linear_intercepts import LinearMargin
from .paired_intercepts import PairEstimate
from .random_intercepts import ItemMargin
from .score_descent import maximise_scored

_ROUNDS = 4
_NEAR = 0.97
_EDGE = 0.999
_ROUNDING = 1e-9


def mixed_pair(
    item: ItemMargin, other: LinearMargin, nodes: int | None, names: str
) -> PairEstimate:
    """Maximum likelihood in the covariances of an item with a continuous variable.

    Raises
    ------
    DataError
        Where one tells the other perfectly.
    """
    pair = MixedLikelihood(item, other)
    point = np.zeros(1 + pair.has_between)
    for _ in range(_ROUNDS):
        pair.set_nodes(nodes, point)
        found, _ = maximise_scored(pair, point)
        moved, point = float(np.abs(found.point - point).max()), found.point
        if not found.converged:
            break
        if nodes is not None or moved < 0.05:
            return pair.estimate(point)
    if not (pair.has_between and abs(point[1]) > _NEAR * pair.largest_between):
        raise DataError(
            f"{names}: their covariance has no maximum: one tells the other perfectly. Leave one "
            "out."
        )
    edge = np.copysign(_EDGE * pair.largest_between, point[1])

    def scored(alone: Array) -> tuple[Array, Array] | None:
        found = pair(np.array([alone[0], edge]))
        return None if found is None else (found[0], found[1][:, :1])

    alone, _ = maximise_scored(scored, point[:1])
    if not alone.converged:
        raise DataError(f"{names}: their covariance within clusters has no maximum. Leave one out.")
    return pair.estimate(np.array([alone.point[0], edge]))


@dataclass(frozen=True, eq=False)
class _Shifted:
    """What the continuous variable tells of the item; c is the part of a cluster, r of a row.

    Attributes
    ----------
    slope, rest : float
        Of the item's residuals on those of the variable, and what deviation is left.
    tilt : float
        Of the part that is left to integrate out on that of the variable.
    centre, spread : array, shape (J,)
        Mean and variance of the variable's part given its rows.
    mean, variance : array, shape (J,)
        Of the part that is left.
    """

    slope: float
    rest: float
    tilt: float
    centre: Array
    spread: Array
    mean: Array
    variance: Array


class MixedLikelihood:
    """Log-likelihoods of clusters of the item given the continuous variable, and scores."""

    nodes: Nodes

    def __init__(self, item: ItemMargin, other: LinearMargin):
        self.item, self.other = item, other
        self.rows, self.size = other.rows, other.rows.sizes
        self.has_between = other.between > 0.0
        self.largest_between = float(np.sqrt(item.variance * other.between))

    def set_nodes(self, asked: int | None, point: Array) -> None:
        """Nodes that are near enough at a point."""
        found = self._shifted(point)
        assert found is not None
        known = float((self.size * found.variance).max()) / found.rest**2
        self.nodes = nodes_of_items(asked, 1.2 * (1.0 + known))

    def _covariances(self, point: Array) -> tuple[float, float]:
        return float(point[0]), float(point[1]) if self.has_between else 0.0

    def _shifted(self, point: Array) -> _Shifted | None:
        within, between = self._covariances(point)
        one, two = self.other.within, self.other.between
        slope = within / one
        effect = between / two if two else 0.0
        left = 1.0 - within * slope
        total = one + self.size * two
        centre = self.size * two * self.other.centre / total
        spread = one * two / total
        tilt = effect - slope
        variance = self.item.variance - between * effect + tilt**2 * spread
        if left <= 1e-8 or (self.item.variance - between * effect) <= 0.0:
            return None
        return _Shifted(slope, float(np.sqrt(left)), tilt, centre, spread, tilt * centre, variance)

    def __call__(self, point: Array) -> tuple[Array, Array] | None:
        """Log-likelihoods and scores in the covariances that are there."""
        at = self._shifted(point)
        if at is None:
            return None
        here = _Rows(self, at)
        between = self._covariances(point)[1]
        one, two = self.other.within, self.other.between
        turned = here.moved(-1.0 / one, at)
        columns = [here.in_slope / one - here.in_rest * at.slope / at.rest + turned]
        if two:
            turned = here.moved(1.0 / two, at)
            columns.append(turned - here.in_variance * 2.0 * between / two)
        return here.value, np.column_stack(columns)

    def estimate(self, point: Array) -> PairEstimate:
        """The estimate with all scores of the pair's likelihood."""
        found = self(point)
        at = self._shifted(point)
        assert found is not None
        assert at is not None
        here = _Rows(self, at)
        return PairEstimate(
            float(point[0]),
            float(point[1]) if self.has_between else float("nan"),
            found[1],
            here.item_scores(),
            self.other.scores + self._other_scores(point, at, here),
            abs(self._covariances(point)[1]) > (_EDGE - _ROUNDING) * self.largest_between > 0.0,
        )

    def _other_scores(self, point: Array, at: _Shifted, here: _Rows) -> Array:
        """Scores of the item's likelihood in what the continuous variable has alone, (J, k)."""
        between = self._covariances(point)[1]
        one, two, size = self.other.within, self.other.between, self.size
        total = one + size * two
        share = size * two / total
        pulled = here.pull * at.tilt
        mean = -at.slope * here.pull - pulled * share
        slopes = -at.slope * self.rows.sums(here.row_pull[:, None] * self.other.design)
        slopes = slopes - (pulled * share)[:, None] * self.other.design_centre
        tilt = at.slope / one
        change = here.moved(tilt, at) - pulled * at.centre / total
        change += here.in_variance * at.tilt**2 * size * two**2 / total**2
        change += here.in_rest * at.slope**2 / (2.0 * at.rest) - here.in_slope * tilt
        columns = [mean, slopes, change]
        if two:
            effect = between / two
            change = here.moved(-effect / two, at)
            change += pulled * size * one * self.other.centre / total**2
            change += here.in_variance * (between * effect / two + at.tilt**2 * one**2 / total**2)
            columns.append(change)
        return np.column_stack(columns)


class _Rows:
    """Rows of the item at nodes: its likelihood given the variable, and slopes in what shifts it.

    Attributes
    ----------
    value, pull, in_slope, in_rest, in_variance : array, shape (J,)
        Log-likelihoods; slopes in the mean and the variance of the part that is left, in the slope
        of residuals and in what deviation these leave.
    row_pull : array, shape (n,)
        Slopes in the location of each row.
    """

    def __init__(self, pair: MixedLikelihood, at: _Shifted):
        item, rows, places = pair.item, pair.rows, pair.nodes.places[0]
        self._pair, self._rest = pair, at.rest
        here = (pair.other.design @ item.slopes + at.slope * pair.other.residuals)[:, None]
        parts = at.mean[:, None] + np.sqrt(at.variance)[:, None] * places
        here = here + parts[rows.members]
        upper = (item.edges[item.codes + 1, None] - here) / at.rest
        lower = (item.edges[item.codes, None] - here) / at.rest
        share = interval(lower, upper)
        self.value, shares = posterior(rows.sums(np.log(share)) + pair.nodes.log_weights)
        own = shares[rows.members] / share
        up, down = own * normal_density(upper), own * normal_density(lower)
        pulls = (down - up) / at.rest
        self._edges = up.sum(axis=1) / at.rest, -down.sum(axis=1) / at.rest
        self.row_pull = pulls.sum(axis=1)
        self.pull = rows.sums(self.row_pull)
        self.in_slope = rows.sums(self.row_pull * pair.other.residuals)
        self.in_rest = rows.sums(((down * lower - up * upper) / at.rest).sum(axis=1))
        self.in_variance = rows.sums(pulls @ places) / (2.0 * np.sqrt(at.variance))

    def moved(self, tilt: float, at: _Shifted) -> Array:
        """Slopes in the tilt times its change, shape (J,)."""
        return tilt * (self.pull * at.centre + self.in_variance * 2.0 * at.tilt * at.spread)

    def item_scores(self) -> Array:
        """Scores in thresholds, slopes and variance of the item, shape (J, k)."""
        item, (up, down) = self._pair.item, self._edges
        levels, codes = np.arange(len(item.thresholds)), item.codes[:, None]
        cuts = up[:, None] * (codes == levels) + down[:, None] * (codes == levels + 1)
        slopes = self.row_pull[:, None] * self._pair.other.design
        sums = self._pair.rows.sums(np.hstack([cuts, slopes]))
        return np.column_stack([sums, self.in_variance])
