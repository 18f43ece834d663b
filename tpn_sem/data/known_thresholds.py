"""Statistics of ordinal items, as a user gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import DataError
from ..moments.ordinal import CategoricalMoments, Layout
from ..numerics import Array
from .known_spread import Matrix, read_spread


def ordinal_statistics(
    correlations: Array,
    thresholds: Mapping[str, Sequence[float]],
    items: Sequence[str],
    n_observations: int,
    spread: Matrix | None,
) -> CategoricalMoments:
    """Thresholds and polychoric correlations with their asymptotic covariance matrix, if known.

    Raises
    ------
    DataError
        Where thresholds lack an item or do not increase, or the matrix has no unit diagonal.
    """
    if not np.allclose(np.diag(correlations), 1.0, atol=1e-6):
        raise DataError("polychoric correlations have ones on the diagonal, and these have not.")
    lost = [name for name in items if name not in thresholds]
    if lost:
        listing = ", ".join(map(str, thresholds)) or "none"
        raise DataError(f"thresholds= lacks {lost[0]!r}; it has those of {listing}.")
    cuts = tuple(_cuts(name, thresholds[name]) for name in items)
    layout = Layout(tuple(len(own) + 1 for own in cuts), 0, tuple(items))
    known = None if spread is None else _known_spread(spread, _names(layout))
    whole = np.array(correlations, dtype=float)
    np.fill_diagonal(whole, 1.0)
    size = len(items)
    zeros, none = np.zeros(size), np.zeros((size, 0))
    return CategoricalMoments(layout, cuts, zeros, none, whole, n_observations, (), None, known)


def _known_spread(given: Matrix, names: Sequence[str]) -> Array:
    """The asymptotic covariance matrix of the statistics, in their order."""
    found = read_spread(given, names, "asymptotic covariance matrix")
    fixed = np.flatnonzero(np.diag(found) <= 0.0)
    if len(fixed):
        raise DataError(
            f"the asymptotic covariance matrix has no variance of {names[fixed[0]]}, which every "
            "sample has another value of: give that of the rows."
        )
    return found


def _cuts(name: str, given: Sequence[float]) -> Array:
    """The thresholds of one item."""
    try:
        found = np.atleast_1d(np.asarray(given, dtype=float))
    except (TypeError, ValueError):
        raise DataError(f"thresholds of {name!r} must be numbers, not {given!r:.60}.") from None
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all():
        raise DataError(f"thresholds of {name!r} are one or more numbers, not {given!r:.60}.")
    if (np.diff(found) <= 0.0).any():
        raise DataError(f"thresholds of {name!r} must increase: {given!r:.60}.")
    return found


def _names(layout: Layout) -> list[str]:
    """Names of the statistics in their order."""
    names = layout.names
    cuts = zip(layout.threshold_variables, layout.threshold_levels, strict=True)
    found = [f"{names[item]}|t{level + 1}" for item, level in cuts]
    pairs = zip(*layout.pairs, strict=True)
    return found + [f"{names[one]}~~{names[other]}" for one, other in pairs]
