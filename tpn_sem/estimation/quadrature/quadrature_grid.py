"""Equally spaced nodes for what is integrated out: where, how close, and what they cost.

Rows say something of the factors that are integrated out, so that what is left of them has a
smaller deviation. Sums over equally spaced nodes are exact to 1e-8 where the spacing is no larger
than that deviation (the trapezoidal rule of smooth functions that vanish at both ends;
Trefethen & Weideman, 2014), which Gauss-Hermite nodes of the prior distribution are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gamma, pi

import numpy as np

from ...errors import NotAvailableError
from ...numerics import Array

_SPACING = 0.85  # of the smallest deviation that rows leave
_TOO_WIDE = 1.25
_REACH = 6.0  # deviations on both sides
_NEGLIGIBLE = 45.0  # of a log-density, below that at the centre
_MOST = 2e7  # rows times nodes
_SECONDS = 6.5e-6  # for each of these, of a fit of some thirty parameters


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes of standard normal variables, shape (k, c), and the logarithms of their weights."""

    places: Array
    log_weights: Array


@dataclass(frozen=True)
class Grid:
    """Where nodes lie.

    Attributes
    ----------
    spacing, reach : tuple of float
        Of each variable, in its deviations; the reach is on both sides.
    asked : int or None
        Nodes in each dimension that a user asked for.
    shift : float
        How far rows lie from the centre, at most, by what is known of them beside their answers.
    """

    spacing: tuple[float, ...]
    reach: tuple[float, ...]
    asked: int | None = None
    shift: float = 0.0

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of nodes in each dimension."""
        if self.asked is not None:
            return (self.asked,) * len(self.spacing)
        pairs = zip(self.reach, self.spacing, strict=True)
        return tuple(2 * int(np.ceil(reach / spacing)) + 1 for reach, spacing in pairs)

    @property
    def steps(self) -> tuple[float, ...]:
        """Distance between nodes in each dimension."""
        pairs = zip(self.reach, self.counts, strict=True)
        return tuple(2.0 * reach / (count - 1) for reach, count in pairs)

    def suits(self, deviations: Sequence[float]) -> bool:
        """Whether nodes are close enough for what rows leave of each variable."""
        return all(
            step <= _TOO_WIDE * left for step, left in zip(self.steps, deviations, strict=True)
        )


def grid_for(deviations: Array, extremes: Array, asked: int | None) -> Grid:
    """A grid for what rows leave of each variable, shape (c,), and their largest means, (c,)."""
    spacing = tuple(float(_SPACING * max(one, 1e-3)) for one in deviations)
    reach = tuple(
        float(max(_REACH, far + _REACH * left))
        for far, left in zip(extremes, deviations, strict=True)
    )
    return Grid(spacing, reach, asked)


def grid_around(deviations: Array, shifts: Array, asked: int | None) -> Grid:
    """A grid for rows whose factors have means of their own.

    Parameters
    ----------
    deviations : array, shape (c,)
        What rows leave of each variable.
    shifts : array, shape (n, c)
        Means of the rows.
    asked : int or None
    """
    spacing = tuple(float(_SPACING * max(one, 1e-3)) for one in deviations)
    reach = tuple((_REACH + np.abs(shifts).max(axis=0, initial=0.0)).tolist())
    farthest = float(np.sqrt((shifts**2).sum(axis=1)).max(initial=0.0))
    return Grid(spacing, reach, asked, farthest)


def check_cost(
    grid: Grid, n_rows: int, names: Sequence[str], what: str, advice: str, most: float = _MOST
) -> None:
    """Refuse a grid that no machine of today can hold.

    Parameters
    ----------
    grid : Grid
    n_rows : int
    names : sequence of str
        What is integrated out.
    what : str
        Which option integrates.
    advice : str
    most : float
        Rows times nodes.

    Raises
    ------
    NotAvailableError
    """
    total = float(np.prod([float(count) for count in grid.counts])) * _within(len(grid.counts))
    if total * n_rows <= most:
        return
    per = " x ".join(str(count) for count in grid.counts)
    raise NotAvailableError(
        f"{what} integrates over {len(names)} factors ({', '.join(names)}): "
        f"{per}, {total:,.0f} nodes without corners, for each of {n_rows} rows, which would take "
        f"some {total * n_rows * _SECONDS / 60.0:,.0f} minutes and "
        f"{total * n_rows * 8 / 1e9:,.1f} GB at a time. {advice}"
    )


def _within(dimensions: int) -> float:
    """The share of a cube that the ball in it has, which is what is kept of a grid."""
    return float(pi ** (dimensions / 2.0) / gamma(dimensions / 2.0 + 1.0) / 2.0**dimensions)


@lru_cache(maxsize=32)
def nodes_of(grid: Grid) -> Nodes:
    """Nodes and logarithms of their weights; corners that weigh nothing are left out."""
    axes = [
        np.linspace(-reach, reach, count)
        for reach, count in zip(grid.reach, grid.counts, strict=True)
    ]
    mesh = np.meshgrid(*axes, indexing="ij")
    places = np.stack(mesh, axis=-1).reshape(-1, len(axes))
    log_density = -0.5 * (places**2).sum(axis=1)
    if len(axes) > 1:
        radius = max(min(grid.reach), np.sqrt(_NEGLIGIBLE) + grid.shift)
        keep = log_density >= -0.5 * radius**2 - 1e-9
        places, log_density = places[keep], log_density[keep]
    log_weights = log_density - np.log(np.exp(log_density).sum())
    return Nodes(places, log_weights)
