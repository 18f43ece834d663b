"""A start found without derivatives, for ``optim_init_nelder_mead=True``."""

from __future__ import annotations

import numpy as np

from ..errors import OptionError
from ..numerics import Array
from .objective import Objective
from .optimisation import scale_problem

_ROUNDS = 50  # steps of the simplex, for each of its directions
_CLOSE = 1e-4  # width of the simplex, and fall of the objective, at which it has found its place


def simplex_start(objective: Objective, start: Array) -> Array:
    """Where a simplex that goes downhill from the start values ends (Nelder & Mead, 1965).

    Its corners lie along directions in which the objective is as steep in one as in another, and
    linear constraints hold.

    Parameters
    ----------
    start : array, shape (n_free,)

    Raises
    ------
    OptionError
        Where factors turn: what turns them is no minimum of the objective.
    """
    from scipy.optimize import minimize

    if objective.specification.restrictions.rotations:
        raise OptionError(
            "optim_init_nelder_mead= is not available with efa('block'): leave it out."
        )
    directions = scale_problem(objective, start).directions
    size = directions.shape[1]

    def value(point: Array) -> float:
        return float(objective.value(objective.imply(start + directions @ point))) / objective.unit

    found = minimize(
        value,
        np.zeros(size),
        method="Nelder-Mead",
        options={
            "initial_simplex": np.vstack([np.zeros(size), 0.1 * np.eye(size)]),
            "maxiter": _ROUNDS * size,
            "xatol": _CLOSE,
            "fatol": _CLOSE,
            "adaptive": True,
        },
    )
    return np.asarray(start + directions @ found.x)
