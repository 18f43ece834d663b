"""The baseline model: independence of all variables but exogenous ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from ..data import Sample
from ..estimation import Estimation, remembered, solve_unseen
from ..estimation.discrepancy import MaximumLikelihood
from ..language import parse
from ..numerics import Indices
from ..specification import Specification, correlates, specify


def baseline_chi_square(found: Estimation) -> tuple[float, int]:
    """Chi-square and degrees of freedom of the independence model.

    Covariances among exogenous variables stay free, and with ordinal variables slopes on those
    that are conditioned on. For maximum likelihood the minimum has a
    closed form: log|diag S| - log|S|.
    """
    exogenous = _exogenous(found)
    if isinstance(found.discrepancy, MaximumLikelihood):
        pairs = zip(found.group_multipliers, found.samples.groups, strict=True)
        total = sum(multiplier * _closed_form(sample, exogenous) for multiplier, sample in pairs)
        return float(total), _degrees_of_freedom(found, len(exogenous))
    fitted = baseline(found)
    return fitted.chi_square, fitted.degrees_of_freedom


@remembered
def baseline(found: Estimation) -> Estimation:
    """The independence model, fitted in the same way."""
    options = replace(found.options, start=())
    return solve_unseen(_independence(found), found.samples, found.discrepancy, options)


def _exogenous(found: Estimation) -> Indices:
    names = found.specification.roles.exogenous
    observed = found.specification.observed
    return np.array([observed.index(name) for name in names], dtype=np.intp)


def _closed_form(sample: Sample, exogenous: Indices) -> float:
    covariance = sample.covariance
    total = np.log(np.delete(covariance.diagonal(), exogenous)).sum() - sample.log_determinant
    if len(exogenous):
        total += np.linalg.slogdet(covariance[np.ix_(exogenous, exogenous)])[1]
    return float(total)


def _degrees_of_freedom(found: Estimation, n_exogenous: int) -> int:
    p = len(found.specification.observed)
    return len(found.samples.groups) * (p * (p - 1) // 2 - n_exogenous * (n_exogenous - 1) // 2)


def _independence(found: Estimation) -> Specification:
    specification = found.specification
    exogenous = specification.roles.exogenous
    auxiliary = specification.options.auxiliary
    outside = {*exogenous, *auxiliary}
    inside = [name for name in specification.observed if name not in outside]
    ordinal = dict(specification.categories)
    lines = [f"{name} ~~ {'1*' if name in ordinal else ''}{name}" for name in inside]
    if specification.table.n_given:
        lines += [f"{name} ~ " + " + ".join(exogenous) for name in inside]
    elif len(specification.fixed_exogenous):
        lines += [f"{inside[0]} ~ " + " + ".join(f"0*{name}" for name in exogenous)]
    else:
        lines += [f"{name} ~~ {name}" for name in exogenous]
        lines += [f"{one} ~~ {two}" for one, two in combinations(exogenous, 2)]
    if auxiliary:
        others = tuple(name for name in specification.observed if name not in auxiliary)
        lines += correlates(others, auxiliary)
    if specification.means:
        given = exogenous if len(specification.fixed_exogenous) else ()
        without = {*given, *ordinal}
        lines += [f"{name} ~ 1" for name in specification.observed if name not in without]
    options = replace(specification.options, group_equal=(), group_partial=(), auto_cov_y=False)
    statements = parse("\n".join(lines))
    return specify(
        statements, options, found.samples.labels, specification.means, specification.categories
    )
