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
from .linear_scores import Scores

_STEPS = 100
_CLOSE = 1e-10
_LONGEST = 2.0
_PROPOSALS = 100  # a row, at least
_WIDER = 1.2  # deviations of the proposals over those of the curvature
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
        low, high, share = self._shares(scores)
        dense_low, dense_high = _density(low), _density(high)
        first = (dense_low - dense_high) / share
        bend = (_finite(low) * dense_low - _finite(high) * dense_high) / share
        second = bend - first**2
        first[:, self.continuous] = low[:, self.continuous]
        second[:, self.continuous] = -1.0
        first[self.missing] = second[self.missing] = 0.0
        return first / self.deviation, second / self.deviation**2

    def log_likelihood(self, scores: Array) -> Array:
        """Of each row's answers, but for constants, shape (n,)."""
        low, _, share = self._shares(scores)
        parts = np.log(share)
        parts[:, self.continuous] = -0.5 * low[:, self.continuous] ** 2
        parts[self.missing] = 0.0
        return np.asarray(parts.sum(axis=1))

    def _shares(self, scores: Array) -> tuple[Array, Array, Array]:
        """Thresholds around the answers in residual units, and the probability between them."""
        expected = self.constant + scores @ self.loadings.T
        low, high = (
            (self.lower - expected) / self.deviation,
            (self.upper - expected) / self.deviation,
        )
        flip = low + high > 0.0
        share = ndtr(np.where(flip, -low, high)) - ndtr(np.where(flip, -high, low))
        return low, high, np.maximum(share, 1e-300)


def _density(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * z * z) / _ROOT_2_PI)


def _finite(z: Array) -> Array:
    return np.where(np.isinf(z), 0.0, z)


def modal_scores(estimation: Estimation, group: int, rows: Array) -> Scores:
    """Posterior modes of the factors by Newton's method; the posterior is concave.

    Standard errors are by the curvature there.

    Raises
    ------
    NotAvailableError
        Where residuals of answers covary, or a factor has no variance of its own.
    """
    answers = _read(estimation, group, rows)
    mean, precision = _prior(estimation, group, rows)
    scores = np.broadcast_to(mean, (len(rows), len(precision))).copy()
    # Each row's posterior is concave, and clipped steps need no search over its values; hence not
    # the loop of `numerics.optimiser`, which would compute them all.
    for _ in range(_STEPS):
        first, second = answers.pulls(scores)
        gradient = first @ answers.loadings - (scores - mean) @ precision
        hessian = np.einsum("np,pf,pg->nfg", second, answers.loadings, answers.loadings) - precision
        step = -np.linalg.solve(hessian, gradient[..., None])[..., 0]
        scores += np.clip(step, -_LONGEST, _LONGEST)
        if np.abs(step).max(initial=0.0) < _CLOSE:
            return Scores(scores, np.linalg.inv(-hessian))
    raise NotAvailableError("the posterior modes did not converge.")


def modal_draws(
    estimation: Estimation, group: int, rows: Array, n_draws: int, generator: np.random.Generator
) -> Array:
    """Draws from the posterior, shape (n_draws, n, f), by sampling-importance resampling.

    Proposals are normal around the mode, wider than the curvature there; each row keeps as many
    of them as are asked for, by their posterior density over the proposal's. Rubin (1988).
    """
    modes = modal_scores(estimation, group, rows)
    answers = _read(estimation, group, rows)
    mean, precision = _prior(estimation, group, rows)
    count, (n, f) = max(_PROPOSALS, 4 * n_draws), modes.values.shape
    roots = _WIDER * np.linalg.cholesky(modes.spread)
    noise = generator.standard_normal((count, n, f))
    proposals = modes.values + np.einsum("nfg,dng->dnf", roots, noise)
    weights = np.empty((count, n))
    for place, scores in enumerate(proposals):
        away = scores - mean
        prior = -0.5 * np.einsum("nf,fg,ng->n", away, precision, away)
        weights[place] = answers.log_likelihood(scores) + prior
    weights += 0.5 * (noise**2).sum(axis=2)
    # The largest of n_draws keys without replacement is a draw by the weights (Gumbel's trick).
    keys = weights + generator.gumbel(size=weights.shape)
    chosen = np.argsort(-keys, axis=0)[:n_draws]
    return np.asarray(np.take_along_axis(proposals, chosen[:, :, None], axis=0))


def _prior(estimation: Estimation, group: int, rows: Array) -> tuple[Array, Array]:
    """Means of the factors given the predictors, shape (n, f), and their precision, (f, f)."""
    implied = _responses(estimation, group)
    n = implied.n_observed
    given = rows[:, n - implied.responses.n_given : n]
    effects = implied.effects[n:, n - implied.responses.n_given : n]
    mean = implied.given.all_mean[n:] + given @ effects.T
    spread = implied.given.all_covariance[n:, n:]
    if np.linalg.eigvalsh(spread)[0] <= 1e-10 * np.trace(spread):
        raise NotAvailableError("the factors' covariance matrix is singular: no posterior mode.")
    return mean, np.asarray(np.linalg.inv(spread), dtype=float)


def _responses(estimation: Estimation, group: int) -> ImpliedResponses:
    implied = estimation.implied[group]
    if not isinstance(implied, ImpliedResponses):
        raise NotAvailableError("posterior modes are for ordinal items: take 'regression'.")
    if implied.reason:
        raise NotAvailableError(
            "posterior modes and plausible values are of models with link='probit' and without "
            "products: take factor scores by 'EAP'."
        )
    return implied


def _read(estimation: Estimation, group: int, rows: Array) -> _Answers:
    pattern, implied = estimation.specification.patterns[group], _responses(estimation, group)
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
