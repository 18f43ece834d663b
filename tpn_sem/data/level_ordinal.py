"""Rows within clusters whose items are ordinal, as a sample of two levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import DataError
from ..language import level_of, plain_name
from ..moments import LevelLayout
from ..moments.ordinal_levels import LevelOrder, level_statistics
from ..numerics import Array, Indices, Mask, correlation, inverse, is_positive_definite
from ..specification import DataOptions, Pattern
from .cluster_rows import cluster_numbers, own_values
from .level_moments import level_layout
from .level_samples import check_constant, check_enough
from .ordinal_items import check_categories
from .ordinal_statistics import OrdinalStatistics, with_predictors
from .rows import Rows

_FEW = 5  # answers in a category


@dataclass(frozen=True, eq=False, kw_only=True)
class LevelOrdinalStatistics(OrdinalStatistics):
    """Statistics of both levels; `covariance` has a block for each, in the items' units.

    Attributes
    ----------
    edges : tuple of two ints each
        Places of pairs whose correlation between clusters is one, but for rounding.
    """

    edges: tuple[tuple[int, int], ...] = ()

    @cached_property
    def variance_places(self) -> Indices:
        """None: variances between clusters vary from sample to sample."""
        return np.zeros(0, dtype=np.intp)

    @cached_property
    def layout(self) -> LevelLayout:
        """Where the variables of both levels stand."""
        return level_layout(self.names)

    @property
    def seen(self) -> Mask:
        """Pairs of variables of one level, shape (P, P)."""
        return self.layout.same_level

    @cached_property
    def inverse_spread(self) -> Array:
        """The inverse of `spread`, shape (m, m)."""
        spread = self.spread
        if self.n_clusters <= len(spread) or not is_positive_definite(spread):
            where = f" in group {self.label!r}" if self.label else ""
            raise DataError(
                f"WLS needs more clusters{where} than there are statistics: {self.n_clusters} "
                f"clusters, {len(spread)} thresholds, slopes, variances and covariances. Take "
                "'WLSMV', the default."
            )
        return inverse(spread)

    def _indefinite(self, where: str) -> list[str]:
        """Levels whose correlations no variables could have together."""
        order, notes = self.statistics.layout, []
        assert isinstance(order, LevelOrder)
        for level, words in ((1, "within clusters"), (2, "between clusters")):
            places = np.flatnonzero(np.array(order.levels) == level)
            block = self.statistics.covariance[np.ix_(places, places)]
            if guilty := _involved(block, [self.names[place] for place in places]):
                notes.append(
                    f"correlations {words}{where} are not positive definite (most involved: "
                    f"{guilty}): pairs are estimated one by one, and the data tell too little of "
                    "these together."
                )
        return notes

    @property
    def notes(self) -> list[str]:
        """What was met among pairs and categories."""
        where = f" in group {self.label!r}" if self.label else ""
        notes, names = [], self.names
        if self.edges:
            pairs = ", ".join(f"{names[i]} and {names[j]}" for i, j in self.edges[:3])
            more = ", ..." if len(self.edges) > 3 else ""
            notes.append(
                f"variables that correlate to 1 between clusters{where}: {pairs}{more}. These data "
                "do not tell them apart there, and errors of what rests on them are too small."
            )
        notes += self._indefinite(where)
        items = self.statistics.layout.ordinal
        rare = [
            f"{plain_name(names[place])} ({min(counts)})"
            for place in items
            if min(counts := np.unique(self.rows.values[:, place], return_counts=True)[1]) < _FEW
        ]
        if rare:
            notes.append(
                f"a category has fewer than {_FEW} answers{where}: {', '.join(rare)}. Thresholds "
                "beside it are hardly told; join it with a neighbour."
            )
        return notes


def _involved(matrix: Array, names: list[str]) -> str:
    """The variables that make a covariance matrix indefinite; empty where it is not."""
    values, vectors = np.linalg.eigh(correlation(matrix))
    if values[0] > 0.0:
        return ""
    return ", ".join(plain_name(names[k]) for k in np.argsort(-np.abs(vectors[:, 0]))[:4])


def level_ordinal_sample(
    rows: Rows, label: str, pattern: Pattern, options: DataOptions
) -> LevelOrdinalStatistics:
    """Thresholds, variances and correlations of both levels of one group.

    Raises
    ------
    DataError
        Where clusters or rows are too few, a category is empty, or an item does not vary at both
        levels.
    """
    where = f" in group {label!r}" if label else ""
    names, p = pattern.observed, len(pattern.modelled)
    order = pattern.ordinal_responses.layout
    assert isinstance(order, LevelOrder)
    members, layout = cluster_numbers(rows), level_layout(names)
    n_clusters = int(members.max()) + 1
    check_enough(n_clusters, len(rows), layout, where)
    outside = rows.values[:, layout.only]
    own = own_values(outside, members, n_clusters)
    check_constant(outside, own[members], [names[k] for k in layout.only], where)
    check_categories(rows.values, names, order.categories, where)
    named = LevelOrder(
        order.categories,
        order.n_exogenous,
        tuple(map(plain_name, names)),
        order.levels,
        order.given_levels,
        order.within,
    )
    given = rows.values[:, p:]
    _check_given(given, [plain_name(name) for name in names[p:]], where)
    try:
        found = level_statistics(rows.values[:, :p], given, members, named, options.nodes)
    except DataError as error:
        raise DataError(f"ordinal answers{where}: {error}") from None
    moments = found.moments
    covariance, mean = moments.covariance, moments.mean
    if given.shape[1]:
        centre, among = _moments_of_given(rows.values, names, p, layout, own)
        covariance, mean = with_predictors(moments, among, centre)
    return LevelOrdinalStatistics(
        label=label,
        names=names,
        n_observations=len(rows),
        covariance=covariance,
        mean=mean,
        known_rows=rows,
        statistics=moments,
        edges=found.edges,
    )


def _check_given(given: Array, names: list[str], where: str) -> None:
    """Predictors vary, and none is told by the others."""
    gap = given - given.mean(axis=0)
    scale = np.sqrt((gap * gap).mean(axis=0))
    flat = np.flatnonzero(~(scale > 1e-12 * np.abs(given).max(axis=0, initial=0.0)))
    if len(flat):
        raise DataError(f"predictor {names[flat[0]]!r} is constant{where}: leave it out.")
    products = (gap / scale).T @ (gap / scale) / len(gap)
    if np.linalg.eigvalsh(products).min(initial=1.0) < 1e-12:
        raise DataError(
            f"predictors ({', '.join(names)}) are collinear{where}: leave one of them out."
        )


def _moments_of_given(
    values: Array, names: tuple[str, ...], p: int, layout: LevelLayout, own: Array
) -> tuple[Array, Array]:
    """Means and covariances of predictors, those of clusters over clusters; zero across levels."""
    q = len(names) - p
    centre, among = np.zeros(q), np.zeros((q, q))
    levels = np.array([level_of(name) for name in names[p:]])
    clusters = own[:, np.searchsorted(layout.only, p + np.flatnonzero(levels == 2))]
    for level, part in ((1, values[:, p:][:, levels == 1]), (2, clusters)):
        chosen = np.flatnonzero(levels == level)
        if len(chosen):
            centre[chosen] = part.mean(axis=0)
            among[np.ix_(chosen, chosen)] = np.cov(part.T, ddof=0).reshape(len(chosen), len(chosen))
    return centre, among
