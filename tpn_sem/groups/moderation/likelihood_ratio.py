"""Likelihood-ratio tests between moderated models."""

from __future__ import annotations

import numpy as np

from ...errors import NotAvailableError, OptionError
from ...numerics import chi_square_tail
from ...results import HypothesisTest
from .estimation import ModeratedEstimation


def difference_test(one: ModeratedEstimation, other: ModeratedEstimation) -> HypothesisTest:
    """Likelihood-ratio test of the smaller model; see `ModeratedFit.likelihood_ratio`."""
    restricted, general = sorted((one, other), key=lambda found: found.design.size)
    _check_comparable(restricted, general)
    gone = [item for item in general.coefficients if item not in restricted.coefficients]
    df = general.design.size - restricted.design.size
    statistic = 2.0 * (general.log_likelihood - restricted.log_likelihood)
    if general.rows.clusters is not None:
        larger, smaller = general.design.size, restricted.design.size
        scale = (larger * general.scaling - smaller * restricted.scaling) / df
        if scale <= 0.0:
            raise NotAvailableError(
                "the scaling factor of the difference is negative: there is no test. Look at the "
                "z-tests of the coefficients."
            )
        statistic /= scale
    parts = [f"{' '.join(key).rstrip()} by {name}" for key, name in gone]
    text = f"no moderation of {', '.join(parts)}" if parts else "the constraints hold"
    return HypothesisTest(text, statistic, df, chi_square_tail(statistic, df))


def _check_comparable(restricted: ModeratedEstimation, general: ModeratedEstimation) -> None:
    for found in (restricted, general):
        if not found.converged:
            raise NotAvailableError("a model did not converge: there is no likelihood to compare.")
    same = (
        restricted.specification.observed == general.specification.observed
        and np.array_equal(restricted.rows.answers, general.rows.answers, equal_nan=True)
        and (restricted.rows.clusters is None) == (general.rows.clusters is None)
    )
    if not same:
        raise OptionError(
            "the models are not comparable: they have other items, rows or clusters. Drop rows "
            "that lack a moderator of either before both are fitted."
        )
    _check_nested(restricted, general)


def _check_nested(restricted: ModeratedEstimation, general: ModeratedEstimation) -> None:
    lost = [item for item in restricted.coefficients if item not in general.coefficients]
    free = [
        {row.key for row in found.specification.table.free_rows} for found in (restricted, general)
    ]
    is_free = general.specification.restrictions.reduction.is_trivial
    same_text = restricted.specification.statements.text == general.specification.statements.text
    moderators = dict(zip(general.names, general.rows.moderators.T, strict=True))
    changed = [
        name
        for name, column in zip(restricted.names, restricted.rows.moderators.T, strict=True)
        if name in moderators and not np.array_equal(column, moderators[name])
    ]
    if restricted.design.size == general.design.size:
        problem = "they have the same number of parameters"
    elif lost:
        key, name = lost[0]
        problem = f"only the smaller one moderates {' '.join(key).rstrip()} by {name}"
    elif not free[0] <= free[1] or not (is_free or same_text):
        problem = "their baseline models differ"
    elif changed:
        problem = f"moderator {changed[0]!r} has other values"
    else:
        return
    raise OptionError(f"the models are not nested: {problem}.")
