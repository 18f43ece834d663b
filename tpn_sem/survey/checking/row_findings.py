"""Findings about rows: copies, ids that repeat, rows without an answer, careless answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...data import repeated_rows
from ...numerics import Indices
from .careless import FEWEST_ITEMS, Responses
from .finding import Finding, Repair, counted, listed, places
from .surveyed import Surveyed

_ID = re.compile(
    r"(?i)(^|[\W_])(id|ident|nr|no|number|code|respondent|participant|teacher|student|person|"
    r"номер|код|респондент)([\W_]|$)|№"
)
_NEARLY_ALL = 0.8  # share of different values that makes a column of such a name one of ids
_FEW_ROWS = 100
_ROWS_PER_ITEM = 5


def copy_findings(survey: Surveyed) -> Iterator[Finding]:
    """Rows pasted twice."""
    copies = places(repeated_rows(survey.frame, survey.raw))
    if len(copies):
        yield Finding(
            "copied rows",
            "error",
            "",
            f"{counted(len(copies), 'row is a copy', 'rows are copies')} of others in every "
            "column, as when a file is pasted twice.",
            "leave them out: apply the repair.",
            copies,
            Repair("{n} copied rows left out", copies),
        )


def id_findings(survey: Surveyed) -> Iterator[Finding]:
    """Ids that stand in several rows."""
    name = survey.id or _guessed_id(survey)
    if name is None:
        return
    column = survey.frame[name]
    again = places(column.duplicated(keep="first") & column.notna())
    copies = repeated_rows(survey.frame, survey.raw)
    again = again[~copies[again]]
    if len(again):
        labels = list(column.iloc[again].unique())
        yield Finding(
            "repeated id",
            "error",
            name,
            f"{counted(len(labels), 'id stands', 'ids stand')} in several rows that differ: "
            f"{listed(labels)}.",
            "did a person answer twice? Keep one row each; the repair keeps the first.",
            again,
            Repair("{n} rows with an id that stood before left out", again),
        )


def _guessed_id(survey: Surveyed) -> str | None:
    """A column that is called an id and nearly is one."""
    taken = {*survey.items, survey.group, survey.school}
    for name in map(str, survey.frame.columns):
        if name in taken or not _ID.search(name):
            continue
        column = survey.frame[name]
        if isinstance(column, pd.Series) and column.nunique() >= _NEARLY_ALL * column.count() > 0:
            return name
    return None


def empty_findings(survey: Surveyed) -> Iterator[Finding]:
    """Rows without any answer, and rows that lack whole constructs."""
    answered = ~np.isnan(survey.answers)
    if not survey.items:
        return
    empty = places(~answered.any(axis=1))
    if 0 < len(empty) < len(answered):
        yield Finding(
            "empty rows",
            "warning",
            "",
            f"{counted(len(empty), 'row')} without an answer to any item.",
            "they tell nothing of the model: the repair leaves them out.",
            empty,
            Repair("{n} rows without an answer left out", empty),
        )
    yield from _skipping(survey, answered)


def _skipping(survey: Surveyed, answered: np.ndarray) -> Iterator[Finding]:
    """Rows that answer some constructs and nothing of others."""
    if len(survey.constructs) < 2:
        return
    parts = {
        name: answered[:, [survey.place(item) for item in own]].any(axis=1)
        for name, own in survey.constructs.items()
    }
    some = np.logical_or.reduce(list(parts.values()))
    counts = {name: int((some & ~own).sum()) for name, own in parts.items()}
    lacking = [name for name, count in counts.items() if count >= max(1, max(counts.values()) // 4)]
    rows = places(some & ~np.logical_and.reduce(list(parts.values())))
    if len(rows):
        yield Finding(
            "skipped constructs",
            "note",
            ", ".join(lacking),
            f"{counted(len(rows), 'row')} with no answer to any item of {listed(lacking)}, but to "
            "others.",
            "was it skipped by design (by those whom it does not concern)? Full information takes "
            "such answers as missing at random given the others.",
            rows,
        )


def size_findings(survey: Surveyed) -> Iterator[Finding]:
    """Few rows."""
    n, p = survey.answers.shape
    if n < max(_FEW_ROWS, _ROWS_PER_ITEM * p):
        yield Finding(
            "few rows",
            "note",
            "",
            f"{counted(n, 'row')} for {counted(p, 'item')}: estimates vary much from sample to "
            "sample, and tests of fit reject too often.",
            "shorter models; test='swain' or 'bartlett'; say it.",
        )


def careless_findings(survey: Surveyed, responses: Responses) -> Iterator[Finding]:
    """Rows answered without reading, as far as answers tell."""
    if survey.answers.shape[1] < FEWEST_ITEMS:
        return
    straight = places(responses.straight)
    if len(straight):
        yield _careless(
            "straight-lining",
            straight,
            f"{counted(len(straight), 'row')} with one and the same answer to all of at least "
            f"{FEWEST_ITEMS} items (Johnson, 2005).",
        )
    several = places(responses.flagged & ~responses.straight)
    if len(several):
        yield _careless(
            "careless answers",
            several,
            f"{counted(len(several), 'row')} that two or more indices call odd.",
        )


def _careless(kind: str, rows: Indices, what: str) -> Finding:
    return Finding(
        kind,
        "note",
        "",
        what,
        "look at them; leave them out as a sensitivity, and say so. No index proves carelessness.",
        rows,
        Repair(f"{{n}} rows left out: {kind}", rows),
    )
