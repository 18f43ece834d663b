"""What the study cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from ....drawing.documents import Bullets, Section
from ...study import Study
from ..contrast_words import begun, in_words
from ..study_words import schools_of

_FEW_SCHOOLS = 50


def limits(study: Study) -> Section:
    """Limits that follow from the design, the answers and the models."""
    return Section("limits", "Limits", [Bullets(list(_limits(study)))])


def _limits(study: Study) -> Iterator[str]:
    if study.synthetic:
        yield "The answers are synthetic: nothing here is about people."
    yield (
        "All answers are of one questionnaire at one time: arrows are assumptions of the variants, "
        "and fit does not show that one thing causes another."
    )
    yield from _of_the_set(study)
    schools = schools_of(study.main)
    if schools and schools < _FEW_SCHOOLS:
        yield (
            f"{schools} schools are few: tests with schools as units have little power, and what "
            "is not rejected is not shown to hold."
        )
    if study.respondents.loc["total", "complete"] < study.respondents.loc["total", "used"]:
        yield (
            "Answers are missing; the estimates rest on what is assumed of them (see “Decisions” "
            "and “Sample”)."
        )
    yield from _of_groups(study)
    for name, remark in study.contest.remarks:
        yield f"{begun(name)}: {in_words(remark)}"
    if study.scrutiny is None:
        yield "Local fit, influence and careless answers were not looked at."


def _of_the_set(study: Study) -> Iterator[str]:
    members = study.contest.members
    if len(members) > 1:
        yield (
            f"{len(members)} variants cannot be told apart by these answers "
            f"({', '.join(members)}): only theory or design can choose among them."
        )


def _of_groups(study: Study) -> Iterator[str]:
    if study.comparison is None:
        yield "No groups were compared: that the items measure the same for all is assumed."
    elif study.comparison.ladder.freed:
        yield (
            "Not all items measure the same in all groups; what is compared allows for those that "
            "were found, and the search may have missed or overcalled some."
        )
