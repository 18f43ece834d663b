"""Eigenvalues of correlation matrices, in stacks."""

from __future__ import annotations

import numpy as np

from ...numerics import Array

_FLOOR = 1e-3  # smallest eigenvalue of what was bent


def spectrum(matrices: Array) -> Array:
    """Eigenvalues, largest first, shape (..., p)."""
    return np.asarray(np.linalg.eigvalsh(matrices)[..., ::-1])


def reduced(correlations: Array) -> Array:
    """Squared multiple correlations in place of the ones, shape (..., p, p).

    A matrix that is not positive definite is bent first. Humphreys & Montanelli (1975).
    """
    plain = bent(correlations)
    found = correlations.copy()
    diagonal = np.arange(found.shape[-1])
    inverse = np.linalg.inv(plain)
    found[..., diagonal, diagonal] = 1.0 - 1.0 / inverse[..., diagonal, diagonal]
    return found


def bent(correlations: Array) -> Array:
    """Correlations as they are, or with eigenvalues of .001 or more, shape (..., p, p)."""
    values, vectors = np.linalg.eigh(correlations)
    if values.min() >= _FLOOR:
        return correlations
    low = values[..., 0] < _FLOOR
    raised = (vectors * np.maximum(values, _FLOOR)[..., None, :]) @ vectors.swapaxes(-1, -2)
    scale = 1.0 / np.sqrt(np.diagonal(raised, axis1=-2, axis2=-1))
    raised = raised * scale[..., :, None] * scale[..., None, :]
    return np.where(low[..., None, None], raised, correlations)
