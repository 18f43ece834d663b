"""The parameter table as a data frame, which can be edited and made a model again."""

from __future__ import annotations

from math import nan

import pandas as pd

from ..language import PHANTOM, Statements
from .parameter_table import ParameterTable


def parameter_frame(table: ParameterTable, statements: Statements) -> pd.DataFrame:
    """A row a parameter, in the order of the table; ``attrs["lines"]`` has what else the text says.

    Columns lhs, op, rhs, group (from 1), label, free (place among the free parameters from 1, 0
    where fixed), fixed (value, NaN where free or taken from the sample), start, exogenous, written;
    where some follow from others also follows.
    """
    frame = pd.DataFrame(
        {
            "lhs": row.lhs,
            "op": row.operator,
            "rhs": row.rhs,
            "group": row.group + 1,
            "label": row.label,
            "free": row.free + 1,
            "fixed": row.fixed,
            "start": row.start,
            "exogenous": row.exogenous,
            "written": row.written,
        }
        for row in table.rows
    )
    if any(row.follows for row in table.rows):
        frame["follows"] = [row.follows for row in table.rows]
    frame.attrs["lines"] = _lines(statements)
    return frame


def with_lines(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with a row, of group 0, for each phantom, definition and constraint."""
    lines = frame.attrs.get("lines", [])
    if not lines:
        return frame
    more = pd.DataFrame(lines, columns=["lhs", "op", "rhs"]).assign(
        group=0, label="", free=0, fixed=nan, start=nan, exogenous=False, written=True
    )
    found = pd.concat([frame, more], ignore_index=True)
    found.attrs.clear()
    return found


def _lines(statements: Statements) -> list[tuple[str, str, str]]:
    """Both sides and the operator of phantom variables, definitions and constraints."""
    names = dict.fromkeys(one.lhs for one in statements.relations if one.operator == PHANTOM)
    rows = [(name, "=~", "0") for name in names]
    rows += [(one.name, ":=", one.text) for one in statements.definitions]
    rows += [(one.text[0], one.operator, one.text[1]) for one in statements.constraints]
    return rows
