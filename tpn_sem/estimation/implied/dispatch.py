"""What a model implies: moments of continuous variables, or statistics of ordinal ones."""

from __future__ import annotations

import numpy as np

from ...numerics import Array
from ...specification import Cells, Pattern
from . import continuous as continuous
from .continuous import Directions, Implied
from .ordinal import (
    ImpliedResponses,
    differentiate_responses,
    imply_responses,
    response_value_slopes,
    response_variance_slopes,
)


def imply(pattern: Pattern, values: Array) -> Implied:
    """Implied moments from the values of the cells, shape (..., n_cells)."""
    if pattern.responses is None:
        return continuous.imply(pattern, values)
    return imply_responses(pattern, values)


def differentiate(implied: Implied, cells: Cells) -> Directions:
    """First derivatives of the implied moments along cells."""
    if isinstance(implied, ImpliedResponses):
        return differentiate_responses(implied, cells)
    return continuous.differentiate(implied, cells)


def variance_slopes(implied: Implied, cells: Cells) -> Array:
    """Derivatives of the variances of all variables along cells, shape (..., v, k)."""
    if isinstance(implied, ImpliedResponses):
        return response_variance_slopes(implied, cells)
    return continuous.variance_slopes(implied, cells)


def value_slopes(implied: Implied, pattern: Pattern) -> Array:
    """Derivatives of all cells along the free ones, shape (n_cells, n_free_cells)."""
    if isinstance(implied, ImpliedResponses):
        slopes = response_value_slopes(implied, pattern.cells)
    else:
        slopes = np.zeros((len(pattern.kind), len(pattern.free_cells)))
    slopes[pattern.free_cells, np.arange(len(pattern.free_cells))] = 1.0
    return slopes
