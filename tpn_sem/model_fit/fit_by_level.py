"""Fit of each level alone, the other one saturated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd

from ..data import Samples, sample_of_rows
from ..errors import NotAvailableError
from ..estimation import Estimation, solve_unseen
from ..language import (
    Statements,
    at_level,
    level_of,
    names,
    parse,
    without_variables,
    write_relation,
)
from ..numerics import chi_square_tail
from ..specification import Pattern, Specification, specify
from .gather_evidence import uncorrected_evidence
from .indices import assess, by_level, comparative, rmsea

LEVELS = {1: "within", 2: "between"}
_PATIENCE = 60  # iterations for a baseline, which often has no maximum where clusters hardly differ
_COLUMNS = ["chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper"]


def fit_by_level(estimation: Estimation) -> pd.DataFrame:
    """How well each level fits where the other one is saturated (Ryu & West, 2009).

    A test of both levels at once hardly sees a wrong model between clusters, since most data are
    within. Constraints across levels are let go, as each level is fitted without the other's.

    Returns
    -------
    DataFrame
        Rows within and between: chisq, df, pvalue, cfi, tli, rmsea with its 90% interval, srmr;
        NaN where a level has no degrees of freedom, or is not fitted without bounds; cfi and tli
        where its independence model is not, as when clusters hardly differ.

    Raises
    ------
    NotAvailableError
        Without levels, with ordinal items, where nothing converged, or slopes are random.
    """
    _check(estimation)
    rows = {word: _one_level(estimation, level) for level, word in LEVELS.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("level")


def _check(estimation: Estimation) -> None:
    if not estimation.specification.has_levels:
        raise NotAvailableError("the model has one level: its fit is in fit.measures.")
    if estimation.specification.categories:
        raise NotAvailableError(
            "fit by level rests on a likelihood: with ordinal items, fit the model with all "
            "covariances of the other level free, and look at its corrected test."
        )
    if estimation.specification.has_own_variables:
        raise NotAvailableError("fit by level needs groups that have the same variables.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is no fit to share out.")
    if not estimation.has_unrestricted:
        raise NotAvailableError("where slopes are random, there is no test of fit at any level.")


def _one_level(estimation: Estimation, level: int) -> dict[str, float]:
    pattern = estimation.specification.patterns[0]
    other = "\n".join(_saturated(pattern, 3 - level))
    model = _refitted(estimation, f"{other}\n{_own_text(estimation.specification, level)}")
    alone = "\n".join(_independent(pattern, level))
    if not model.converged:
        return dict.fromkeys([*_COLUMNS, "srmr"], np.nan)
    evidence = uncorrected_evidence(model)
    base = _refitted(estimation, f"{other}\n{alone}", _PATIENCE)
    if base.converged:
        evidence = replace(
            evidence,
            baseline_chi_square=base.chi_square,
            baseline_degrees_of_freedom=base.degrees_of_freedom,
        )
    found = assess(evidence, (comparative, rmsea, by_level))
    chi_square, df = model.chi_square, model.degrees_of_freedom
    found["chisq"], found["df"] = chi_square, float(df)
    found["pvalue"] = chi_square_tail(chi_square, df) if df else np.nan
    row = {name: float(found[name]) for name in _COLUMNS}
    row["srmr"] = float(found[f"srmr_{LEVELS[level]}"])
    if not df or not base.converged:
        row |= dict.fromkeys(["cfi", "tli"], np.nan)
    if not df:
        row |= dict.fromkeys(_COLUMNS[5:], np.nan)
    return row


def _own_text(specification: Specification, level: int) -> str:
    """The statements of one level, with the constraints that name no other."""
    statements, pattern = specification.statements, specification.patterns[0]
    gone = [name for name in pattern.names if level_of(name) != level]
    kept = {
        label
        for one in statements.relations
        if level_of(one.lhs) == level
        for label in one.modifiers.label
    }
    constraints = tuple(
        one for one in statements.constraints if {*names(one.left), *names(one.right)} <= kept
    )
    part = replace(statements, definitions=(), constraints=constraints)
    return without_variables(part, gone)


def _saturated(pattern: Pattern, level: int) -> Iterator[str]:
    """All covariances of a level's variables, given its exogenous ones."""
    inside, outside = _variables(pattern, level)
    for pair in product(inside, outside):
        yield write_relation(pair[0], "~", pair[1])
    for one, two in combinations_with_replacement(inside, 2):
        yield write_relation(one, "~~", two)
    yield from _means(pattern, inside)


def _independent(pattern: Pattern, level: int) -> Iterator[str]:
    inside, outside = _variables(pattern, level)
    for name in inside:
        yield write_relation(name, "~~", name)
    for name in outside:
        yield write_relation(inside[0], "~", name, ["0"])
    yield from _means(pattern, inside)


def _variables(pattern: Pattern, level: int) -> tuple[list[str], list[str]]:
    own = [name for name in pattern.observed if level_of(name) == level]
    return (
        [name for name in own if name not in pattern.exogenous],
        [name for name in own if name in pattern.exogenous],
    )


def _means(pattern: Pattern, inside: list[str]) -> Iterator[str]:
    """Means of what has one: deviations from clusters have none."""
    for name in inside:
        if level_of(name) == 2 or at_level(name, 2) not in pattern.observed:
            yield write_relation(name, "~1", "")


def _refitted(estimation: Estimation, text: str, patience: int = 0) -> Estimation:
    """Another model of the same rows, given up after so many iterations if that is not 0."""
    samples = estimation.samples
    options = replace(
        estimation.specification.options, auto_cov_y=False, auto_cov_x=False, bounds="none"
    )
    again = replace(estimation.options.of_another_model(), se="none", test=("standard",))
    statements: Statements = parse(text)
    specification = specify(statements, options, samples.labels, True, levels=True)
    return solve_unseen(
        specification,
        _reordered(estimation, specification),
        estimation.discrepancy,
        replace(again, max_iterations=min(again.max_iterations, patience or again.max_iterations)),
    )


def _reordered(estimation: Estimation, specification: Specification) -> Samples:
    """The same rows with the variables in the order of another model."""
    samples, groups = estimation.samples, []
    for sample, new in zip(samples.groups, specification.patterns, strict=True):
        order = np.array([sample.names.index(name) for name in new.observed])
        rows = sample.rows.take(np.arange(len(sample.rows)), order)
        groups.append(sample_of_rows(rows, sample.label, new, specification, samples.options))
    return replace(samples, groups=tuple(groups))
