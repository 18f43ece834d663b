"""Model matrices in LISREL's names, as lavaan shows them.

Observed variables in regressions stand among the latent ones, too, with a loading of one on
themselves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...estimation import Estimation
from ...numerics import Array
from ...specification import COVARIANCE, INTERCEPT, PATH, SCALE, THRESHOLD, Pattern

Matrices = dict[str, pd.DataFrame]


def model_matrices(estimation: Estimation, group: int, values: Array) -> Matrices:
    """Matrices of one group filled with a number for each cell, zeros elsewhere.

    Parameters
    ----------
    values : array, shape (n_cells,)
        In the order of the group's cells.

    Returns
    -------
    dict
        lambda, theta, psi; wmat where there are composites; beta where there are regressions; nu
        and alpha where there are means; tau and delta of ordinal items.
    """
    pattern = estimation.specification.patterns[group]
    paths, covariances, means = _filled(pattern, values)
    observed, structural = _observed(pattern), _structural(estimation, group)
    alike = [name for name in observed if name in structural]  # latent copies of observed variables
    measured = paths.loc[observed, structural].copy()
    measured.loc[alike] = 0.0
    for name in alike:
        measured.loc[name, name] = 1.0
    found = {
        "lambda": measured,
        "theta": covariances.loc[observed, observed],
        "psi": covariances.loc[structural, structural],
    }
    if pattern.composites:
        found["wmat"] = paths.loc[structural, observed].T
    if (paths.loc[structural, structural] != 0.0).any(axis=None):
        found["beta"] = paths.loc[structural, structural]
    if estimation.specification.means:
        nu = means.loc[observed].copy()
        nu.loc[alike] = 0.0
        found |= {
            "nu": nu.to_frame("intercept"),
            "alpha": means.loc[structural].to_frame("intercept"),
        }
    return found | _of_responses(pattern, values)


def _filled(pattern: Pattern, values: Array) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """A, S and m with names."""
    size, names = len(pattern.names), list(pattern.names)
    paths, covariances, means = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    for kind, row, column, value in zip(
        pattern.kind, pattern.row, pattern.column, values, strict=True
    ):
        if kind == PATH:
            paths[row, column] = value
        elif kind == COVARIANCE:
            covariances[row, column] = covariances[column, row] = value
        elif kind == INTERCEPT:
            means[row] = value
    return (
        pd.DataFrame(paths, names, names),
        pd.DataFrame(covariances, names, names),
        pd.Series(means, names),
    )


def _observed(pattern: Pattern) -> list[str]:
    return list(pattern.observed)


def _structural(estimation: Estimation, group: int) -> list[str]:
    """Latent variables, and observed ones in regressions."""
    pattern = estimation.specification.patterns[group]
    rows = [row for row in estimation.specification.table.rows if row.group == group]
    regressed = {name for row in rows if row.operator == "~" for name in (row.lhs, row.rhs)}
    return [*pattern.latent, *(name for name in pattern.observed if name in regressed)]


def _of_responses(pattern: Pattern, values: Array) -> Matrices:
    """Thresholds and scales of ordinal items."""
    found: Matrices = {}
    thresholds = np.flatnonzero(pattern.kind == THRESHOLD)
    if len(thresholds):
        names = [f"{pattern.names[pattern.row[k]]}|t{pattern.column[k] + 1}" for k in thresholds]
        found["tau"] = pd.DataFrame({"threshold": values[thresholds]}, index=names)
    scales = np.flatnonzero(pattern.kind == SCALE)
    if len(scales):
        names = [pattern.names[pattern.row[k]] for k in scales]
        found["delta"] = pd.DataFrame({"scale": values[scales]}, index=names)
    return found
