"""Scores of clusters at two levels, shared out among their rows."""

from __future__ import annotations

from collections.abc import Callable

from ...data import LevelMoments
from ...numerics import Array
from ..implied import Directions, Implied


def level_scores(
    sample: LevelMoments, implied: Implied, directions: Directions
) -> Callable[[slice], Array]:
    """Each row's score along directions, so that those of a cluster sum up to its own."""
    scores = implied.locate(sample.by_row).scores(directions)

    def part(rows: slice) -> Array:
        return scores[rows]

    return part
