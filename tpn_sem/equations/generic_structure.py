"""The model at parameter values drawn at random: what vanishes at all of them always does.

A polynomial in the parameters that is zero at a point drawn from a continuous distribution is zero
everywhere, but for chance zero. Values are drawn once, with a fixed seed; constraints that are
linear hold, and non-linear ones are left out, which finds too little and nothing wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..numerics import Array, Mask
from ..specification import (
    Pattern,
    Specification,
    fill,
    refuse_composites,
    refuse_correlation,
    total_effects,
)

_POINTS, _SEED = 4, 20050401
_ZERO = 1e-9  # of a sum that cancels, over the sum of its terms' sizes


@dataclass(frozen=True, eq=False)
class GenericStructure:
    """One group's model at k points.

    Attributes
    ----------
    pattern : Pattern
    paths, disturbances, effects : array, shape (k, v, v)
        A, S and (I - A)^-1.
    """

    pattern: Pattern
    paths: Array
    disturbances: Array
    effects: Array

    @cached_property
    def from_disturbances(self) -> Array:
        """Covariances of variables (rows) with disturbances (columns), E S, shape (k, v, v)."""
        return np.asarray(self.effects @ self.disturbances)

    @cached_property
    def covariance(self) -> Array:
        """Covariances of all variables, shape (k, v, v)."""
        return np.asarray(self.from_disturbances @ np.swapaxes(self.effects, -1, -2))

    @cached_property
    def parents(self) -> tuple[tuple[int, ...], ...]:
        """Variables that affect each variable directly."""
        is_path: Mask = np.any(self.paths, axis=0)
        return tuple(tuple(np.flatnonzero(row).tolist()) for row in is_path)

    @cached_property
    def measured_items(self) -> dict[str, tuple[str, ...]]:
        """Observed items of each factor that has some."""
        names, n = self.pattern.names, self.pattern.n_observed
        found = {
            names[factor]: tuple(names[item] for item in range(n) if factor in self.parents[item])
            for factor in range(n, len(names))
        }
        return {factor: items for factor, items in found.items() if items}

    def is_ancestor(self, one: int, other: int) -> bool:
        """Whether a variable affects another, directly or not."""
        return one != other and bool(self.effects[:, other, one].any())

    def are_correlated(self, one: int, other: int) -> bool:
        """Whether the disturbances of two variables covary."""
        return bool(self.disturbances[:, one, other].any())


def generic_structures(specification: Specification) -> list[GenericStructure]:
    """The model of each group at the same random points."""
    refuse_composites(specification.roles, "local fit")
    refuse_correlation(specification.options, "local fit")
    rng = np.random.default_rng(_SEED)
    reduction = specification.restrictions.reduction
    reduced = _drawn(rng, (_POINTS, reduction.n_reduced))
    parameters = reduction.expand(reduced)
    return [_one_group(pattern, parameters, rng) for pattern in specification.patterns]


def vanishes(values: Array, sizes: Array) -> Mask:
    """Which values, shape (k, ...), are zero at all points beside the sizes of their terms."""
    return np.asarray((np.abs(values) <= _ZERO * sizes).all(axis=0))


def _drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers away from zero, of both signs."""
    return rng.uniform(0.3, 1.2, shape) * rng.choice([-1.0, 1.0], shape)


def _one_group(pattern: Pattern, parameters: Array, rng: np.random.Generator) -> GenericStructure:
    values = np.tile(pattern.fixed, (len(parameters), 1))
    values[:, pattern.free_cells] = parameters[:, pattern.places]
    others = [pattern.taken]
    if pattern.responses is not None and pattern.responses.parameterization == "delta":
        others.append(pattern.responses.residuals)  # they follow from scales that are arbitrary
    following = np.concatenate(others).astype(np.intp)
    values[:, following] = _drawn(rng, (len(parameters), len(following)))
    paths, disturbances, _ = fill(pattern, values)
    effects = np.where(_reaches(paths), total_effects(pattern, paths), 0.0)
    return GenericStructure(pattern, paths, disturbances, effects)


def _reaches(paths: Array) -> Mask:
    """Whether a path leads to each variable (rows) from each (columns), or they are the same.

    An inverse, which loops need, has rounding in place of zeros.
    """
    found = np.any(paths, axis=0) | np.eye(paths.shape[-1], dtype=bool)
    for _ in range(int(np.ceil(np.log2(max(len(found), 2))))):
        found = (found.astype(np.intp) @ found.astype(np.intp)) > 0
    return np.asarray(found)
