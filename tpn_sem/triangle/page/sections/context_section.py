"""Where the need and the efficacy come from."""

from __future__ import annotations

from ....drawing.documents import Section
from ...study import Study
from ..shown_tables import table
from ..study_words import errors_words


def context(study: Study) -> Section | None:
    """Paths from the contextual columns; None where there are none."""
    found = study.conclusions.context
    if found is None or not len(found.paths):
        return None
    allowed = ""
    if found.allowed:
        allowed = (
            f", in which {', '.join(found.allowed)} may differ by location, as the ladder finds"
        )
    paths = found.paths.assign(path=found.paths["rhs"] + " → " + found.paths["lhs"])
    shown = table(
        paths[["path", "estimate", "se", "ci_lower", "ci_upper", "p_value"]],
        "Paths from the context",
        f"Standardised, in the variant context{allowed}. It has variables that the other variants "
        "have not, so that it is not compared with them.",
        errors_words(found.fit),
        index=False,
    )
    return Section("context", "Where the need and the efficacy come from", [shown])
