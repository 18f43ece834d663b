"""How many factors, and which items go together."""

from __future__ import annotations

from ....drawing.documents import Bullets, Figure, Heading, ReportPart, Section
from ....exploration.number_of_factors import rule_words
from ...study import Study
from ..shown_tables import table

_SALIENT = 0.4


def exploration(study: Study) -> Section:
    """What each rule says, exploratory loadings, and whether halves agree."""
    found = study.exploration
    parts: list[ReportPart] = []
    if found.counted is not None:
        drawn = found.counted.plot()
        parts += [
            found.counted.verdict,
            Figure(drawn, "Eigenvalues of the answers and of random data.", "scree"),
            table(
                found.counted.table.rename(index=rule_words),
                "How many factors, rule by rule",
                columns=["n_factors", "why", "source"],
            ),
        ]
    if len(found.loadings):
        parts.append(
            table(
                found.loadings,
                "Exploratory loadings",
                f"Rotation: {found.note}",
                f"In bold: {_SALIENT:g} or more.",
                formats="loading",
                salient=_SALIENT,
                digits=2,
            )
        )
    else:
        parts.append(found.note)
    halves = [] if study.scrutiny is None else study.scrutiny.replication
    if halves:
        parts += [Heading("Does one half of the answers confirm the other?"), Bullets(halves)]
    return Section("exploration", "How many factors", parts)
