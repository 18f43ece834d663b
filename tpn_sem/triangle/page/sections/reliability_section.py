"""Is the instrument valid?"""

from __future__ import annotations

from ....drawing.documents import Bullets, Fold, Heading, ReportPart, Section
from ...study import Study
from ..shown_tables import lower_half, table

_RELIABILITY = [
    *("alpha", "alpha_lower", "alpha_upper", "omega", "omega_lower", "omega_upper"),
    *("composite", "maximal", "ave", "ave_lower", "ave_upper"),
]


def reliability(study: Study) -> Section | None:
    """Reliability, convergent and discriminant validity by the measurement model."""
    found = study.quality
    if found is None:
        return None
    parts: list[ReportPart] = [
        Heading("Is the instrument valid?"),
        Bullets(found.sentences),
        table(
            found.reliability,
            "Reliability of the constructs",
            "With 95% intervals (delta method): α and ω of the sums of items, composite and "
            "maximal reliability, average variance extracted (AVE).",
            columns=_RELIABILITY,
            formats=dict.fromkeys(_RELIABILITY, "correlation"),
            digits=2,
        ),
        table(
            lower_half(found.validity.fornell_larcker),
            "Discriminant validity (Fornell & Larcker, 1981)",
            "Roots of the average variance extracted on the diagonal, correlations of the factors "
            "beside it.",
            formats=dict.fromkeys(found.validity.fornell_larcker, "correlation"),
            digits=2,
        ),
        table(
            lower_half(found.validity.htmt),
            "Heterotrait–monotrait ratios",
            "HTMT: correlations of constructs by their items.",
            formats=dict.fromkeys(found.validity.htmt, "correlation"),
            digits=2,
        ),
    ]
    if len(found.items):
        shown = table(
            found.items,
            "Items of each construct",
            "Standardised loading, correlation with the rest of the scale, α without the item.",
            headings={"item_rest": "Item–rest r", "alpha_if_deleted": "α if deleted"},
            columns=["loading", "item_rest", "alpha_if_deleted"],
            digits=2,
        )
        parts.append(Fold("Item by item", [shown]))
    return Section("reliability", "Reliability and validity", parts)
