"""A fitted model with exploratory blocks as the text of a confirmatory one."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.exploratory import standardised_loadings
from ..numerics import Array
from ..specification import Key, Parameter, RotatedBlock, table_text

Place = tuple[Key, int]  # key of a parameter and its group


def esem_within_cfa(estimation: Estimation) -> str:
    """The text of `Fit.esem_within_cfa`."""
    specification = estimation.specification
    rotations = specification.restrictions.rotations
    if not rotations:
        raise NotAvailableError(
            "the model has no exploratory block: its text is that of a confirmatory model."
        )
    if not estimation.converged:
        raise NotAvailableError("nothing converged: there are no loadings to fix.")
    anchored: dict[Place, float] = {}
    for rotated in rotations:
        anchored |= _anchored(estimation, rotated)
    rows = tuple(_row(row, estimation.parameters, anchored) for row in specification.table.rows)
    table = replace(specification.table, rows=rows, blocks=())
    return table_text(table, specification.statements)


def _anchored(estimation: Estimation, rotated: RotatedBlock) -> dict[Place, float]:
    """The loadings to fix, as many as the rotation has equations."""
    parameters = estimation.parameters
    anchors = anchor_items(standardised_loadings(estimation.objective, rotated, parameters))
    rows = estimation.specification.table.free_rows
    found = {}
    for factor, item in enumerate(anchors):
        others = range(rotated.n_factors) if rotated.turning.oblique else range(factor)
        for other in others:
            if other != factor:
                place = rotated.loadings[item, other]
                for group in rotated.groups:
                    found[rows[place].key, group] = float(parameters[place])
    return found


def anchor_items(loadings: Array) -> list[int]:
    """Of each factor the item that loads most on it and least on the others, none twice.

    Parameters
    ----------
    loadings : array, shape (p, m)
    """
    squares = loadings * loadings
    surplus = 2.0 * squares - squares.sum(axis=1, keepdims=True)
    anchors = [-1] * loadings.shape[1]
    for _ in anchors:
        item, factor = np.unravel_index(int(surplus.argmax()), surplus.shape)
        anchors[int(factor)] = int(item)
        surplus[item, :], surplus[:, factor] = -np.inf, -np.inf
    return anchors


def _row(row: Parameter, parameters: Array, anchored: dict[Place, float]) -> Parameter:
    """A row that starts at its estimate, or is fixed there."""
    if (row.key, row.group) in anchored:
        return row._replace(fixed=anchored[row.key, row.group], free=-1, label="", start=nan)
    return row._replace(start=float(parameters[row.free])) if row.free >= 0 else row
