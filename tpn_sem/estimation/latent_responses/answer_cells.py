"""Rows of answers as counts of unlike ones, and the cells that they are made of.

A cell is an answer to an item under given values of the predictors: whatever the number of rows,
its probability at a node is computed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from ...numerics import Array, Indices

_MOST = 4_000_000  # cells times nodes at a time


@dataclass(frozen=True, eq=False)
class AnswerRows:
    """Unlike rows of one group, sorted by their predictors.

    Attributes
    ----------
    codes : int array, shape (u, p)
        Answers from 0; -1 where one is missing.
    given : array, shape (g, q)
        Unlike values of the predictors.
    member : int array, shape (u,)
        Which of these each row has.
    counts : array, shape (u,)
        What each unlike row counts.
    kind : int array, shape (n,)
        The unlike row that each row of the group is.
    """

    codes: Indices
    given: Array
    member: Indices
    counts: Array
    kind: Indices

    def blocks(self, n_nodes: int) -> Iterator[AnswerBlock]:
        """All rows in blocks of few enough cells."""
        most = max(_MOST // n_nodes, 1)
        sizes = (self.codes >= 0).sum(axis=1)
        ends = np.flatnonzero(np.diff(self.member, append=len(self.given)))
        start, taken, before = 0, 0, 0
        for end in ends.tolist():
            size = int(sizes[before : end + 1].sum())
            if taken and taken + size > most and len(self.given) > 1:
                yield self._block(slice(start, before))
                start, taken = before, 0
            taken, before = taken + size, end + 1
        yield self._block(slice(start, len(self.codes)))

    def _block(self, part: slice) -> AnswerBlock:
        codes, member = self.codes[part], self.member[part]
        first = int(member[0])
        row, item = np.nonzero(codes >= 0)
        code = codes[row, item]
        width = int(self.codes.max(initial=0)) + 1
        key = ((member[row] - first) * codes.shape[1] + item) * width + code
        unlike, place = np.unique(key, return_inverse=True)
        shape = (len(codes), len(unlike))
        incidence = csr_matrix((np.ones(len(row)), (row, place.reshape(-1))), shape=shape)
        where, own = np.divmod(unlike, codes.shape[1] * width)
        return AnswerBlock(
            part,
            self.given[first : int(member[-1]) + 1],
            where,
            own // width,
            own % width,
            incidence,
        )


@dataclass(frozen=True, eq=False)
class AnswerBlock:
    """Some of the rows and their cells.

    Attributes
    ----------
    part : slice
        The rows.
    given : array, shape (g, q)
        The predictors' values.
    where, item, code : int arrays, shape (cells,)
        Place among these values, item and answer of each cell.
    incidence : sparse array, shape (rows, cells)
        One where a row has the cell.
    """

    part: slice
    given: Array
    where: Indices
    item: Indices
    code: Indices
    incidence: Any


def answer_rows(values: Array, given: Array, counts: Array | None) -> AnswerRows:
    """Unlike rows.

    Parameters
    ----------
    values : array, shape (n, p)
        Answers from 0, NaN where one is missing.
    given : array, shape (n, q)
        Predictors.
    counts : array, shape (n,), or None
        What each row counts; None where all count one.
    """
    codes = np.where(np.isnan(values), -1.0, values)
    found, kind = np.unique(np.hstack([given, codes]), axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    weights = np.ones(len(values)) if counts is None else np.asarray(counts, dtype=float)
    q = given.shape[1]
    own = np.zeros((len(found), 1)) if q == 0 else found[:, :q]
    unlike, member = np.unique(own, axis=0, return_inverse=True)
    return AnswerRows(
        found[:, q:].astype(np.intp),
        unlike[:, :q],
        member.reshape(-1),
        np.bincount(kind, weights, minlength=len(found)),
        kind,
    )
