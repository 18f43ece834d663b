"""Statistics of the sample that estimates in steps rest on, and how they vary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..data import Sample
from ..estimation import Estimation
from ..estimation.standard_errors import moment_matrices
from ..numerics import Array, half_places, vech
from ..specification import Pattern, specify


def robust_spread(joint: Estimation) -> Array:
    """Covariance matrix of all groups' statistics times n, whatever the distribution, (M, M).

    Predictors are drawn as items are, unless all is conditional on them.
    """
    whole = joint.specification
    if not (whole.patterns[0].n_given or not whole.roles.exogenous):
        options = replace(whole.options, fixed_x=False)
        drawn = specify(
            whole.statements, options, joint.samples.labels, whole.means, whole.categories
        )
        joint = replace(joint, objective=replace(joint.objective, specification=drawn))
    return moment_matrices.spread(joint)


def moments_of_statistics(pattern: Pattern, sample: Sample, means: bool) -> Array:
    """Derivatives of means, if any, and vech(covariance) in a group's statistics, shape (h, m).

    Statistics of continuous variables are these moments. Of ordinal items they are those of latent
    responses; predictors that all is conditional on are given, and their moments do not vary.
    """
    if pattern.responses is None:
        return np.eye(pattern.n_moments(means))
    layout = pattern.ordinal_responses.layout
    n, p, blocks = pattern.n_observed, layout.n_variables, layout.blocks
    halves = half_places(n)
    found = np.zeros((n + n * (n + 1) // 2, layout.size))
    found[layout.with_mean, np.arange(layout.size)[blocks["means"]]] = 1.0
    own = n + halves[layout.with_variance, layout.with_variance]
    found[own, np.arange(layout.size)[blocks["variances"]]] = 1.0
    one, other = layout.pairs
    found[n + halves[one, other], np.arange(layout.size)[blocks["covariances"]]] = 1.0
    variables, given = layout.slope_pairs
    for column, variable, predictor in zip(
        np.arange(layout.size)[blocks["slopes"]], variables, given, strict=True
    ):
        change = np.zeros((n, n))
        change[variable, :] = sample.covariance[p + predictor, :]
        found[n:, column] = vech(change + change.T)
        found[variable, column] = sample.centre[p + predictor]
    return found
