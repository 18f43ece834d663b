"""The instrument: its items with their wording, and how they were answered."""

from __future__ import annotations

from ....drawing.documents import Figure, Heading, ReportPart, Section
from ....survey import codebook
from ...study import Study
from ..shown_tables import lower_half, table

_ITEM_COLUMNS = ["n", "missing", "mean", "sd", "skewness", "kurtosis", "icc", "design_effect"]


def instrument(study: Study) -> Section:
    """Codebook, means of items and scales, alpha, correlations of scales, shares of answers."""
    found = study.description
    parts: list[ReportPart] = []
    book = codebook(study.instrument).table
    if set(book) > {"name", "construct"}:
        parts += [Heading("Codebook"), table(book, "Items of the instrument", index=False)]
    parts.append(Heading("Items"))
    icc = "ICC: share of variance between schools; design effect of their likeness."
    parts.append(
        table(
            found.items,
            "Means, deviations and shapes of the items",
            icc if "icc" in found.items else "",
            columns=_ITEM_COLUMNS,
        )
    )
    if len(found.scales):
        parts += [
            Heading("Scales"),
            table(
                found.scales,
                "Means of the items of each construct, and their reliability",
                "α with a 95% interval (Feldt). The measurement model's reliabilities stand in "
                "“Reliability and validity”.",
            ),
        ]
    if len(found.scale_correlations):
        parts.append(
            table(
                lower_half(found.scale_correlations),
                "Correlations of the scales",
                "Of means of items; α on the diagonal.",
                formats=dict.fromkeys(found.scale_correlations, "correlation"),
            )
        )
    if len(found.shares):  # last: on paper what is so high would leave a gap before tables
        drawn = Figure(found.plot_shares(), "Answers to each item, in shares.", "answers")
        parts += [Heading("Answers"), drawn]
    return Section("instrument", "Instrument", parts)
