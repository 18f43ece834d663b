"""The minimum over some parameters where others are held at known values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import ModelError
from ..numerics import Array, Mask
from ..specification import Reduction, sparse_null_space
from .objective import Objective
from .optimisation import Solution, search_minimum


def free_directions(objective: Objective, held: Mask) -> Array:
    """Basis of what linear constraints leave free of the parameters that are not held, (n, k).

    Parameters
    ----------
    objective : Objective
    held : bool array, shape (n_free,)

    Raises
    ------
    ModelError
        Where a constraint ties parameters that are held to others, or is none that elimination
        can take care of.
    """
    restrictions = objective.specification.restrictions
    linear = restrictions.linear
    if not restrictions.is_smooth:
        raise ModelError(
            "estimates that come in steps take equal labels and linear '==' only: leave '<', '>', "
            "bounds, non-linear constraints and rotations out."
        )
    if len(linear) and (linear[:, held].any(axis=1) & linear[:, ~held].any(axis=1)).any():
        raise ModelError(
            "a label or constraint ties parameters that are estimated in different steps: leave "
            "it out, or fit with sem."
        )
    rest = np.flatnonzero(~held)
    basis = np.zeros((len(held), len(rest)))
    basis[rest, np.arange(len(rest))] = 1.0
    own = linear[:, rest][linear[:, rest].any(axis=1)] if len(linear) else linear
    return basis @ sparse_null_space(own) if len(own) else basis


def solve_held(
    objective: Objective, parameters: Array, held: Mask, max_iterations: int
) -> Solution:
    """The least value over the parameters that are not held.

    Parameters
    ----------
    objective : Objective
    parameters : array, shape (n_free,)
        Values of those that are held, starts of the others, which satisfy the constraints.
    held : bool array, shape (n_free,)
    max_iterations : int
    """
    specification = objective.specification
    reduction = Reduction(parameters, free_directions(objective, held))
    restrictions = replace(specification.restrictions, reduction=reduction)
    own = replace(objective, specification=replace(specification, restrictions=restrictions))
    return search_minimum(own, parameters, max_iterations)
