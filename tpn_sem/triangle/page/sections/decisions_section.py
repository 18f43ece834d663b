"""What was decided before any number."""

from __future__ import annotations

from ....drawing.documents import Section
from ...study import Study
from ..shown_tables import table


def decisions(study: Study) -> Section | None:
    """Options, defaults, seeds and rows, each as it was asked for or left as it is."""
    if study.decisions.empty:
        return None
    shown = table(
        study.decisions,
        "Decisions",
        "“Asked for”: whoever ran the study chose it; “default”: nobody did.",
        index=False,
        headings={"taken": "What was done"},
    )
    return Section("decisions", "Decisions", [shown])
