"""Where the need and the efficacy come from."""

from __future__ import annotations

from ....drawing import Table
from ....drawing.documents import ReportPart, Section
from ...context_step import NAME, ContextStep
from ...study import Study
from ..shown_tables import table
from ..study_words import errors_words, test_words

HEADING = "Where the need and the efficacy come from"


def context(study: Study) -> Section | None:
    """Paths from the contextual columns; None where there are none."""
    found = study.conclusions.context
    if found is None or not len(found.paths):
        return None
    allowed = f", in which {', '.join(found.allowed)} may differ" if found.allowed else ""
    paths = found.paths.assign(path=found.paths["rhs"] + " → " + found.paths["lhs"])
    shown = table(
        paths[["path", "estimate", "se", "ci_lower", "ci_upper", "p_value"]],
        "Paths from the context",
        f"Standardised, in the model {found.name}{allowed}. It has variables that the other "
        "variants have not, so that it is not compared with them.",
        errors_words(found.fit),
        index=False,
    )
    parts: list[ReportPart] = [*_both_models(found), shown]
    return Section("context", HEADING, parts)


def _both_models(found: ContextStep) -> list[str | Table]:
    """The variant as it was written and as it is reported, where these are two."""
    if not found.allowed:
        return []
    return [
        f"The variant {NAME} was written before the answers were seen. What the ladder then found "
        f"to differ is allowed for in {found.name} by {len(found.added)} further paths: "
        f"{'; '.join(found.added)}. The paths below, and the claims that rest on the context, are "
        "of that model; both models’ texts stand under “The models as they were fitted”.",
        table(
            found.models,
            "The contextual variant, as written and as reported",
            test_words(found.fit),
        ),
    ]
