"""Rows drawn from what a fitted model implies: given predictors, gaps and thresholds included."""

from __future__ import annotations

import numpy as np

from ..latent_responses import ImpliedResponses
from ..linalg import Array, Indices
from ..minimum import Minimum


def draw_values(found: Minimum, generator: np.random.Generator, group: int, given: Array) -> Array:
    """Values of one group's observed variables; ordinal ones as codes from 0, shape (n, p).

    Parameters
    ----------
    found : Minimum
    generator : Generator
    group : int
    given : array, shape (n, q)
        Values of the predictors whose moments are taken from the sample, in their order.
    """
    implied = found.implied[group]
    n = implied.n_observed
    mean = (
        implied.all_mean[:n]
        if found.specification.means
        else np.asarray(found.samples.groups[group].centre)
    )
    covariance = implied.all_covariance[:n, :n]
    fixed = found.specification.fixed_exogenous
    values = _normal(generator, mean, covariance, fixed, given)
    if isinstance(implied, ImpliedResponses):
        _cut(values, implied)
    return values


def _normal(
    generator: np.random.Generator, mean: Array, covariance: Array, fixed: Indices, given: Array
) -> Array:
    """Normal values, conditional on those that are given."""
    values = np.empty((len(given), len(mean)))
    free = np.setdiff1d(np.arange(len(mean)), fixed)
    values[:, fixed] = given
    centre = np.tile(mean[free], (len(given), 1))
    left = covariance[np.ix_(free, free)]
    if len(fixed):
        slopes = np.linalg.solve(covariance[np.ix_(fixed, fixed)], covariance[np.ix_(fixed, free)])
        centre += (given - mean[fixed]) @ slopes
        left = left - covariance[np.ix_(free, fixed)] @ slopes
    root = np.linalg.cholesky(left)
    values[:, free] = centre + generator.standard_normal((len(given), len(free))) @ root.T
    return values


def _cut(values: Array, implied: ImpliedResponses) -> None:
    """Latent responses become the category that they lie in."""
    layout = implied.responses.layout
    for place in layout.ordinal:
        cuts = implied.thresholds[layout.threshold_variables == place]
        values[:, place] = np.searchsorted(cuts, values[:, place])
