"""Tables of the study as HTML and CSV."""

from __future__ import annotations

import html

import numpy as np
import pandas as pd

_DIGITS = {"chisq": 2, "chisq_diff": 2, "aic": 1, "bic": 1, "delta_bic": 1, "eigenvalue": 2}
_COUNTS = {"df", "df_diff", "rank", "rows", "complete", "schools", "step"}
_P_VALUES = {"pvalue", "p_value", "p_diff"}


def html_table(table: pd.DataFrame, index: bool = True) -> str:
    """A table with as many digits as each column deserves."""
    frame = table.reset_index() if index else table
    head = "".join(f"<th>{html.escape(str(column))}</th>" for column in frame.columns)
    rows = "".join(
        "<tr>"
        + "".join(_cell(str(c), v) for c, v in zip(frame.columns, row, strict=True))
        + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(column: str, value: object) -> str:
    if isinstance(value, str):
        kind = ' class="text"' if len(value) > 24 else ""
        return f"<td{kind}>{html.escape(value)}</td>"
    return f"<td>{format_number(column, value)}</td>"


def format_number(column: str, value: object) -> str:
    """A number as this column shows it; a dash where there is none."""
    number = float(value)  # type: ignore[arg-type]
    if np.isnan(number):
        return "–"
    if column in _P_VALUES:
        return "&lt; .001" if number < 0.001 else f"{number:.3f}".lstrip("0")
    if column in _COUNTS:
        return f"{number:.0f}"
    return f"{number:.{_DIGITS.get(column, 3)}f}"
