"""Searches for a maximum whose nodes are laid out anew where it turns out to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, Self, cast

from ...numerics import Array
from ...specification import EstimationOptions
from ..discrepancy import Discrepancy
from ..objective import Objective
from ..optimisation import Solution, minimise_without_curvature
from .quadrature_grid import Grid

_ROUNDS = 4


class OverNodes(Protocol):
    """A discrepancy that integrates over nodes."""

    @property
    def grid(self) -> Grid | None:
        """The nodes."""

    def with_grid(self, grid: Grid) -> Self:
        """The same over other nodes."""


def search_over_nodes(
    objective: Objective,
    start: Array,
    options: EstimationOptions,
    lay_out: Callable[[Array], Grid],
    curvature: Array | None = None,
) -> tuple[Objective, Solution]:
    """The minimum over nodes that suit it, and the objective with these.

    Parameters
    ----------
    objective : Objective
        Its discrepancy integrates over nodes.
    start : array, shape (n_free,)
    options : EstimationOptions
    lay_out : function
        The nodes for a parameter vector.
    curvature : array, shape (n_free, n_free), optional
        See `minimise_without_curvature`.
    """
    over = cast(OverNodes, objective.discrepancy).with_grid(lay_out(start))
    for _ in range(_ROUNDS):
        objective = replace(objective, discrepancy=cast(Discrepancy, over))
        solution = minimise_without_curvature(objective, start, options.max_iterations, curvature)
        assert over.grid is not None
        fresh = lay_out(solution.parameters)
        given = objective.samples.options.nodes is not None
        if given or not solution.converged or _covers(over.grid, fresh):
            break
        over, start, curvature = over.with_grid(fresh), solution.parameters, None
    return objective, solution


def _covers(grid: Grid, fresh: Grid) -> bool:
    """Whether nodes laid out before do for where the search ended."""
    close = all(a <= 1.1 * b for a, b in zip(grid.spacing, fresh.spacing, strict=True))
    return close and all(a >= 0.9 * b for a, b in zip(grid.reach, fresh.reach, strict=True))
