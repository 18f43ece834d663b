"""What a reader of the study must know before any number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..survey import Instrument, SurveyCheck
from .constructs import CONSTRUCTS
from .contest import Contest
from .respondents import Respondents

_FEW_ROWS = 100
_MANY_SCHOOLS = 100
_PER_ITEM = 5


def study_notes(
    found: Respondents,
    instrument: Instrument,
    group: str | None,
    options: Mapping[str, Any],
    synthetic: bool,
) -> list[str]:
    """Notes in the order of their weight."""
    notes = []
    if synthetic:
        notes.append("The data are synthetic: no number here is a result of the study.")
    notes += _left_out(found)
    notes += _few_rows(found, instrument)
    notes += _missing(found, options)
    notes += _skipping(found, options)
    notes += _schools(found, instrument, group, options)
    if instrument.context and not set(CONSTRUCTS) <= set(instrument.items):
        notes.append(
            "Contextual factors are not used: the variant 'context' needs the study's constructs."
        )
    return notes


def _left_out(found: Respondents) -> list[str]:
    words = {
        "no school": "have no school",
        "no answer": "have no answer to any item",
        "no control": "lack a control variable",
        "incomplete": "have a missing answer (listwise)",
    }
    reasons = found.left_out
    if not reasons:
        return []
    told = ", ".join(f"{count} {words[why]}" for why, count in reasons.items())
    rows = int(found.table.loc["total", "rows"])
    note = f"{sum(reasons.values())} of {rows} rows are left out: {told}."
    if "incomplete" in reasons:
        note += (
            " Complete rows alone are unbiased only if answers are missing completely at random; "
            "answers that are skipped by design, as by teachers who belong to no community, are "
            "not."
        )
    return [note]


def _few_rows(found: Respondents, instrument: Instrument) -> list[str]:
    n, p = len(found.data), len(instrument.all_items)
    if n >= max(_FEW_ROWS, _PER_ITEM * p):
        return []
    return [
        f"{n} rows are few for {p} items: estimates vary much from sample to sample, tests of fit "
        "reject too often, and solutions may be improper. Read no more than the signs of large "
        "paths."
    ]


def _missing(found: Respondents, options: Mapping[str, Any]) -> list[str]:
    partial = int((~found.complete).sum())
    if not partial:
        return []
    head = f"{partial} of {len(found.data)} rows have a missing answer; "
    if options["missing"] == "fiml":
        return [
            f"{head}every answer that is there counts (full information). That is unbiased if "
            "answers are missing at random given the others; the exploratory step and the second "
            "opinion take complete rows."
        ]
    return [
        f"{head}{_OF_ORDINAL[options['missing']]} The exploratory step and the second opinion "
        "take complete rows."
    ]


_OF_ORDINAL = {
    "pairwise": (
        "each pair of items uses the rows that have both, which is unbiased only if answers are "
        "missing completely at random."
    ),
    "doubly_robust": "each is predicted from the other answers of its row, at random given these.",
    "listwise": "",
}


def _skipping(found: Respondents, options: Mapping[str, Any]) -> list[str]:
    count = int(found.skipping.sum())
    if not count or options["missing"] == "listwise":
        return []
    codes = f" {found.skipped_codes} answers carry a code for it." if found.skipped_codes else ""
    how = {
        "fiml": "full information takes their other answers as missing at random",
        "doubly_robust": "their other answers are taken as missing at random",
        "pairwise": "their other answers are taken as missing completely at random",
    }[options["missing"]]
    return [
        f"{count} teachers answered no item of some construct, as those who belong to no community "
        f"and skip it by design.{codes} They count in what they did answer; {how}."
    ]


def _schools(
    found: Respondents, instrument: Instrument, group: str | None, options: Mapping[str, Any]
) -> list[str]:
    school, data = instrument.school, found.data
    if not (school and school in data):
        return [
            "Teachers are taken as independent of each other: the instrument names no school "
            "column. Where teachers share schools, standard errors are then too small."
        ]
    count = data[school].nunique()
    notes = []
    if count < 2:
        return [
            f"All teachers are of one school ({school}): nothing is known of how schools differ."
        ]
    if count == data[school].count():
        return [f"Every teacher has another {school}: they are taken as independent of each other."]
    if "cluster" not in options:
        notes.append(
            f"Teachers are clustered in {count} schools, and standard errors and tests here take "
            "them as independent: they are too optimistic."
        )
    elif options.get("se") == "cluster_cr2" and count >= _MANY_SCHOOLS:
        notes.append(
            f"Teachers are clustered in {count} schools: standard errors, intervals and tests of "
            "fit take schools as units; CFI and RMSEA use the chi-square as it is."
        )
    elif options.get("se") == "cluster_cr2":
        notes.append(
            f"Teachers are clustered in {count} schools: standard errors are corrected for few "
            "clusters (CR2), intervals are Student's. The tests of fit take schools as units: they "
            f"do not reject too often, but have little power with {count}; CFI and RMSEA use the "
            "chi-square as it is."
        )
    else:
        notes.append(
            f"Teachers are clustered in {count} schools, and standard errors and tests take "
            "schools as units; of ordinal items there is no correction for few of them, so that "
            "standard errors are a little too small."
        )
    if group and (data.groupby(school)[group].nunique() <= 1).all():
        notes.append(
            f"The column {group} is a property of the school: comparisons between its groups "
            f"rest on {count} schools, not on {len(data)} teachers."
        )
    return notes


def finding_notes(findings: SurveyCheck) -> list[str]:
    """What the check calls an error or a warning, one sentence each."""
    return [
        f"{one.kind}: {one.column + ': ' if one.column else ''}{one.what}"
        for one in findings.found
        if one.severity != "note"
    ]


def variant_notes(contest: Contest, main: str) -> list[str]:
    """Variants that have no proper solution, and the main one above all."""
    notes = []
    if main in contest.refused:
        notes.append(
            f"{main}, whose paths were to be reported, was refused: {contest.refused[main]}"
        )
    states = contest.table["state"]
    for state, words in (
        ("improper", "have no proper solution (a negative variance, or the like)"),
        ("not converged", "did not converge"),
    ):
        names = [str(name) for name in states.index[states == state]]
        if names:
            notes.append(f"{', '.join(names)} {words}: marked, and not judged.")
    return notes
