"""Errors of a second step whose first one was estimated, too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..estimation import Estimation, free_directions
from ..numerics import Array, Indices, Mask, inverse
from ..specification import Specification


def places_of(whole: Specification, part: Specification, wanted: Mask) -> tuple[Indices, Indices]:
    """Places of the same free parameters in a whole model and in a part, (k,) each.

    Parameters
    ----------
    whole, part : Specification
    wanted : bool array, shape (n_free,)
        Which of the whole model's.
    """
    own = {(row.group, row.key): row.free for row in part.table.free_rows}
    pairs = [
        (row.free, own[row.group, row.key])
        for row in whole.table.free_rows
        if wanted[row.free] and (row.group, row.key) in own
    ]
    here, there = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return here, there


def first_covariance(whole: Specification, parts: Sequence[Estimation], measured: Mask) -> Array:
    """Covariance matrix of the first step's estimates among all, zero elsewhere.

    Blocks count as independent of each other.
    """
    total = np.zeros((len(measured), len(measured)))
    for part in parts:
        here, there = places_of(whole, part.specification, measured)
        total[np.ix_(here, here)] = part.covariance[np.ix_(there, there)]
    return total


def two_step_covariance(found: Estimation, first: Array, measured: Mask) -> Array:
    """Covariance matrix of the estimates of both steps, shape (n_free, n_free).

    With I the information at the estimates, 1 the first step and 2 the second,
    V22 = I22^-1 + I22^-1 I21 V11 I12 I22^-1 and V21 = -I22^-1 I21 V11: a regular first step is
    uncorrelated with the second one's score. Gong & Samaniego (1981); Rosseel & Loh (2022).

    Parameters
    ----------
    found : Estimation
        The whole model at the estimates.
    first : array, shape (n_free, n_free)
        V11, and zeros.
    measured : bool array, shape (n_free,)
        The parameters of the first step.
    """
    information = found.information * found.multiplier
    basis = free_directions(found.objective, measured)
    own = basis @ inverse(basis.T @ information @ basis) @ basis.T
    pulled = own @ information @ first
    total = own + pulled @ information @ own + first - pulled - pulled.T
    return np.asarray(0.5 * (total + total.T))
