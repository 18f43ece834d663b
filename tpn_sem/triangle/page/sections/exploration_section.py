"""How many factors, and which items go together."""

from __future__ import annotations

import re

from ....drawing.documents import Bullets, Figure, Heading, ReportPart, Section
from ....exploration.number_of_factors import NumberOfFactors
from ...study import Study
from ..shown_tables import table

_SALIENT = 0.4
_RULES = {
    "parallel": "parallel analysis",
    "parallel_mean": "parallel analysis, means",
    "parallel_reduced": "parallel analysis, reduced matrix",
    "parallel_reduced_mean": "parallel analysis, reduced matrix, means",
    "empirical_kaiser": "empirical Kaiser criterion",
    "hull": "hull by CFI",
    "hull_caf": "hull by CAF",
    "map": "minimum average partial",
    "map_fourth": "minimum average partial, fourth power",
    "vss": "very simple structure",
    "vss_2": "very simple structure, complexity 2",
    "chi_square": "test of exact fit",
    "rmsea": "RMSEA",
    "bic": "BIC",
    "kaiser": "Kaiser criterion",
}


def exploration(study: Study) -> Section:
    """What each rule says, exploratory loadings, and whether halves agree."""
    found = study.exploration
    parts: list[ReportPart] = []
    if found.counted is not None:
        drawn = found.counted.plot()
        parts += [
            _plainly(found.counted),
            Figure(drawn, "Eigenvalues of the answers and of random data.", "scree"),
            table(
                found.counted.table.rename(index=_named),
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
                f"In bold: {_SALIENT:g} or more.".replace("0.", "."),
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


def _plainly(found: NumberOfFactors) -> str:
    """What the rules say together, with their names in words."""
    names = sorted(map(str, found.table.index), key=len, reverse=True)
    any_name = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    return any_name.sub(lambda one: _named(one.group()), found.verdict)


def _named(rule: str) -> str:
    """A rule as papers call it."""
    return _RULES.get(rule, rule.replace("_", " "))
