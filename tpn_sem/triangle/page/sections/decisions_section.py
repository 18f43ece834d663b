"""What was decided before any number."""

from __future__ import annotations

from ....drawing.documents import ReportPart, Section
from ...study import Study
from ..shown_tables import table
from ..study_provenance import software_and_data


def decisions(study: Study) -> Section | None:
    """Options, defaults, seeds and rows, as asked for or left as they are; software and data."""
    if study.decisions.empty:
        return None
    shown = table(
        study.decisions,
        "Decisions",
        "“Asked for”: whoever ran the study chose it; “default”: nobody did.",
        index=False,
        headings={"taken": "What was done"},
    )
    parts: list[ReportPart] = [shown]
    if (software := software_and_data(study)) is not None:
        note = (
            "Of the variant that is reported. Another hash means other data; it is whole in "
            "provenance.json beside this report."
        )
        parts.append(table(software, "Software and data", note, index=False))
    return Section("decisions", "Decisions", parts)
