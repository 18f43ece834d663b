"""Who answered, and what is missing."""

from __future__ import annotations

from ....drawing import p_phrase
from ....drawing.documents import Bullets, Heading, ReportPart, Section
from ....survey import Description
from ...study import Study
from ..shown_tables import table

SYNTHETIC = "The answers are synthetic: a program drew them, and nobody gave them."


def sample(study: Study) -> Section:
    """Rows given and used, by group, and how answers are missing."""
    parts: list[ReportPart] = []
    if study.synthetic:
        parts.append(SYNTHETIC)
    reading = [line.strip() for line in study.reading]
    if reading:
        parts += [reading[0], *([Bullets(reading[1:])] if reading[1:] else [])]
    parts += [
        Heading("Who answered"),
        table(
            study.respondents,
            "Rows given and used",
            "Used: in the models; a row is left out for one reason. Skipping: used rows without "
            "any answer to some construct.",
        ),
        Heading("Missing answers"),
        little_sentence(study.description),
    ]
    return Section("sample", "Sample", parts)


def little_sentence(found: Description) -> str:
    """Little's test in a sentence, with what it cannot say; or why there is none."""
    test = found.little
    if test.reason:
        return f"Little's test of answers missing completely at random: none, {test.reason}"
    return (
        f"Little's test of answers missing completely at random: \N{GREEK SMALL LETTER CHI}\u00b2("
        f"{test.degrees_of_freedom:.0f}) = {test.statistic:.1f}, {p_phrase(test.p_value)}, in "
        f"{test.n_patterns} patterns. {test.note}"
    )
