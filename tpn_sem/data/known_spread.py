"""The asymptotic covariance matrix of sample moments, as a user gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from ..errors import DataError
from ..numerics import Array, Indices, half_indices, half_places, is_positive_definite

Matrix: TypeAlias = pd.DataFrame | Array


def moment_names(variables: Sequence[str], means: bool) -> tuple[str, ...]:
    """Names of means, then of variances and covariances column by column."""
    rows, columns = half_indices(len(variables))
    pairs = zip(columns, rows, strict=True)
    halves = [f"{variables[one]}~~{variables[other]}" for one, other in pairs]
    return (*(f"{name}~1" for name in variables), *halves) if means else tuple(halves)


def read_spread(given: Matrix, names: Sequence[str], what: str) -> Array:
    """A matrix over moments in their order, shape (m, m).

    Parameters
    ----------
    given : DataFrame or array
        A frame is read by its names, which may have the variables of a covariance in either order.
    names : sequence of str
        Of the moments.
    what : str
        What messages call the matrix.

    Raises
    ------
    DataError
    """
    if isinstance(given, pd.DataFrame):
        given = _in_order(given, names, what)
    try:
        values = np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"the {what} must be numbers: {error}.") from None
    size = len(names)
    if values.shape != (size, size):
        raise DataError(
            f"the {what} has shape {values.shape}, but there are {size} moments: {names[0]}, "
            f"{names[1] if size > 1 else ''}, ..., {names[-1]}."
        )
    if not values.any():
        raise DataError(f"the {what} has nothing but zeros.")
    if not np.isfinite(values).all():
        raise DataError(f"the {what} has missing or infinite entries.")
    if not np.allclose(values, values.T, rtol=1e-6, atol=1e-10 * np.abs(values).max()):
        raise DataError(f"the {what} is not symmetric.")
    values = 0.5 * (values + values.T)
    if not is_positive_definite(values + 1e-10 * np.trace(values) / size * np.eye(size)):
        raise DataError(f"the {what} is not positive semidefinite.")
    return values


def _in_order(given: pd.DataFrame, names: Sequence[str], what: str) -> Array:
    """The values of a frame in the order of the names, which rows and columns each are found by."""
    if isinstance(given.index, pd.RangeIndex):
        given = given.set_axis(given.columns, axis=0)
    orders = []
    for axis, labels in (("rows", given.index), ("columns", given.columns)):
        places = _places_by_name([str(label) for label in labels], f"{axis} of the {what}")
        lost = [name for name in names if name not in places]
        if lost:
            raise DataError(
                f"{axis} of the {what} lack {lost[0]!r} (the first is {str(labels[0])!r}). They "
                f"are named by moments, {names[0]!r} to {names[-1]!r}; an array has them in this "
                "order."
            )
        orders.append([places[name] for name in names])
    return given.to_numpy()[np.ix_(*orders)]


def _places_by_name(labels: Sequence[str], what: str) -> dict[str, int]:
    """Where each moment stands; covariances are found by their variables in either order.

    Raises
    ------
    DataError
        Where one stands there twice.
    """
    places: dict[str, int] = {}
    for place, label in enumerate(labels):
        turned = "~~".join(reversed(label.split("~~")))
        if label in places:
            raise DataError(f"{what} have {label!r} twice: leave one out.")
        places[label] = places[turned] = place
    return places


def places_of_moments(places: Indices, n_variables: int, has_means: bool, means: bool) -> Indices:
    """Where the moments of some variables stand among those of all.

    Parameters
    ----------
    places : int array
        The variables, in their new order.
    n_variables : int
        Of all.
    has_means, means : bool
        Whether means stand before covariances; whether they are wanted.
    """
    rows, columns = half_indices(len(places))
    halves = half_places(n_variables)[places[rows], places[columns]] + has_means * n_variables
    return np.concatenate([places, halves]) if means else halves
