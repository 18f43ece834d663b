"""What the page shows of the answers before any model: findings, items, scales, codebook."""

from __future__ import annotations

import pandas as pd

from ...drawing import p_phrase
from ...survey import Description, Instrument, SurveyCheck, codebook
from .html_tables import html_table

_ITEM_COLUMNS = ["n", "missing", "mean", "sd", "skewness", "kurtosis", "icc", "design_effect"]
_MOST_ROWS = 12


def finding_rows(check: SurveyCheck) -> list[dict[str, str]]:
    """Findings as the page lists them: severity, where, what, rows, what to do."""
    shown = []
    for row in check.findings.to_dict("records"):
        labels = row["rows"][:_MOST_ROWS]
        more = ", ..." if len(row["rows"]) > _MOST_ROWS else ""
        rows = f"rows {', '.join(map(str, labels))}{more}" if labels else ""
        shown.append(
            {
                "severity": row["severity"],
                "where": f"{row['kind']}: {row['column']}" if row["column"] else row["kind"],
                "what": row["what"],
                "rows": rows if len(row["rows"]) < check.n_rows else "",
                "todo": row["what_to_do"],
            }
        )
    return shown


def description_tables(found: Description) -> dict[str, tuple[pd.DataFrame, bool]]:
    """All tables of the description by name, and whether their index is part of them."""
    names = ("items", "shares", "scales", "scale_correlations", "correlations")
    return {
        f"answers_{name}": (table, True) for name, table in found.tables().items() if name in names
    }


def description_html(found: Description) -> dict[str, str]:
    """Items and scales as the page shows them."""
    items = found.items[[name for name in _ITEM_COLUMNS if name in found.items]]
    return {
        "items": html_table(items),
        "scales": html_table(found.scales) if len(found.scales) else "",
        "scale_correlations": (
            html_table(found.scale_correlations) if len(found.scale_correlations) else ""
        ),
    }


def little_sentence(found: Description) -> str:
    """Little's test in a sentence, with what it cannot say; or why there is none."""
    test = found.little
    if test.reason:
        return f"Little's test of answers missing completely at random: none, {test.reason}"
    return (
        f"Little's test of answers missing completely at random: \N{GREEK SMALL LETTER CHI}\u00b2("
        f"{test.degrees_of_freedom:.0f}) = {test.statistic:.1f}, {p_phrase(test.p_value)}, in "
        f"{test.n_patterns} patterns. {test.note}"
    )


def codebook_html(instrument: Instrument) -> str:
    """The codebook, where it says more than the names of the columns."""
    table = codebook(instrument).table
    return html_table(table, index=False) if set(table) > {"name", "construct"} else ""
