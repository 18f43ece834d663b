"""Check a survey before any model: is the file what you think it is?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ...arguments import checked
from ...data import as_frame, column_place
from ...errors import DataError
from ..instrument import Instrument
from .answer_findings import category_findings, code_findings, text_findings, variation_findings
from .careless import responses
from .direction_findings import direction_findings
from .finding import SEVERITIES, Finding
from .instrument_findings import instrument_findings
from .label_findings import label_findings, value_label_findings
from .row_findings import (
    careless_findings,
    copy_findings,
    empty_findings,
    id_findings,
    size_findings,
)
from .school_findings import group_findings, school_findings
from .survey_check import SurveyCheck
from .surveyed import Surveyed, guessed_constructs


@checked
def check(
    data: pd.DataFrame,
    instrument: Instrument | Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    *,
    group: str | None = None,
    school: str | None = None,
    id: str | None = None,
) -> SurveyCheck:
    """Look for what goes wrong before a model is fitted.

    Codes outside the scale (99, 9, -1, 0; slips such as 44), texts among numbers, labels alike but
    for blanks or letters, reversed items, copied rows and ids, rows without an answer, careless
    answers, a location that varies within a school, schools that are missing or small, constant
    items, empty categories, floor and ceiling.

    Parameters
    ----------
    data : DataFrame
        A row per respondent, as read: nothing needs to be prepared.
    instrument : Instrument, mapping of construct to columns, or sequence of columns, optional
        What is measured. Columns that look like rating scales if not given, put together by their
        names.
    group : str, optional
        The column whose groups are compared.
    school : str, optional
        The column that tells schools apart; the instrument's if not given.
    id : str, optional
        The column that tells respondents apart; one that is called so if not given.

    Returns
    -------
    SurveyCheck

    Raises
    ------
    DataError
        For columns that are not there.
    """
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise DataError("a check looks at rows of data; sample moments have none.")
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    if isinstance(instrument, Instrument) and school is None and instrument.school in frame:
        school = instrument.school
    for what, name in (("group column", group), ("school column", school), ("id column", id)):
        if name is not None:
            column_place(frame, name, what)
    constructs = _constructs(frame, instrument, (group, school, id))
    known = instrument if isinstance(instrument, Instrument) else None
    survey = Surveyed(frame, constructs, known, group, school, id)
    indices = responses(
        survey.clean,
        survey.turned,
        [np.array([survey.place(item) for item in own]) for own in constructs.values()],
        frame.index,
    )
    found = [*_findings(survey), *careless_findings(survey, indices)]
    found.sort(key=lambda one: SEVERITIES.index(one.severity))
    return SurveyCheck(
        tuple(found),
        len(frame),
        len(survey.items),
        constructs,
        instrument is None,
        frame,
        indices.table,
    )


def _constructs(
    frame: pd.DataFrame,
    instrument: Instrument | Mapping[str, Sequence[str]] | Sequence[str] | None,
    others: tuple[str | None, ...],
) -> dict[str, tuple[str, ...]]:
    """Columns of the data by construct."""
    if instrument is None:
        return guessed_constructs(frame, others)
    if isinstance(instrument, Instrument):
        names = [str(name) for name in frame.columns]
        columns = {
            short: column if column in names or short not in names else short
            for short, column in instrument.columns.items()
        }
        found = {
            name: tuple(columns[item] for item in own) for name, own in instrument.items.items()
        }
    elif isinstance(instrument, Mapping):
        found = {str(name): tuple(own) for name, own in instrument.items()}
    else:
        found = {"": tuple(instrument)}
    items = [item for own in found.values() for item in own]
    for item in items:
        column_place(frame, item)
        if items.count(item) > 1:
            raise DataError(f"item {item!r} is named twice.")
    if not any(found.values()):
        raise DataError("no items are named: give columns, or constructs and their columns.")
    return found


def _findings(survey: Surveyed) -> Iterator[Finding]:
    if not survey.items:
        yield Finding(
            "no items",
            "warning",
            "",
            "no column looks like an item (whole numbers of three to eleven points).",
            "name the items, as check(data, ['q1', 'q2']), or in an instrument.",
        )
    yield from instrument_findings(survey)
    for find in (
        text_findings,
        code_findings,
        copy_findings,
        id_findings,
        label_findings,
        value_label_findings,
        direction_findings,
        empty_findings,
        group_findings,
        school_findings,
        variation_findings,
        category_findings,
        size_findings,
    ):
        yield from find(survey)
