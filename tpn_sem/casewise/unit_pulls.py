"""What each unit pulls at the estimates: its score, or its influence on the statistics."""

from __future__ import annotations

import numpy as np

from ..data import OrdinalStatistics
from ..estimation import Estimation
from ..estimation.discrepancy import LeastSquares, Scores, saturated_scores
from ..estimation.standard_errors import moment_matrices
from ..numerics import Array, inverse
from .row_units import RowUnits


def unit_pulls(estimation: Estimation, units: RowUnits) -> Array:
    """Sum over each unit's rows of their part in the estimating equations, shape (u, n_free).

    Scores where a likelihood is maximised. Where statistics are fitted, J' V times each row's
    influence on them (two-stage: on the unrestricted moments; ordinal: on thresholds and
    polychoric correlations), with the weight V as it is.
    """
    total = np.zeros((len(units), estimation.specification.table.n_free))
    for group, pattern in enumerate(estimation.specification.patterns):
        sample = estimation.samples.groups[group]
        whole = slice(0, len(sample.rows))
        if of_statistics(estimation):
            pulled = influence_of_rows(estimation, group)(whole) @ _pull_of_moments(
                estimation, group
            )
        else:
            along = estimation.directions[group]
            scores = estimation.discrepancy.scores(sample, estimation.implied[group], along)
            pulled = scores(whole)
        counts = sample.rows.counts
        holds = of_statistics(estimation) and isinstance(sample, OrdinalStatistics)
        if counts is not None and not holds:  # influence of ordinal rows holds their weights
            pulled = pulled * counts[:, None]
        total[:, pattern.places] += units.sums(group, pulled)
    return total


def of_statistics(estimation: Estimation) -> bool:
    """Whether statistics are fitted, so that rows act through these only."""
    return estimation.is_two_stage or isinstance(estimation.discrepancy, LeastSquares)


def influence_of_rows(estimation: Estimation, group: int) -> Scores:
    """Each row's influence on the group's statistics, a function of rows to (rows, m)."""
    sample = estimation.samples.groups[group]
    if isinstance(sample, OrdinalStatistics):
        return estimation.discrepancy.influence(sample)
    if not estimation.is_two_stage:
        exogenous = estimation.specification.patterns[group].fixed_exogenous
        return lambda part: sample.deviations(exogenous, part)  # type: ignore[attr-defined]
    means = estimation.specification.means
    scores = saturated_scores(sample, sample.centre, sample.covariance, means)
    places = moment_matrices.moment_columns(estimation)[group]
    share = estimation.shares[group]
    own = moment_matrices.saturated_spread(estimation)[np.ix_(places, places)] * share
    return lambda part: scores(part) @ own


def _pull_of_moments(estimation: Estimation, group: int) -> Array:
    """V J of one group in its own cells, shape (m, k)."""
    places = moment_matrices.moment_columns(estimation)[group]
    weight = moment_matrices.weight(estimation)[np.ix_(places, places)]
    jacobian = estimation.directions[group].jacobian(estimation.specification.means)
    return np.asarray(weight @ jacobian / estimation.shares[group])


def bread(estimation: Estimation) -> Array:
    """Inverse of the information of one observation, within the constraints, (n_free, n_free)."""
    basis = estimation.tangent
    return np.asarray(basis @ inverse(reduced_information(estimation)) @ basis.T)


def reduced_information(estimation: Estimation) -> Array:
    """Information of one observation along what the constraints leave free, shape (q, q).

    The observed one, where rows have a likelihood.
    """
    matrix = estimation.information
    if not of_statistics(estimation) and estimation.discrepancy.is_likelihood:
        matrix = estimation.objective.observed_hessian(estimation.implied, estimation.directions)
    return np.asarray(estimation.tangent.T @ matrix @ estimation.tangent)


def units_in_estimates(estimation: Estimation, units: RowUnits) -> Array:
    """Part of each unit in the estimates' deviation from the truth, to first order, (u, n_free)."""
    return np.asarray(unit_pulls(estimation, units) @ bread(estimation) / estimation.samples.size)
