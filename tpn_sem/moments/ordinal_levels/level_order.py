"""The order of the statistics of ordinal and continuous variables at two levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Indices, Mask
from ..ordinal import Layout


@dataclass(frozen=True)
class LevelOrder(Layout):
    """Which statistic stands where, of variables within clusters and between them.

    Thresholds are of the parts between clusters. All of an item's statistics are in units of its
    latent response's deviation within clusters. There are no covariances across levels, and
    deviations from clusters have no means.

    Attributes
    ----------
    levels, given_levels : tuple of int
        1 or 2, of the variables and of the exogenous ones.
    within : tuple of int
        The part within clusters of each variable: itself at level 1, or where there is none.
    """

    levels: tuple[int, ...] = ()
    given_levels: tuple[int, ...] = ()
    within: tuple[int, ...] = ()

    @cached_property
    def _has_twin(self) -> Mask:
        """Which variables within clusters have a part between them."""
        places = np.arange(self.n_variables)
        return np.isin(places, self.scale_of[self.scale_of != places])

    @cached_property
    def scaled(self) -> Indices:
        """Places of the items within clusters."""
        return self.scale_of[self.ordinal]

    @cached_property
    def with_mean(self) -> Indices:
        """Places of continuous variables, but not of deviations from clusters."""
        continuous = np.ones(self.n_variables, dtype=bool)
        continuous[self.ordinal] = continuous[self.scaled] = False
        return np.flatnonzero(continuous & ~self._has_twin)

    @cached_property
    def with_variance(self) -> Indices:
        """Places of all variables but items within clusters."""
        return np.setdiff1d(np.arange(self.n_variables), self.scaled)

    @cached_property
    def scale_of(self) -> Indices:
        """The variable within clusters whose scale each variable's statistics are in."""
        return np.array(self.within, dtype=np.intp)

    @cached_property
    def slope_pairs(self) -> tuple[Indices, Indices]:
        """Variable and exogenous variable of the same level, of each slope."""
        levels = np.array(self.levels)
        variables, given = np.nonzero(levels[:, None] == np.array(self.given_levels, dtype=int))
        return variables, given

    @cached_property
    def pairs(self) -> tuple[Indices, Indices]:
        """First and second variable of each pair of one level."""
        first, second = np.triu_indices(self.n_variables, 1)
        levels = np.array(self.levels)
        same = levels[first] == levels[second]
        return first[same], second[same]

    @cached_property
    def matrix_places(self) -> Indices:
        """Where the covariance of two variables stands among the statistics; -1 if it is none."""
        places = np.full((self.n_variables, self.n_variables), -1, dtype=np.intp)
        start = np.arange(self.size)
        first, second = self.pairs
        places[first, second] = places[second, first] = start[self.blocks["covariances"]]
        own = self.with_variance
        places[own, own] = start[self.blocks["variances"]]
        return places
