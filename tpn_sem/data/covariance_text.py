"""Covariance and correlation matrices as papers print them: triangles of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isqrt

import numpy as np
import pandas as pd

from ..arguments import checked
from ..errors import DataError
from ..numerics import Array

_SEPARATORS = re.compile(r"[\s,;]+")


@checked
def covariance_from_text(
    text: str,
    names: Sequence[str] | None = None,
    *,
    standard_deviations: Sequence[float] | None = None,
    lower: bool = True,
    diagonal: bool = True,
) -> pd.DataFrame:
    r"""A covariance matrix from a triangle, or all, of its numbers.

    Parameters
    ----------
    text : str
        Numbers row by row, separated by blanks, commas or semicolons; line ends do not matter. A
        row may begin with its variable's name. The lower triangle with the diagonal, the upper one,
        or the whole matrix.
    names : sequence of str, optional
        Of the variables; needed where the text has none.
    standard_deviations : sequence of float, optional
        Where the text holds correlations: the covariances are made of both.
    lower : bool
        Whether a triangle is the lower one, row by row; the upper one if not.
    diagonal : bool
        Whether a triangle has its diagonal; without it the diagonal is 1.

    Returns
    -------
    DataFrame, shape (p, p)
        For ``SampleMoments(matrix, n_observations=...)``.

    Raises
    ------
    DataError
        Where the count of numbers is that of no triangle or square, or something is no number.

    Examples
    --------
    >>> covariance_from_text("a 1.0\nb 0.5 1.0", standard_deviations=[2.0, 3.0])
         a    b
    a  4.0  3.0
    b  3.0  9.0
    """
    numbers, written = _numbers(text)
    matrix = _matrix(numbers, lower, diagonal)
    labels = list(names) if names is not None else written
    if len(labels) != len(matrix):
        have = f"{len(labels)} names" if labels else "no names"
        raise DataError(f"the text has {len(matrix)} variables and {have}: give names=.")
    if standard_deviations is not None:
        matrix = with_deviations(matrix, standard_deviations)
    return pd.DataFrame(matrix, index=labels, columns=labels)


def _numbers(text: str) -> tuple[Array, list[str]]:
    """The numbers of a text in their order, and the names that its rows begin with."""
    numbers: list[float] = []
    names: list[str] = []
    for count, line in enumerate(text.splitlines(), 1):
        words = [word for word in _SEPARATORS.split(line.strip()) if word]
        if words and not _is_number(words[0]):
            names.append(words.pop(0).strip("\"'`"))
        for word in words:
            if not _is_number(word):
                raise DataError(f"line {count}: {word!r} is no number.")
            numbers.append(float(word))
    return np.array(numbers), names


def _is_number(word: str) -> bool:
    try:
        return float(word) == float(word)
    except ValueError:
        return False


def _matrix(numbers: Array, lower: bool, diagonal: bool) -> Array:
    """A symmetric matrix of a triangle, or of all its numbers."""
    count = len(numbers)
    size = (isqrt(8 * count + 1) + (-1 if diagonal else 1)) // 2
    if count and size * (size + 1 if diagonal else size - 1) // 2 == count:
        places = (np.tril_indices if lower else np.triu_indices)(
            size, 0 if diagonal else -1 if lower else 1
        )
        matrix = np.zeros((size, size)) if diagonal else np.eye(size)
        matrix[places] = numbers
        matrix[places[::-1]] = numbers
        return matrix
    size = isqrt(count)
    if count and size * size == count:
        square = numbers.reshape(size, size)
        if not np.allclose(square, square.T, rtol=1e-6, atol=1e-8):
            raise DataError("the matrix is not symmetric.")
        return square
    raise DataError(
        f"{count} numbers are no triangle{'' if diagonal else ' without its diagonal'} and no "
        "square."
    )


def with_deviations(matrix: Array, standard_deviations: object) -> Array:
    """Covariances of correlations and standard deviations.

    Raises
    ------
    DataError
    """
    deviations = np.asarray(standard_deviations, dtype=float)
    if deviations.shape != (len(matrix),) or not (deviations > 0.0).all():
        raise DataError(
            f"standard_deviations= takes {len(matrix)} numbers above 0, one for each variable."
        )
    if np.abs(np.diag(matrix) - 1.0).max() > 1e-8:
        raise DataError("standard_deviations= goes with correlations, whose diagonal is 1.")
    return matrix * np.outer(deviations, deviations)
