"""How far units stand from what a model implies."""

from __future__ import annotations

import numpy as np

from ..casewise import RowUnits
from ..estimation import Estimation, Minimum
from ..numerics import Array


def unit_distances(whole: Estimation, at: Minimum, units: RowUnits) -> tuple[Array, Array]:
    """Squared distances of all units' rows from a model's moments, and numbers of answers, (u,).

    Parameters
    ----------
    whole : Estimation
        The fit of all rows.
    at : Minimum
        The model fitted to some of them, whose implied moments are taken.
    units : RowUnits
        Of all rows.
    """
    squares, answers = np.zeros(len(units)), np.zeros(len(units))
    for group, sample in enumerate(whole.samples.groups):
        implied = at.implied[group]
        mean = at.samples.groups[group].centre if sample.mean is None else implied.mean
        _, pulls = sample.row_pulls(mean, implied.covariance)
        pull, _ = pulls(slice(0, len(sample.rows)))
        values = sample.rows.values
        gap = np.isnan(values)
        distance = np.where(gap, 0.0, values - mean)
        own = np.column_stack([(pull * distance).sum(axis=1), (~gap).sum(axis=1)])
        sums = units.sums(group, own)
        squares, answers = squares + sums[:, 0], answers + sums[:, 1]
    return squares, answers


def standardised(squares: Array, answers: Array) -> Array:
    """Squared distances as standard normal deviates, of normal rows (Wilson & Hilferty, 1931)."""
    part = 2.0 / (9.0 * answers)
    return np.asarray((np.cbrt(squares / answers) - 1.0 + part) / np.sqrt(part))
