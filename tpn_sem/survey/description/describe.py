"""Describe a survey: the function that users call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from ...arguments import checked
from ...data import Data, as_frame, stray_code_note, stray_codes, tallies
from ...errors import DataError
from ..instrument import Instrument
from ..preparation import prepared
from .answer_shares import check_ordinal, respondent_table, share_table
from .description import Description, default_kind, rows_used
from .item_statistics import item_table
from .survey_answers import read_answers, read_titles


@checked
def describe(
    data: Data,
    items: Instrument | Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    *,
    group: str | None = None,
    school: str | None = None,
    ordered: bool = False,
    missing: Literal["pairwise", "listwise", "fiml"] = "pairwise",
    skipped: Any = None,
    names: Mapping[str, str] | None = None,
) -> Description:
    """Describe items, scales, schools and missing answers, before any model.

    Parameters
    ----------
    data : DataFrame, or what converts to one
    items : Instrument, sequence of str, or dict of constructs to these, optional
        By default all columns of numbers but the group's and the school's. An instrument prepares
        the data, and says which schools, skipped answers and names are meant where you do not.
    group : str, optional
        Column whose groups are described apart.
    school : str, optional
        Column of the schools (clusters): intraclass correlations, and who answered.
    ordered : bool
        Whether answers are ordinal: `Description.correlations` are polychoric then, and items with
        more than 20 answers, or answers that are no whole numbers, are refused.
    missing : {"pairwise", "listwise", "fiml"}
        Each statistic is of the rows that have its items; all are of the rows that have every item;
        or as the first, with correlations by maximum likelihood.
    skipped : float or dict, optional
        What stands for an answer that was skipped by design, as in `Model.fit`.
    names : dict of str to str, optional
        What plots call the items.

    Returns
    -------
    Description

    Raises
    ------
    DataError
        For columns that are not there, are there twice, hold no numbers or infinite ones; for
        groups with missing entries; where no row is complete and missing="listwise".
    OptionError
        For options that contradict each other, or items that are named twice.
    """
    if isinstance(items, Instrument):
        data, items, given = _of_instrument(data, items)
        school = given["school"] if school is None else school
        skipped = given["skipped"] if skipped is None else skipped
        names = given["names"] if names is None else names
    kind = default_kind(ordered, missing)
    answers = read_answers(data, items, group, school, skipped)
    titles = read_titles(names, answers.names)
    if ordered:
        check_ordinal(answers)
    used = rows_used(answers, missing)
    if not used.any():
        raise DataError(
            "missing='listwise': no row has an answer to every item. Take missing='pairwise', or "
            "fewer items."
        )
    table, notes = item_table(answers, used)
    strays = stray_codes(tallies(answers.values, answers.names))
    notes = [*([stray_code_note(strays)] if strays else []), *notes]
    return Description(
        items=table,
        shares=share_table(answers, used),
        respondents=respondent_table(answers),
        notes=tuple(notes),
        _answers=answers,
        _used=used,
        _kind=kind,
        _titles=titles,
        _skipped=skipped,
        _group=group,
    )


def _of_instrument(
    data: Data, instrument: Instrument
) -> tuple[pd.DataFrame, Mapping[str, Sequence[str]], dict[str, Any]]:
    """Data, items and options that an instrument stands for."""
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise DataError("a survey is described from rows of data; sample moments have none.")
    given = {
        "school": instrument.school if instrument.school in frame else None,
        "skipped": dict(instrument.skipped) or None,
        "names": {
            item: f"{item}: {instrument.text(item)}"
            for item in instrument.all_items
            if instrument.text(item) != item
        },
    }
    return prepared(frame, instrument, keep_skipped=True).data, instrument.items, given
