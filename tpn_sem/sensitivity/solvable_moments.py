"""Data that have no robust moments, seen before any is estimated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import DataError
from ..numerics import Array
from .row_weights import RowWeights


def require_solvable(
    values: Array, weights: RowWeights, where: str = "", names: Sequence[str] = ()
) -> None:
    """Refuse too few rows, and variables whose robust variance is zero.

    Parameters
    ----------
    values : array, shape (n, p)
        NaN where an answer is missing.
    weights : RowWeights
    where : str
        For messages, as " in group 'a'".
    names : sequence of str, p, optional
        For messages.

    Raises
    ------
    DataError
    """
    require_rows(values, where)
    for place in range(values.shape[1]):
        _require_spread(values[:, place], weights, where, _called(names, place))


def require_rows(values: Array, where: str = "") -> None:
    """Refuse rows that are too few for their variables, (n, p).

    Of 2 p rows or fewer, more than p must be complete: a plane through the others makes the
    likelihood endless.

    Raises
    ------
    DataError
    """
    n, p = values.shape
    complete = int((~np.isnan(values)).all(axis=1).sum())
    if n <= p or (n <= 2 * p and complete <= p):
        told = "" if complete == n else f", {complete} of them complete"
        raise DataError(
            f"robust means and covariances{where} cannot be estimated: too few rows for so many "
            f"variables ({n} rows{told}; {p} variables). More complete rows than variables are "
            "needed. Leave variables out."
        )


def _called(names: Sequence[str], place: int) -> str:
    return repr(names[place]) if names else f"variable {place + 1}"


def _require_spread(column: Array, weights: RowWeights, where: str, name: str) -> None:
    """Refuse a variable whose robust variance has no other solution than zero.

    Of k rows away from the value of the n - k others, each adds to the variance its own multiple
    bound^2 / scale at most, and they move the mean by k / (n - k) bounds at most. Where these add
    up to less than the variance, whatever it is, it shrinks to nothing.
    """
    answers = column[~np.isnan(column)]
    if not len(answers):
        raise DataError(f"{name}{where} has no answers: leave it out.")
    kinds, counts = np.unique(answers, return_counts=True)
    mode, same = kinds[counts.argmax()], int(counts.max())
    others = len(answers) - same
    most = float((weights.bounds**2 / weights.scales).max())
    if others and others / len(answers) * (1.0 + others / same) * most >= 1.0:
        return
    cure = ", or take a smaller tuning=" if others else ""
    raise DataError(
        f"robust means and covariances{where} cannot be estimated: nearly all rows have one value "
        f"of {name} ({mode:g}, {same} of {len(answers)}), so that the others count so little that "
        f"its robust variance is zero. Leave it out{cure}."
    )
