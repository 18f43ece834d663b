"""Reading a survey's answers from a file of whatever format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from ...arguments import checked
from ...errors import DataWarning, warn_user
from ...files import named_path
from .decisions import Decisions, counted
from .file_content import read_content
from .file_format import FileContent, FileFormat, ReadingOptions, TableRead
from .headings import clean_headings
from .reading_record import Reading, empty_rows
from .shipped_formats import check_options, choose_format


@checked
def read_survey(
    path: str | Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    sheet: str | int | None = None,
    header: int = 1,
    clean_names: bool = False,
    missing: Sequence[str | float] | None = None,
    labels: bool | Sequence[str] = False,
    user_missing: Literal["missing", "keep"] = "missing",
) -> pd.DataFrame:
    """Read answers from CSV and other text, Excel, SPSS, Stata, Parquet or Feather.

    The format is told by what is in the file. What is not given is recognised, and what was
    decided stands in ``attrs["reading"]``; print it. Columns whose answers are all numbers become
    numeric; others stay text, and are named where most of their answers are numbers.

    Parameters
    ----------
    path : str or Path
        The file; text may be packed in gzip or zip.
    encoding : str, optional
        Of text, SPSS and Stata files, as ``"cp1251"``.
    separator : str, optional
        One character between fields of text.
    decimal : "." or ",", optional
        Decimal mark of text, and of numbers that Excel stored as text.
    sheet : str or int, optional
        Name, or number from 1, of a sheet of Excel; by default the first that is not empty.
    header : int
        Row of the headings in text and Excel, counted from 1 as spreadsheet programs do.
    clean_names : bool
        Headings become names that can stand in a model text: letters, digits and ``_``.
    missing : sequence of str or float, optional
        What means "no answer" in this file, besides the usual texts (``NA``, ``-``, ``#N/A``...;
        in SPSS, Stata, Parquet and Feather only blanks are usual). ``none`` is an answer.
    labels : bool or sequence of str
        Columns of SPSS and Stata whose value labels replace their codes; True for all that have
        labels.
    user_missing : "missing" or "keep"
        Whether codes that an SPSS file declares missing become NaN or stay.

    Returns
    -------
    DataFrame
        Rows in the order of the file, without its index. ``attrs`` holds

        - ``reading`` : `Reading`, a dict that prints as an account
        - ``headings`` : dict of column to its variable label, or to the heading that it had
        - ``value_labels`` : dict of column to dict of code, as text (``"1"``), to label
        - ``user_missing`` : dict of column to dict of code, as text, to number of rows

    Raises
    ------
    DataError
        Where there is no such file, it is damaged, of no format that can be read, or no table.
    OptionError
        For options that are unknown, contradict each other, or have no effect on this format.
    NotAvailableError
        Where the package that reads this format is not installed.
    """
    options = ReadingOptions(
        encoding,
        separator,
        decimal,
        sheet,
        header,
        tuple(missing or ()),
        labels if isinstance(labels, bool) else tuple(labels),
        user_missing,
    )
    decisions = Decisions()
    content = read_content(named_path(path), decisions)
    found = choose_format(content, decisions)
    check_options(options, found)
    table = found.read(content, options, decisions)
    if clean_names:
        _clean(table, decisions)
    _describe(table, found, content, decisions)
    for note in decisions.doubts:
        warn_user(f"{content.path.name}: {note}.", DataWarning)
    return table.frame


def _clean(table: TableRead, decisions: Decisions) -> None:
    """Names for headings; a column's own heading is kept unless a variable label says more."""
    before = [str(name) for name in table.frame.columns]
    names = dict(zip(before, clean_headings(before), strict=True))
    changed = [name for name in before if names[name] != name]
    table.frame.columns = pd.Index([names[name] for name in before])
    table.headings = {
        names[name]: table.headings.get(name, name)
        for name in before
        if name in table.headings or names[name] != name
    }
    for key in ("value_labels", "user_missing"):
        found = getattr(table, key)
        setattr(table, key, {names[name]: value for name, value in found.items()})
    if changed:
        decisions.say(f"{counted(len(changed), 'heading')} became names, kept in attrs['headings']")


def _describe(
    table: TableRead, found: FileFormat, content: FileContent, decisions: Decisions
) -> None:
    """Put the record and the descriptions into the frame's attributes."""
    facts = {key: table.facts.get(key) for key in ("encoding", "separator", "decimal", "sheet")}
    reading = Reading(
        path=str(content.path),
        format=found.name,
        **facts,
        n_rows=len(table.frame),
        n_columns=len(table.frame.columns),
        decisions=decisions.notes,
        sha256=content.sha256,
        first_row=table.rows[0] if table.rows else 1,
        empty_rows=empty_rows(table.rows),
    )
    table.frame.attrs = {
        "reading": reading,
        "headings": table.headings,
        "value_labels": table.value_labels,
        "user_missing": table.user_missing,
    }
