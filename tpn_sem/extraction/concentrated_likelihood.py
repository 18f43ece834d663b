"""Maximum likelihood factors from eigenvalues, over residual variances only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..numerics import Array, Problem, Step, Stopping, descend

_SMALLEST = 0.005  # residual variance
_FLOOR = 1e-3  # eigenvalue of a correlation matrix that is not positive definite
_STOPPING = Stopping(decrement=1e-10, close=1e-4, max_iterations=200)


@dataclass(frozen=True, eq=False)
class _Here:
    """Log residual variances, shape (1, p), the discrepancy, and eigenvalues and vectors."""

    point: Array
    value: Array
    eigenvalues: Array
    vectors: Array


class _Concentrated(Problem[_Here]):
    """The discrepancy in log residual variances, loadings at their best. Joreskog (1967).

    The Hessian is its leading part (Clarke, 1970).
    """

    def __init__(self, correlations: Array, n_factors: int):
        self.correlations, self.n_factors = correlations, n_factors

    def at(self, point: Array) -> _Here:
        """One point, shape (1, p); residual variances are kept from .005 to 1."""
        bounded = np.clip(point, np.log(_SMALLEST), 0.0)
        scale = np.exp(-0.5 * bounded[0])
        values, vectors = np.linalg.eigh(scale[:, None] * self.correlations * scale)
        left = np.maximum(values[: len(values) - self.n_factors], 1e-12)
        return _Here(bounded, np.array([(left - np.log(left) - 1.0).sum()]), values, vectors)

    def step(self, here: _Here, last: Array) -> Step:
        """A scoring step, among the residual variances that are not at a limit."""
        count = len(here.eigenvalues) - self.n_factors
        values, vectors = here.eigenvalues[:count], here.vectors[:, :count]
        gradient = (vectors * vectors) @ (1.0 - values)
        hessian = (vectors @ vectors.T) ** 2
        at_limit = (here.point[0] <= np.log(_SMALLEST)) & (gradient > 0.0)
        at_limit |= (here.point[0] >= 0.0) & (gradient < 0.0)
        free = np.flatnonzero(~at_limit)
        move = np.zeros((1, len(gradient)))
        inner = hessian[np.ix_(free, free)] + 1e-8 * np.eye(len(free))
        move[0, free] = -np.linalg.solve(inner, gradient[free])
        return Step(move, -0.5 * (move @ gradient))


def likelihood_factors(correlations: Array, n_factors: int) -> Array:
    """Loadings of uncorrelated factors, shape (p, m), from a correlation matrix, shape (p, p).

    Good as start values of any estimator; a matrix that is not positive definite is bent first.
    """
    values, vectors = np.linalg.eigh(correlations)
    if values[0] < _FLOOR:
        bent = (vectors * np.maximum(values, _FLOOR)) @ vectors.T
        scale = 1.0 / np.sqrt(np.diag(bent))
        correlations = scale[:, None] * bent * scale
    p = len(correlations)
    unique = 1.0 / np.diag(np.linalg.inv(correlations))
    start = np.log(np.clip((1.0 - 0.5 * n_factors / p) * unique, _SMALLEST, 1.0))
    found = descend(_Concentrated(correlations, n_factors), start[None], _STOPPING).here
    largest = slice(p - n_factors, None)
    lengths = np.sqrt(np.maximum(found.eigenvalues[largest] - 1.0, 0.0))
    return np.asarray(np.exp(0.5 * found.point[0])[:, None] * found.vectors[:, largest] * lengths)
