"""The baseline model: independence of all variables but exogenous ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np

from ..data import Sample
from ..estimation import Estimation, remembered, solve_unseen
from ..estimation.discrepancy import MaximumLikelihood
from ..language import at_level, level_of, parse, plain_name, write_relation
from ..numerics import Indices
from ..specification import Pattern, Specification, correlates, nested_baseline, specify


def baseline_chi_square(estimation: Estimation) -> tuple[float, int]:
    """Chi-square and degrees of freedom of the independence model.

    Covariances among exogenous variables stay free, and with ordinal variables slopes on those
    that are conditioned on, unless options say otherwise. For maximum likelihood the minimum has a
    closed form: log|diag S| - log|S|.
    """
    nested = estimation.options.baseline_type == "nested"
    if isinstance(estimation.discrepancy, MaximumLikelihood) and not nested:
        related = estimation.options.baseline_fixed_x_free_cov
        patterns = estimation.specification.patterns
        exogenous = [_exogenous(pattern) if related else _NONE for pattern in patterns]
        triples = zip(
            estimation.group_multipliers, estimation.samples.groups, exogenous, strict=True
        )
        total = sum(count * _closed_form(sample, given) for count, sample, given in triples)
        counted = [_exogenous(one) if related else one.fixed_exogenous for one in patterns]
        return float(total), _degrees_of_freedom(estimation, counted)
    fitted = baseline(estimation)
    return fitted.chi_square, fitted.degrees_of_freedom


@remembered
def baseline(estimation: Estimation) -> Estimation:
    """The independence model, fitted in the same way; or the one that is nested in the model."""
    options = estimation.options.of_another_model()
    nested = options.baseline_type == "nested"
    specification = (
        nested_baseline(estimation.specification) if nested else _independence(estimation)
    )
    discrepancy = estimation.discrepancy.of_baseline
    return solve_unseen(specification, estimation.samples, discrepancy, options)


_NONE = np.zeros(0, dtype=np.intp)


def _exogenous(pattern: Pattern) -> Indices:
    """Places of a group's exogenous variables, last among the observed, fixed or not."""
    return np.array([pattern.observed.index(name) for name in pattern.exogenous], dtype=np.intp)


def _closed_form(sample: Sample, exogenous: Indices) -> float:
    covariance = sample.covariance
    total = np.log(np.delete(covariance.diagonal(), exogenous)).sum() - sample.log_determinant
    if len(exogenous):
        total += np.linalg.slogdet(covariance[np.ix_(exogenous, exogenous)])[1]
    return float(total)


def _degrees_of_freedom(estimation: Estimation, exogenous: list[Indices]) -> int:
    sizes = [(sample.n_variables, len(given)) for sample, given in _pairs(estimation, exogenous)]
    return sum(p * (p - 1) // 2 - q * (q - 1) // 2 for p, q in sizes)


def _pairs(estimation: Estimation, exogenous: list[Indices]) -> Iterator[tuple[Sample, Indices]]:
    return zip(estimation.samples.groups, exogenous, strict=True)


def _independence(estimation: Estimation) -> Specification:
    specification, labels = estimation.specification, estimation.samples.labels
    patterns = specification.patterns
    if specification.has_own_variables:
        lines = []
        for label, pattern in zip(labels, patterns, strict=True):
            lines += [f"group: {label}", *_group_lines(estimation, pattern)]
    else:
        lines = _group_lines(estimation, patterns[0])
    options = specification.options.of_independence()
    statements = parse("\n".join(lines))
    means, categories = specification.means, specification.categories
    found = specify(statements, options, labels, means, categories, levels=True)
    if estimation.options.baseline_fixed_x_free_cov:
        return found
    alone = [replace(one, unrelated=one.taken_covariances) for one in found.patterns]
    return replace(found, patterns=tuple(alone))


def _group_lines(estimation: Estimation, pattern: Pattern) -> list[str]:
    """The independence model of one group's variables."""
    specification, how = estimation.specification, estimation.options
    exogenous, auxiliary = pattern.exogenous, specification.options.auxiliary
    outside = {*exogenous, *auxiliary}
    inside = [name for name in pattern.observed if name not in outside]
    ordinal = dict(specification.categories)
    units = {plain_name(name) for name in ordinal}
    lines = [write_relation(name, "~~", name, ["1"] * (name in units)) for name in inside]
    if pattern.n_given:
        alike = [pair for pair in product(inside, exogenous) if len(set(map(level_of, pair))) == 1]
        slope = [] if how.baseline_conditional_x_free_slopes else ["0"]
        lines += [write_relation(one, "~", other, slope) for one, other in alike]
    elif len(pattern.fixed_exogenous):
        lines += [write_relation(inside[0], "~", name, ["0"]) for name in exogenous]
        if specification.has_levels:  # so that variables stay in their order
            lines += [write_relation(name, "~", exogenous[0], ["0"]) for name in inside[1:]]
    else:
        pairs = combinations_with_replacement(exogenous, 2)
        related = how.baseline_fixed_x_free_cov
        same = [
            (one, two)
            for one, two in pairs
            if level_of(one) == level_of(two) and (related or one == two)
        ]
        lines += [write_relation(one, "~~", two) for one, two in same]
    if auxiliary:
        others = tuple(name for name in pattern.observed if name not in auxiliary)
        lines += correlates(others, auxiliary)
    if specification.means:
        given = exogenous if len(pattern.fixed_exogenous) else ()
        deviations = {at_level(name, 1) for name in pattern.observed if level_of(name) == 2}
        without = {*given, *ordinal, *deviations}
        lines += [
            write_relation(name, "~1", "") for name in pattern.observed if name not in without
        ]
    return lines
