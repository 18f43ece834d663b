"""Studentised statistics of groups dealt anew, from the scores of one pooled fit.

Where groups are alike, what each unit says of the parameters is its score at the fit of all rows
together. Dealing the groups anew only adds the same scores up in another way: one step from the
pooled estimates gives those of each dealing, and the scores that are left give their errors,
without a refit. Every number is a function of the dealing alone, so that a permutation test with
it is exact where units are exchangeable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..numerics import Array, Indices, inverse

_MOST_KEPT = 512  # inverse matrices


@dataclass(frozen=True, eq=False)
class PooledScores:
    """What the units say at the pooled fit, m moments.

    Attributes
    ----------
    scores : array, shape (u, m)
        Sums of the rows' scores in the moments, a row per unit that may change places.
    information : array, shape (m, m)
        Of one row.
    sizes : array, shape (u,)
        Rows of each unit.
    clusters : int array, shape (u,)
        The independent cluster of each unit, from 0.
    n_groups : int
    """

    scores: Array
    information: Array
    sizes: Array
    clusters: Indices
    n_groups: int

    def by_cluster(self, values: Array) -> Array:
        """Sums over the units of each cluster, shape (c, ...)."""
        return np.asarray(np.add.reduceat(values[self._order], self._starts))

    @cached_property
    def _order(self) -> Indices:
        return np.argsort(self.clusters, kind="stable")

    @cached_property
    def _starts(self) -> Indices:
        """Where each cluster's units begin, in their order."""
        return np.flatnonzero(np.diff(self.clusters[self._order], prepend=-1))


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A model at the pooled estimates, r parameters that its constraints leave free.

    Attributes
    ----------
    jacobians : tuple of arrays, shape (m, r)
        Of each group's moments.
    contrasts : array, shape (k, r)
        Derivatives of contrasts between groups.
    """

    jacobians: tuple[Array, ...]
    contrasts: Array


@dataclass(frozen=True, eq=False)
class PermutedScores:
    """Statistics of a ladder of models for any dealing of the groups among units.

    Attributes
    ----------
    pooled : PooledScores
    models : tuple of LinearModel
        Each nested in the one before.
    tested : tuple of bool
        Whether the difference of each model after the first from the one before is asked.
    """

    pooled: PooledScores
    models: tuple[LinearModel, ...]
    tested: tuple[bool, ...]
    _known: dict[tuple[float, ...], Array] = field(default_factory=dict, repr=False)

    def statistics(self, members: Indices) -> Array:
        """Contrasts over their errors, then scaled differences of chi-square, (k + tested,)."""
        dealing = self._dealing(members)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = [values / errors for values, errors in self._all_contrasts(dealing)]
        pairs = self._tested_pairs
        return np.concatenate([*ratios, [self._difference(dealing, *pair, True) for pair in pairs]])

    def plain(self, members: Indices) -> Array:
        """The same before anything is divided by what it varies by: contrasts, differences."""
        dealing = self._dealing(members)
        found = [values for values, _ in self._all_contrasts(dealing)]
        pairs = self._tested_pairs
        return np.concatenate([*found, [self._difference(dealing, *pair, False) for pair in pairs]])

    @property
    def _with_contrasts(self) -> list[int]:
        return [place for place, model in enumerate(self.models) if len(model.contrasts)]

    @property
    def _tested_pairs(self) -> list[tuple[int, int]]:
        return [(place, place + 1) for place, is_in in enumerate(self.tested) if is_in]

    def _dealing(self, members: Indices) -> _Dealing:
        inside = [(members == group).astype(float) for group in range(self.pooled.n_groups)]
        sizes = [self.pooled.by_cluster(self.pooled.sizes * one) for one in inside]
        counts = [size.sum() for size in sizes]
        steps = {place: self._step(place, inside, counts) for place in self._needed}
        return _Dealing(inside, sizes, _cluster_factors(sizes), steps)

    @cached_property
    def _needed(self) -> list[int]:
        """The models that something is asked of."""
        return sorted(
            {*self._with_contrasts, *(one for pair in self._tested_pairs for one in pair)}
        )

    @cached_property
    def _projected(self) -> list[list[Array]]:
        """Scores of the units in each model's parameters as those of each group, (u, r)."""
        return [
            [self.pooled.scores @ jacobian for jacobian in model.jacobians] for model in self.models
        ]

    @cached_property
    def _crossed(self) -> dict[tuple[int, int], list[Array]]:
        """Information of one row between the parameters of two models, a group each, (r, s)."""
        pulled = [
            [self.pooled.information @ jacobian for jacobian in model.jacobians]
            for model in self.models
        ]
        pairs = {(place, place) for place in self._needed}
        pairs |= {(after, before) for before, after in self._tested_pairs}
        return {
            (one, other): [
                left.T @ right
                for left, right in zip(self.models[one].jacobians, pulled[other], strict=True)
            ]
            for one, other in pairs
        }

    def _step(self, place: int, inside: list[Array], counts: list[float]) -> _Step:
        """One step from the pooled estimates."""
        covariance = self._covariance(place, counts)
        pairs = zip(inside, self._projected[place], strict=True)
        score = np.asarray(sum(one @ scores for one, scores in pairs))
        move = covariance @ score
        return _Step(covariance, move, float(score @ move))

    def _covariance(self, place: int, counts: list[float]) -> Array:
        """Inverse information of groups of these sizes, (r, r); kept, as sizes come again."""
        key = (place, *counts)
        if key not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            blocks = zip(counts, self._crossed[place, place], strict=True)
            self._known[key] = inverse(np.asarray(sum(count * one for count, one in blocks)))
        return self._known[key]

    def _left(self, dealing: _Dealing, model: int, taken: int) -> Array:
        """Clusters' scores in one model's parameters after another model's step, (c, r)."""
        move = dealing.steps[taken].move
        total = np.zeros(())
        for group, (inside, size) in enumerate(zip(dealing.inside, dealing.sizes, strict=True)):
            own = self.pooled.by_cluster(self._projected[model][group] * inside[:, None])
            expected = self._crossed[model, taken][group] @ move
            total = total + own - np.outer(size, expected)
        return total

    def _all_contrasts(self, dealing: _Dealing) -> list[tuple[Array, Array]]:
        """Contrasts and their cluster-robust errors, (k,) each, a pair per model that has some."""
        found = []
        for place in self._with_contrasts:
            step, contrasts = dealing.steps[place], self.models[place].contrasts
            moved = self._left(dealing, place, place) @ (contrasts @ step.covariance).T
            spread = (dealing.factors[:, None] * moved**2).sum(0)
            found.append((np.asarray(contrasts @ step.move), np.sqrt(spread)))
        return found

    def _difference(self, dealing: _Dealing, wide: int, narrow: int, scaled: bool) -> float:
        """Difference of two models' score statistics; over what the clusters' scores expect."""
        steps = dealing.steps
        found = steps[wide].statistic - steps[narrow].statistic
        if not scaled:
            return found
        expected = []
        for place in (wide, narrow):
            left = self._left(dealing, place, wide)
            turned = left @ steps[place].covariance
            expected.append(float((dealing.factors[:, None] * turned * left).sum()))
        return found / (expected[0] - expected[1])


@dataclass(frozen=True, eq=False)
class _Step:
    covariance: Array
    move: Array
    statistic: float


@dataclass(frozen=True, eq=False)
class _Dealing:
    """One dealing: units in each group, (u,), clusters' rows in it, (c,), factors, steps."""

    inside: list[Array]
    sizes: list[Array]
    factors: Array
    steps: dict[int, _Step]


def _cluster_factors(sizes: list[Array]) -> Array:
    """C / (C - 1) of the clusters of each one's group, (c,); of all where clusters are mixed."""
    inside = np.array(sizes) > 0.0
    if (inside.sum(0) > 1).any():
        count = inside.shape[1]
        return np.full(count, count / max(count - 1.0, 1.0))
    counts = inside.sum(1)[inside.argmax(0)]
    return np.asarray(counts / np.maximum(counts - 1.0, 1.0))
