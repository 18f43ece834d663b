"""Factor models of one group's items, fitted to the samples of a fit: whole, or one construct."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..data import CompleteMoments, Sample, Samples, sample_of_rows
from ..errors import NotAvailableError
from ..estimation import Estimation, solve_unseen
from ..language import parse, quoted
from ..numerics import Indices
from ..specification import ModelOptions, Parameter, Pattern, Specification, specify
from .measured_constructs import Construct

Pair = tuple[str, str]
_EQUAL = "equal_loading"


def fit_factors(
    estimation: Estimation,
    group: int,
    constructs: Sequence[Construct],
    fixed: Mapping[Pair, float] | None = None,
    equal: bool = False,
) -> Estimation:
    """Fit correlated factors with variance one to the items of a group, nothing else.

    Nothing is held equal between groups. What the fit's model fixes at zero, and its covariances
    of residuals, stay; its paths, predictors and further constraints do not.

    Parameters
    ----------
    estimation : Estimation
        Whose samples, options and estimator are taken.
    group : int
    constructs : sequence of Construct
        With their own items; they may share some.
    fixed : mapping of pairs of factors to correlations, optional
    equal : bool
        Whether the loadings of each factor are equal.

    Raises
    ------
    NotAvailableError
        Where it cannot be fitted.
    """
    text = "\n".join(_lines(estimation, group, constructs, fixed or {}, equal))
    label, before = estimation.samples.labels[group], estimation.specification
    items = {item for construct in constructs for item in construct.items}
    categories = tuple(pair for pair in before.categories if pair[0] in items)
    options = ModelOptions(
        defaults="cfa",
        std_lv=True,
        parameterization=before.options.parameterization,
        mean_structure=before.means or None,
        bounds=before.options.bounds,
    )
    specification = specify(
        parse(text), options, (label,), before.means or bool(categories), categories
    )
    samples = _samples(estimation, group, specification)
    own = estimation.options.of_another_model()
    found = solve_unseen(specification, samples, estimation.discrepancy, own)
    if not found.converged:
        raise NotAvailableError("it did not converge")
    return found


def _lines(
    estimation: Estimation,
    group: int,
    constructs: Sequence[Construct],
    fixed: Mapping[Pair, float],
    equal: bool,
) -> list[str]:
    rows = [row for row in estimation.specification.table.rows if row.group == group]
    names = [construct.name for construct in constructs]
    items = {item for construct in constructs for item in construct.items}
    lines = []
    for construct in constructs:
        label = f"{_EQUAL}_{names.index(construct.name)}*" if equal else ""
        terms = [f"{label}{quoted(item)}" for item in construct.items]
        lines.append(f"{quoted(construct.name)} =~ {' + '.join(terms)}")
    for one, other in ((a, b) for place, a in enumerate(names) for b in names[:place]):
        value = fixed.get((one, other), fixed.get((other, one)))
        if value is None and _is_zero(rows, one, other):
            value = 0.0
        if value is not None:
            lines.append(f"{quoted(one)} ~~ {value!r}*{quoted(other)}")
    return lines + _residual_lines(rows, items)


def _is_zero(rows: Collection[Parameter], one: str, other: str) -> bool:
    """Whether the model fixes the covariance of two factors at zero."""
    return any(
        row.operator == "~~" and {row.lhs, row.rhs} == {one, other} and row.fixed == 0.0
        for row in rows
        if row.free < 0
    )


def _residual_lines(rows: Collection[Parameter], items: Collection[str]) -> list[str]:
    """Covariances of items' residuals, and their variances where these are fixed."""
    lines = []
    for row in rows:
        if row.operator != "~~" or not {row.lhs, row.rhs} <= set(items):
            continue
        if row.lhs != row.rhs and row.free >= 0:
            lines.append(f"{quoted(row.lhs)} ~~ {quoted(row.rhs)}")
        elif row.written and row.free < 0 and row.fixed == row.fixed:
            lines.append(f"{quoted(row.lhs)} ~~ {row.fixed!r}*{quoted(row.rhs)}")
    return lines


def _samples(estimation: Estimation, group: int, specification: Specification) -> Samples:
    """The group's sample alone, with the variables of the model in its order."""
    sample, pattern = estimation.samples.groups[group], specification.patterns[0]
    if sample.names != pattern.observed:
        sample = _sample_of(estimation, sample, pattern, specification)
    labels = estimation.samples.cluster_labels
    if labels:
        used, numbers = np.unique(sample.rows.membership, return_inverse=True)
        labels = tuple(labels[int(number)] for number in used)
        rows = replace(sample.rows, clusters=numbers.astype(np.intp))
        sample = replace(sample, known_rows=rows)
    return replace(estimation.samples, groups=(sample,), cluster_labels=labels, notes=())


def _sample_of(
    estimation: Estimation, sample: Sample, pattern: Pattern, specification: Specification
) -> Sample:
    """The sample's part that has some variables."""
    places: Indices = np.array([sample.names.index(name) for name in pattern.observed])
    options = estimation.samples.options
    if isinstance(sample, CompleteMoments):
        return sample.of_variables(places)
    rows = sample.rows.take(np.arange(len(sample.rows)), places)
    rows = rows.take(np.flatnonzero(~np.isnan(rows.values).all(axis=1)))
    return sample_of_rows(rows, sample.label, pattern, specification, options)
