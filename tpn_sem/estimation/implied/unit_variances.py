"""Residual variances that follow from what variances must be."""

from __future__ import annotations

import numpy as np

from ...numerics import Array, Indices
from ...specification import Pattern
from .continuous import Implied


def squared_effects(implied: Implied, places: Indices) -> Array:
    """Slopes of the variances of variables in their residual variances, shape (..., o, o)."""
    effects = implied.effects.take(places, axis=-2).take(places, axis=-1)
    return effects * effects


def solved(squares: Array, right: Array) -> Array:
    """Residual variances, or their slopes, that make up `right`, shape (..., o, k).

    Where no variable affects another, `squares` is the identity.
    """
    off = squares - np.eye(squares.shape[-1])
    return right if not off.any() else np.asarray(np.linalg.solve(squares, right), dtype=float)


def sample_units(pattern: Pattern, covariance: Array) -> Array:
    """Deviations of the observed variables that a model standardises; ones elsewhere, (..., p).

    Parameters
    ----------
    covariance : array, shape (..., p, p)
        Of a sample.
    """
    units = np.ones(covariance.shape[:-1])
    if pattern.standardised is not None:
        places = pattern.standardised.variables
        units[..., places] = np.sqrt(covariance[..., places, places])
    return units
