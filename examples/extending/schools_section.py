"""A section of the study's report: how many teachers of each kind of school answered."""

from __future__ import annotations

from tpn_sem.drawing import Table
from tpn_sem.drawing.documents import Section
from tpn_sem.triangle import Study


def schools_section(study: Study) -> Section | None:
    """Teachers per school, by group; None where the schools are not known."""
    counts = study.respondents
    if "schools" not in counts:
        return None
    shown = counts[["used", "schools"]].assign(per_school=counts["used"] / counts["schools"])
    table = Table(shown, "Teachers per school", digits=1, headings={"per_school": "Per school"})
    return Section("schools", "How many teachers a school gave", ["Teachers who are used.", table])
