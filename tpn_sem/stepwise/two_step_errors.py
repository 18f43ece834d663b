"""Errors of a second step whose first one was estimated, too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import NotAvailableError
from ..estimation import Estimation, far_from_zero, free_directions
from ..estimation.standard_errors import moment_matrices as moments
from ..numerics import Array, Indices, Mask, inverse, left_inverse, square_root
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
    basis = free_directions(found.objective, measured)
    along = _expected if moments.is_expected(found) else _observed
    own, along_first = along(found, basis)
    pulled = along_first @ first
    total = own + pulled @ along_first.T + first - pulled - pulled.T
    return np.asarray(0.5 * (total + total.T))


def _expected(found: Estimation, basis: Array) -> tuple[Array, Array]:
    """I22^-1, and I22^-1 I21 beside ones for the second step, shape (n_free, n_free) each.

    From a root of expected information, which knows slopes from intercepts wherever the origin of
    a predictor is.
    """
    root = square_root(moments.expected_weight(found)) @ moments.free_jacobian(found)
    left = basis @ left_inverse(root @ basis)
    return np.asarray(left @ left.T / found.multiplier), np.asarray(left @ root)


def _observed(found: Estimation, basis: Array) -> tuple[Array, Array]:
    """The same of observed information.

    Raises
    ------
    NotAvailableError
        Where it is singular but for rounding.
    """
    information = found.information * found.multiplier
    try:
        own = basis @ inverse(basis.T @ information @ basis) @ basis.T
    except NotAvailableError as error:
        advice = far_from_zero(found) or "Hold some of them fixed or equal. "
        raise NotAvailableError(
            "there are no standard errors from observed information, which hardly tells some "
            f"parameters of the structure apart. {advice}Or give information='expected' or "
            "se='none'."
        ) from error
    return np.asarray(own), np.asarray(own @ information)
