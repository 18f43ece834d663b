"""Ordinal items along their factors."""

from __future__ import annotations

from ....drawing.documents import Figure, Section
from ...study import Study
from ..shown_tables import table

_COLUMNS = ["item", "factor", "discrimination", "se", "ci_lower", "ci_upper"]


def item_response(study: Study) -> Section | None:
    """Where along the factors the items measure; None where they are not ordinal."""
    found = None if study.scrutiny is None else study.scrutiny.item_response
    if found is None:
        return None
    drawn = Figure(
        found.plot_information(),
        "Information of all items of a construct along its factor.",
        "information",
    )
    shown = table(
        found.items,
        "Discriminations of the items",
        "As graded responses (normal ogives).",
        columns=_COLUMNS,
        index=False,
    )
    return Section("item_response", "Where along the factors do the items measure?", [drawn, shown])
