"""Findings about the instrument beside the file: names that clash, a school that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from ...errors import nearest
from .finding import Finding, listed
from .surveyed import Surveyed


def instrument_findings(survey: Surveyed) -> Iterator[Finding]:
    """What keeps an instrument from being used with these data."""
    yield from _same_answers(survey)
    if survey.instrument is None:
        return
    columns = [str(name) for name in survey.frame.columns]
    for name in survey.instrument.items:
        if name in columns:
            yield Finding(
                "name of a construct",
                "error",
                name,
                "is a column of the file and a construct of the instrument.",
                "rename the construct.",
            )
    school = survey.instrument.school
    if school is not None and school not in columns:
        yield Finding(
            "no school column",
            "error",
            school,
            f"the instrument names a school column that is not in the file"
            f"{nearest(school, columns) or '.'}",
            "correct school= of the instrument, or leave it out.",
        )
    yield from _codes_that_do_not_occur(survey)


def _same_answers(survey: Surveyed) -> Iterator[Finding]:
    """Items that everybody answered alike: a column copied, or two that depend on each other."""
    for first, second in combinations(range(len(survey.items)), 2):
        one, other = survey.clean[:, first], survey.clean[:, second]
        if one[:50].tobytes() != other[:50].tobytes():
            continue
        varies = np.fmax.reduce(one) > np.fmin.reduce(one)  # False where nobody answered
        if varies and np.array_equal(one, other, equal_nan=True):
            yield Finding(
                "same answers",
                "error",
                f"{survey.items[first]}, {survey.items[second]}",
                "have the same answer in every row: a column was copied.",
                "correct the file, or leave one out.",
            )


def _codes_that_do_not_occur(survey: Surveyed) -> Iterator[Finding]:
    """Codes that the instrument explains and nobody has: a slip in the instrument?"""
    assert survey.instrument is not None
    for option in ("not_applicable", "skipped"):
        codes = {code for own in getattr(survey.instrument, option).values() for code in own}
        absent = sorted(code for code in codes if not (survey.raw == code).any())
        if absent:
            yield Finding(
                "codes that do not occur",
                "note",
                "",
                f"{option} names {listed([f'{code:g}' for code in absent])}, which nobody has.",
                "right if nobody happened to need it; else correct the instrument.",
            )
