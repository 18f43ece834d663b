"""Rows within clusters as a sample of two levels, and their unrestricted moments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import NotAvailableError
from ..language import at_level, carried, level_of, random_slopes
from ..moments import ClustersBySize, IncompleteClusters, LevelLayout, Patterns
from ..numerics import Array, Mask, vech
from .cluster_rows import clusters_of_rows
from .sample import RowPulls, Sample

_LEAST_BETWEEN = 0.02  # share of the variance within clusters
_NO_ROWS_ALONE = (
    "rows of a cluster share its part, so that no row has a likelihood of its own in a model of "
    "two levels."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class LevelMoments(Sample):
    """One group's clusters; moments are maximum-likelihood estimates of those of both levels.

    Variables of both levels stand in one order, so that their covariance matrix is block-diagonal;
    covariances across levels are zero by definition and not among what the data tell.

    Attributes
    ----------
    clusters : ClustersBySize or IncompleteClusters
    """

    clusters: ClustersBySize | IncompleteClusters

    @property
    def layout(self) -> LevelLayout:
        """Where the variables of both levels stand."""
        return self.clusters.layout

    @cached_property
    def by_row(self) -> IncompleteClusters:
        """The same data row by row, whether or not anything is missing."""
        if isinstance(self.clusters, IncompleteClusters):
            return self.clusters
        return clusters_of_rows(self.rows, self.layout)

    @cached_property
    def vector(self) -> Array:
        """Means, then vech(covariance), shape (m,)."""
        return np.concatenate([self.centre, vech(self.covariance)])

    @cached_property
    def start_covariance(self) -> Array:
        """The same with somewhat larger variances between clusters: there they may be zero."""
        layout, larger = self.layout, self.covariance.copy()
        split = layout.split
        twins, within = layout.twins[split], layout.within[split]
        larger[twins, twins] += _LEAST_BETWEEN * larger[within, within]
        return larger

    @property
    def spread(self) -> Array:
        """Not that of fourth-order moments."""
        raise NotAvailableError("least squares is not defined for two levels: take ML or MLR.")

    @property
    def all_patterns(self) -> Patterns:
        """Rows are not independent."""
        raise NotAvailableError(_NO_ROWS_ALONE)

    def row_pulls(self, mean: Array, covariance: Array) -> tuple[Array, RowPulls]:
        """Rows are not independent."""
        raise NotAvailableError(_NO_ROWS_ALONE)

    @property
    def seen(self) -> Mask:
        """Pairs of variables of one level, shape (P, P)."""
        return self.layout.same_level

    @property
    def seen_means(self) -> Mask:
        """Variables that have a mean, shape (P,)."""
        return self.layout.has_mean

    @property
    def has_unrestricted(self) -> bool:
        """Whether there is an unrestricted model: not where slopes are random."""
        return not len(self.layout.random)

    @cached_property
    def n_unseen(self) -> int:
        """How many pairs are of two levels, and how many means are zero by definition."""
        return int((~self.seen).sum()) // 2 + int((~self.seen_means).sum())

    @cached_property
    def saturated_deviance(self) -> float:
        """Deviance of a row at the sample's own moments."""
        if not self.has_unrestricted:
            return 0.0
        return float(self.clusters.at(self.centre, self.covariance).deviance)


def level_layout(names: tuple[str, ...]) -> LevelLayout:
    """Where variables of both levels stand among these."""
    place = {name: k for k, name in enumerate(names)}
    carriers = [k for k, name in enumerate(names) if carried(name)]
    random = [place[name] for name in random_slopes(names)]
    within = [k for k, name in enumerate(names) if level_of(name) == 1 and k not in carriers]
    twins = [place.get(at_level(names[k], 2), -1) for k in within]
    other = {*twins, *random}
    only = [k for k, name in enumerate(names) if level_of(name) == 2 and k not in other]
    return LevelLayout(
        *(np.array(one, dtype=np.intp) for one in (within, twins, only, carriers, random))
    )
