"""What was found in the answers before anything was fitted."""

from __future__ import annotations

import pandas as pd

from ....drawing.documents import ReportPart, Section
from ....survey import SurveyCheck
from ...study import Study
from ..shown_tables import table

_MOST_ROWS = 12


def checks(study: Study) -> Section:
    """Findings with what to do, and what was repaired."""
    repaired = "; ".join(study.repairs)
    after = f" after these repairs: {repaired}" if repaired else ""
    rows = finding_rows(study.check)
    parts: list[ReportPart]
    if rows:
        parts = [
            f"Found before anything was fitted{',' * bool(after)}{after and ' and'}{after}:",
            table(pd.DataFrame(rows), "Findings of the check", index=False),
        ]
    else:
        parts = [f"The check of the answers found nothing{after}."]
    return Section("checks", "Checks of the answers", parts)


def finding_rows(check: SurveyCheck) -> list[dict[str, str]]:
    """Findings as the report lists them: severity, finding, what, what to do."""
    shown = []
    for row in check.findings.to_dict("records"):
        labels = row["rows"][:_MOST_ROWS]
        more = ", ..." if len(row["rows"]) > _MOST_ROWS else ""
        rows = f" (rows {', '.join(map(str, labels))}{more})" if labels else ""
        shown.append(
            {
                "severity": row["severity"],
                "finding": f"{row['kind']}: {row['column']}" if row["column"] else row["kind"],
                "what": row["what"] + (rows if len(row["rows"]) < check.n_rows else ""),
                "what_to_do": row["what_to_do"],
            }
        )
    return shown
