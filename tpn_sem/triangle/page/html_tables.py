"""Tables of the study as HTML and CSV."""

from __future__ import annotations

import html

import pandas as pd

from ...drawing import decimals, format_p

_LONG = 24  # letters of a text that may be broken
_DIGITS = {"chisq": 2, "chisq_diff": 2, "aic": 1, "bic": 1, "delta_bic": 1, "eigenvalue": 2}
_COUNTS = {
    *("df", "df_diff", "rank_lower", "rank_upper", "rows", "complete", "used", "skipping"),
    *("variants", "of", "schools", "step", "no school", "no answer", "no control", "incomplete"),
    *("n", "missing", "n_items", "n_factors", "n_residuals", "flagged", "left_out"),
}
_P_VALUES = {
    *("pvalue", "p_value", "p_diff", "p_naive", "p_clustered", "p_permutation"),
    "p_permutation_cfi",
    *("p_support", "p_against"),
    *("p_set", "p_indistinguishable", "p_first", "p_second"),
    *("p_adjusted", "exact_p", "close_p", "p_lowest", "p_highest"),
}
_TITLES = {
    "chisq": "χ²",
    "pvalue": "p",
    "p_value": "p",
    "p_diff": "p of Δχ²",
    "p_naive": "p, teachers",
    "p_clustered": "p, schools",
    "p_permutation": "p, permutation",
    "p_permutation_cfi": "p of ΔCFI, permutation",
    "p_adjusted": "p, adjusted",
    "p_set": "p, of its tests",
    "p_support": "p of the opposite",
    "p_against": "p against",
    "correlation_limit": "of its limit",
    "e_value": "E-value",
    "e_value_limit": "of its limit ",
    "says": "claim",
    "t_size": "T-size",
    "p_indistinguishable": "p of no difference",
    "p_first": "p, first no closer",
    "p_second": "p, second no closer",
    "rank_lower": "place from",
    "rank_upper": "to",
    "exact_p": "p of exact fit",
    "close_p": "p of close fit",
    "p_lowest": "p at the lowest",
    "p_highest": "p at the highest",
    "n_residuals": "residuals",
    "usrmr": "unbiased SRMR",
    "usrmr_lower": "95 % from",
    "usrmr_upper": "to",
    "item_1": "item",
    "item_2": "and",
    "se_naive": "SE, teachers",
    "d_impact": "d without the items",
    "chisq_diff": "Δχ²",
    "df_diff": "Δdf",
    "ci_lower": "95 % from",
    "ci_upper": "to",
    "r_squared": "R²",
    **{name: name.upper() for name in ("se", "cfi", "rmsea", "srmr", "mfi", "aic", "bic")},
    **{f"delta_{name}": f"Δ{name.upper()}" for name in ("cfi", "rmsea", "srmr", "bic")},
}


def html_table(table: pd.DataFrame, index: bool = True) -> str:
    """A table with as many digits as each column deserves; text stands on the left."""
    frame = _with_index(table) if index else table
    names = [str(column) for column in frame.columns]
    values = list(frame.itertuples(index=False, name=None))
    texts = [any(isinstance(row[place], str) for row in values) for place in range(len(names))]
    head = "".join(_head(name, text) for name, text in zip(names, texts, strict=True))
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(name, cell, place == 0)
            for place, (name, cell) in enumerate(zip(names, row, strict=True))
        )
        + "</tr>"
        for row in values
    )
    return (
        '<div class="wide" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def rows_or_nothing(table: pd.DataFrame) -> str:
    """The table without its index; nothing where it has no rows."""
    return html_table(table, index=False) if len(table) else ""


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    """The index as columns, under its names."""
    names = [str(name or "") for name in table.index.names]
    return table.reset_index(names=names if len(names) > 1 else names[0])


def _head(column: str, text: bool) -> str:
    kind = ' class="text"' if text else ""
    title = html.escape(_TITLES.get(column, column.replace("_", " ")))
    return f'<th scope="col"{kind}>{title}</th>'


def _cell(column: str, value: object, is_first: bool) -> str:
    if isinstance(value, str):
        kind = "text long" if len(value) > _LONG else "text"
        opened, closed = ('th scope="row"', "th") if is_first else ("td", "td")
        return f'<{opened} class="{kind}">{html.escape(value)}</{closed}>'
    return f"<td>{html.escape(format_number(column, value))}</td>"


def format_number(column: str, value: object) -> str:
    """A number as this column shows it; a dash where there is none."""
    if pd.isna(value):
        return "–"
    number = float(value)  # type: ignore[arg-type]
    if column in _P_VALUES:
        return format_p(number)
    return decimals(0 if column in _COUNTS else _DIGITS.get(column, 3))(number)
