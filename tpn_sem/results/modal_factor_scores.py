"""Factor scores from ordinal answers: the mode of the posterior (empirical Bayes modal)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.implied import ImpliedResponses
from ..numerics import Array, Indices
from ..specification import fill

_STEPS = 100
_CLOSE = 1e-10
_LONGEST = 2.0
_ROOT_2_PI = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class _Answers:
    """What each row's answers say of the latent responses given the factors.

    Attributes
    ----------
    lower, upper : array, shape (n, p)
        Thresholds around each answer; both the value where a variable is continuous.
    constant : array, shape (n, p)
        Expected latent responses where all factors are zero.
    loadings : array, shape (p, f)
    deviation : array, shape (p,)
        Of the residuals.
    continuous : int array
    missing : bool array, shape (n, p)
    """

    lower: Array
    upper: Array
    constant: Array
    loadings: Array
    deviation: Array
    continuous: Indices
    missing: Array

    def pulls(self, scores: Array) -> tuple[Array, Array]:
        """First and second derivatives of the log-likelihood in the expected responses, (n, p)."""
        expected = self.constant + scores @ self.loadings.T
        low, high = (
            (self.lower - expected) / self.deviation,
            (self.upper - expected) / self.deviation,
        )
        flip = low + high > 0.0
        share = ndtr(np.where(flip, -low, high)) - ndtr(np.where(flip, -high, low))
        share = np.maximum(share, 1e-300)
        dense_low, dense_high = _density(low), _density(high)
        first = (dense_low - dense_high) / share
        bend = (_finite(low) * dense_low - _finite(high) * dense_high) / share
        second = bend - first**2
        first[:, self.continuous] = low[:, self.continuous]
        second[:, self.continuous] = -1.0
        first[self.missing] = second[self.missing] = 0.0
        return first / self.deviation, second / self.deviation**2


def _density(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * z * z) / _ROOT_2_PI)


def _finite(z: Array) -> Array:
    return np.where(np.isinf(z), 0.0, z)


def modal_scores(estimation: Estimation, group: int) -> Array:
    """Posterior modes of the factors, shape (n, f), by Newton's method; the posterior is concave.

    Raises
    ------
    NotAvailableError
        Where residuals of answers covary, or a factor has no variance of its own.
    """
    implied, rows = _responses(estimation, group), estimation.samples.groups[group].rows.values
    answers = _read(estimation, group)
    n = implied.n_observed
    given = rows[:, n - implied.responses.n_given : n]
    effects = implied.effects[n:, n - implied.responses.n_given : n]
    mean = implied.given.all_mean[n:] + given @ effects.T
    spread = implied.given.all_covariance[n:, n:]
    if np.linalg.eigvalsh(spread)[0] <= 1e-10 * np.trace(spread):
        raise NotAvailableError("the factors' covariance matrix is singular: no posterior mode.")
    precision = np.linalg.inv(spread)
    scores = np.broadcast_to(mean, (len(rows), len(spread))).copy()
    # Each row's posterior is concave, and clipped steps need no search over its values; hence not
    # the loop of `numerics.optimiser`, which would compute them all.
    for _ in range(_STEPS):
        first, second = answers.pulls(scores)
        gradient = first @ answers.loadings - (scores - mean) @ precision
        hessian = np.einsum("np,pf,pg->nfg", second, answers.loadings, answers.loadings) - precision
        step = -np.linalg.solve(hessian, gradient[..., None])[..., 0]
        scores += np.clip(step, -_LONGEST, _LONGEST)
        if np.abs(step).max(initial=0.0) < _CLOSE:
            return scores
    raise NotAvailableError("the posterior modes did not converge.")


def _responses(estimation: Estimation, group: int) -> ImpliedResponses:
    implied = estimation.implied[group]
    if not isinstance(implied, ImpliedResponses):
        raise NotAvailableError("posterior modes are for ordinal items: take 'regression'.")
    return implied


def _read(estimation: Estimation, group: int) -> _Answers:
    pattern, implied = estimation.specification.patterns[group], _responses(estimation, group)
    rows = estimation.samples.groups[group].rows.values
    layout, n = implied.responses.layout, implied.n_observed
    p = layout.n_variables
    paths, covariances, intercepts = fill(pattern, implied.values)
    effects = np.linalg.inv(np.eye(n) - paths[:n, :n])[:p]
    residual = effects[:, :p] @ covariances[:p, :p] @ effects[:, :p].T
    off = residual - np.diag(np.diag(residual))
    if np.abs(off).max(initial=0.0) > 1e-10 or np.diag(residual).min() <= 0.0:
        raise NotAvailableError(
            "factor scores of ordinal items need residuals that do not covary, with positive "
            "variances."
        )
    given = rows[:, p:n]
    constant = effects[:, :p] @ intercepts[:p] + given @ effects[:, p:].T
    lower, upper = rows[:, :p].copy(), rows[:, :p].copy()
    missing = np.isnan(lower)
    for variable in layout.ordinal:
        cuts = implied.thresholds[layout.thresholds_of(variable)]
        edges = np.concatenate([[-np.inf], cuts, [np.inf]])
        codes = np.where(missing[:, variable], 0.0, lower[:, variable]).astype(int)
        lower[:, variable], upper[:, variable] = edges[codes], edges[codes + 1]
    lower[missing], upper[missing] = 0.0, 0.0
    return _Answers(
        lower,
        upper,
        np.broadcast_to(constant, lower.shape),
        effects @ paths[:n, n:],
        np.sqrt(np.diag(residual)),
        layout.continuous,
        missing,
    )
