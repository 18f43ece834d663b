"""Rows and cells of a table of models side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import as_names
from ..drawing import explained_in, said_in_words, write_value
from ..errors import OptionError, nearest
from ..languages import bracketed
from ..results import section_of, statements_of

BENEATH = ("se", "ci", "none")
KINDS_OF_ROW = {
    "loadings": "=~",
    "regressions": "~",
    "covariances": "~~",
    "intercepts": "~1",
    "variances": "variance",
    "thresholds": "|",
    "defined": ":=",
}
_LIMITS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_MISSING = "\N{EN DASH}"


def chosen_rows(
    tables: Mapping[str, pd.DataFrame], rows: str | Sequence[str] | None
) -> dict[str, str]:
    """Statements of the rows, in order, with their words.

    Raises
    ------
    OptionError
        For what no model has.
    """
    known: dict[str, tuple[str, str]] = {}
    for table in tables.values():
        explained = explained_in(table)
        words = [said_in_words(row, explained) for row in table.to_dict("records")]
        for statement, section, said in zip(
            statements_of(table), section_of(table), words, strict=True
        ):
            known.setdefault(statement, (str(section), said))
    if rows is None:
        found = _of_kinds(known, ("~", ":="))
        return found or _of_kinds(known, ("=~",))
    wanted: dict[str, str] = {}
    for name in as_names("rows", rows):
        wanted |= _asked(" ".join(name.split()), known)
    if not wanted:
        raise OptionError("rows= names no parameter.")
    return wanted


def _asked(name: str, known: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    if name in known:
        return {name: known[name][1]}
    if name not in KINDS_OF_ROW:
        advice = nearest(name, [*KINDS_OF_ROW, *known]) or "."
        raise OptionError(f"rows: no model has {name!r}{advice}")
    found = _of_kinds(known, (KINDS_OF_ROW[name],))
    if not found:
        raise OptionError(f"rows: no model has {name}.")
    return found


def _of_kinds(known: Mapping[str, tuple[str, str]], kinds: tuple[str, ...]) -> dict[str, str]:
    return {name: said for kind in kinds for name, (own, said) in known.items() if own == kind}


def model_cells(
    table: pd.DataFrame, wanted: Mapping[str, str], beneath: str, digits: int, marks: bool
) -> list[str]:
    """A model's column: each estimate, and what stands beneath it."""
    rows = dict(zip(statements_of(table), table.to_dict("records"), strict=True))
    cells: list[str] = []
    for name in wanted:
        row = rows.get(name)
        if row is None or np.isnan(row["estimate"]):
            cells += [_MISSING] if beneath == "none" else [_MISSING, ""]
            continue
        stars = next((mark for limit, mark in _LIMITS if row["p_value"] < limit), "")
        cells.append(f"{write_value(row['estimate'], 'estimate', digits)}{stars if marks else ''}")
        if beneath != "none":
            cells.append(_under(row, beneath, digits))
    return cells


def _under(row: Mapping[Any, Any], beneath: str, digits: int) -> str:
    if np.isnan(row["se"]) or row["se"] == 0.0:
        return ""
    if beneath == "se":
        return f"({write_value(row['se'], 'estimate', digits)})"
    ends = [write_value(row[name], "estimate", digits) for name in ("ci_lower", "ci_upper")]
    return bracketed(*ends)
