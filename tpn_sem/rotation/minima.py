"""The minima that the starts of a rotation found, and what must be said of them."""

from __future__ import annotations

import numpy as np

from ..numerics import Array
from .arrangement import aligned
from .rotate import Rotated


def largest_changes(found: Rotated) -> Array:
    """Largest difference of a loading between each minimum and the best one, columns matched."""
    best = found.solution.rotated
    stack = np.array([loadings for _, _, loadings in found.minima])
    places, signs = aligned(stack, best)
    matched = np.take_along_axis(stack, places[:, None, :], axis=2) * signs[:, None, :]
    changes = np.abs(matched - best).max(axis=(1, 2))
    return np.r_[0.0, changes[1:]]


def minima_notes(found: Rotated, where: str) -> list[str]:
    """What a reader must know of a rotation.

    Parameters
    ----------
    where : str
        The attribute in which users find the minima.
    """
    notes = []
    if found.n_converged < found.n_starts:
        notes.append(
            f"{found.n_starts - found.n_converged} of {found.n_starts} starts of the rotation "
            "ended without a minimum and are left out."
        )
    reached = found.minima[0][1]
    if len(found.minima) > 1:
        notes.append(
            f"the rotation has {len(found.minima)} minima; the best was reached from {reached} of "
            f"{found.n_starts} starts, and the next differs by up to "
            f"{largest_changes(found)[1]:.2f} in a loading: see {where}."
        )
    if len(found.minima) > 1 and reached == 1 < found.n_starts:
        notes.append("the best minimum was reached only once: raise starts=.")
    if not found.solution.is_minimum:
        notes.append(
            "the rotation is not told in some direction: its criterion hardly changes there, and "
            "there are no standard errors."
        )
    return notes
