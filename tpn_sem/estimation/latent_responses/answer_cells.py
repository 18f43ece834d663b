"""Rows of answers as counts of unlike ones, and the cells that they are made of.

A cell is an answer to an item, whose probability at a node is computed once whatever the number of
rows; of items that predictors affect directly it is an answer under given values of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from ...numerics import Array, Indices, Mask

_MOST = 4_000_000  # cells and rows times nodes at a time


@dataclass(frozen=True, eq=False)
class AnswerRows:
    """Unlike rows of one group.

    Attributes
    ----------
    codes : int array, shape (u, p)
        Answers from 0; -1 where one is missing.
    centre : array, shape (q,)
        Means of the predictors.
    given : array, shape (u, q)
        Predictors less these.
    direct : bool array, shape (p,)
        Items that predictors affect beside the factors.
    counts : array, shape (u,)
        What each unlike row counts.
    kind : int array, shape (n,)
        The unlike row that each row of the group is.
    """

    codes: Indices
    centre: Array
    given: Array
    direct: Mask
    counts: Array
    kind: Indices

    def blocks(self, n_nodes: int) -> Iterator[AnswerBlock]:
        """All rows in blocks of few enough cells."""
        sizes = 1 + (self.codes[:, self.direct] >= 0).sum(axis=1)
        number = np.cumsum(sizes) * n_nodes // _MOST
        starts = np.flatnonzero(np.diff(number, prepend=-1)).tolist()
        for start, end in zip(starts, [*starts[1:], len(self.codes)], strict=True):
            yield self._block(slice(start, end))

    def _block(self, part: slice) -> AnswerBlock:
        codes, given = self.codes[part], self.given[part]
        unlike, member = _unlike(given if self.direct.any() else given[:, :0])
        row, item = np.nonzero(codes >= 0)
        code = codes[row, item]
        where = np.where(self.direct[item], 1 + member[row], 0)
        width = int(self.codes.max(initial=0)) + 1
        key, place = np.unique((where * codes.shape[1] + item) * width + code, return_inverse=True)
        shape = (len(codes), len(key))
        incidence = csr_matrix((np.ones(len(row)), (row, place.reshape(-1))), shape=shape)
        where, own = np.divmod(key, codes.shape[1] * width)
        places = np.zeros((1 + len(unlike), given.shape[1]))
        places[1:, : unlike.shape[1]] = unlike
        return AnswerBlock(part, given, places, where, own // width, own % width, incidence)


def _unlike(values: Array) -> tuple[Array, Indices]:
    """Unlike rows, shape (g, q), and which of them each row is; none without columns."""
    if not values.shape[1]:
        return values[:0], np.zeros(len(values), dtype=np.intp)
    found, member = np.unique(values, axis=0, return_inverse=True)
    return found, member.reshape(-1)


@dataclass(frozen=True, eq=False)
class AnswerBlock:
    """Some of the rows and their cells.

    Attributes
    ----------
    part : slice
        The rows.
    given : array, shape (rows, q)
        Their predictors.
    places : array, shape (g, q)
        Values of the predictors at which there are cells; the first are zeros, for all rows.
    where, item, code : int arrays, shape (cells,)
        Place among these values, item and answer of each cell.
    incidence : sparse array, shape (rows, cells)
        One where a row has the cell.
    """

    part: slice
    given: Array
    places: Array
    where: Indices
    item: Indices
    code: Indices
    incidence: Any


def answer_rows(values: Array, given: Array, direct: Mask, counts: Array | None) -> AnswerRows:
    """Unlike rows.

    Parameters
    ----------
    values : array, shape (n, p)
        Answers from 0, NaN where one is missing.
    given : array, shape (n, q)
        Predictors.
    direct : bool array, shape (p,)
        Items that predictors affect beside the factors.
    counts : array, shape (n,), or None
        What each row counts; None where all count one.
    """
    codes = np.where(np.isnan(values), -1.0, values)
    centre = given.mean(axis=0)
    whole = np.hstack([given - centre, codes])
    found, kind = np.unique(whole, axis=0, return_inverse=True)
    kind = np.asarray(kind.reshape(-1), dtype=np.intp)
    weights = np.ones(len(values)) if counts is None else np.asarray(counts, dtype=float)
    q = given.shape[1]
    return AnswerRows(
        found[:, q:].astype(np.intp),
        centre,
        found[:, :q],
        direct,
        np.bincount(kind, weights, minlength=len(found)).astype(float),
        kind,
    )
