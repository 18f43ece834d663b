"""The methods paragraph of the main model, and the references that it needs."""

from __future__ import annotations

from ....articles import cite
from ....drawing.documents import Bullets, Heading, Section
from ...study import Study
from ..study_provenance import cited_fit


def methods(study: Study) -> Section | None:
    """How the variant that is reported was estimated and judged."""
    fit = cited_fit(study)
    if fit is None:
        return None
    said = cite(fit)
    listed = [entry.listed for entry in said.references]
    of = study.main_variant if fit is study.main else study.reference
    words = f"Of the model of {of}:", said.paragraph
    return Section(
        "methods", "Methods and references", [*words, Heading("References"), Bullets(listed)]
    )
