"""Principal axis factoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..numerics import Array, generalised_inverse

_SAME = 1e-9  # of communalities from round to round
_ROUNDS = 10_000


@dataclass(frozen=True, eq=False)
class PrincipalAxis:
    """Loadings by principal axis factoring.

    Attributes
    ----------
    loadings : array, shape (p, m)
    converged : bool
    rounds : int
    """

    loadings: Array
    converged: bool
    rounds: int


def principal_axis_factors(correlations: Array, n_factors: int) -> PrincipalAxis:
    """Components of the correlations with communalities on the diagonal, until these stay.

    Begins with squared multiple correlations; a communality is not kept below one. Harman (1976).
    The loop finds a fixed point, not a minimum.
    """
    reduced = correlations.copy()
    communalities = 1.0 - 1.0 / np.diag(generalised_inverse(correlations))
    for number in range(_ROUNDS):
        np.fill_diagonal(reduced, communalities)
        values, vectors = np.linalg.eigh(reduced)
        lengths = np.sqrt(np.maximum(values[-n_factors:], 0.0))
        loadings = vectors[:, -n_factors:] * lengths
        before, communalities = communalities, (loadings * loadings).sum(axis=1)
        if np.abs(communalities - before).max() < _SAME:
            return PrincipalAxis(loadings, True, number + 1)
    return PrincipalAxis(loadings, False, _ROUNDS)
