"""Findings about schools, or whatever rows share: missing, small, few, of two locations."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from .finding import Finding, Repair, counted, listed, places
from .surveyed import Surveyed

_FEW_TEACHERS = 5
_FEW_SCHOOLS = 20
_MOSTLY = 0.8  # share of schools with one location that makes it a property of schools


def school_findings(survey: Surveyed) -> Iterator[Finding]:
    """Missing school, few teachers in a school, few schools."""
    if survey.school is None:
        return
    yield from _missing(survey, survey.school, "school", "a study by schools leaves")
    column = survey.frame[survey.school]
    sizes = column.value_counts()
    few = [str(label) for label in sizes.index[sizes < _FEW_TEACHERS]]
    if few:
        yield Finding(
            "few teachers",
            "note",
            survey.school,
            f"{counted(len(few), 'school')} with fewer than {_FEW_TEACHERS} rows: {listed(few)}.",
            "nothing for standard errors by schools; do not report such schools by name.",
            places(column.isin(sizes.index[sizes < _FEW_TEACHERS])),
        )
    if 0 < len(sizes) < _FEW_SCHOOLS:
        yield Finding(
            "few schools",
            "note",
            survey.school,
            f"{counted(len(sizes), 'school')}: standard errors by schools are rough.",
            "take se='cluster_cr2', and say how few there are.",
        )


def _missing(survey: Surveyed, column: str, what: str, who_leaves: str) -> Iterator[Finding]:
    """Rows without a school or a group."""
    missing = places(survey.frame[column].isna())
    if len(missing):
        yield Finding(
            f"missing {what}",
            "warning",
            column,
            f"{counted(len(missing), 'row')} without a {what}.",
            f"say which, if it can be known; {who_leaves} these rows out.",
            missing,
            Repair(f"{{n}} rows without {column} left out", missing),
        )


def group_findings(survey: Surveyed) -> Iterator[Finding]:
    """Missing group, and a location that varies within a school where it should not."""
    if survey.group is None:
        return
    yield from _missing(survey, survey.group, "group", "comparisons leave")
    if survey.school is not None and survey.school != survey.group:
        yield from _two_locations(survey, survey.groups, survey.schools)


def _two_locations(survey: Surveyed, group: pd.Series, school: pd.Series) -> Iterator[Finding]:
    counts = pd.crosstab(school, group)
    several = counts.index[(counts > 0).sum(axis=1) > 1]
    if not len(several) or len(several) > (1.0 - _MOSTLY) * len(counts):
        return
    for label in several:
        own = counts.loc[label]
        usual = own.idxmax()
        rows = places((school == label) & (group != usual) & group.notna())
        told = ", ".join(f"{name!r} {count}" for name, count in own[own > 0].items())
        yield Finding(
            "location varies within school",
            "warning",
            survey.group or "",
            f"school {label!r} has several: {told}.",
            "a location is a property of the school: correct the rows"
            + (f"; the repair writes {usual!r}." if own.max() >= _MOSTLY * own.sum() else "."),
            rows,
            None
            if own.max() < _MOSTLY * own.sum()  # a near tie needs a person
            else Repair(
                f"{survey.group}: {{n}} rows of school {label} written as {usual!r}",
                rows,
                survey.group or "",
                [usual] * len(rows),
            ),
        )
