"""The structural model: the paths of the main variant."""

from __future__ import annotations

import pandas as pd

from ....drawing.documents import Figure, Heading, Note, ReportPart, Section
from ....fit import Fit
from ....model_choice import EXCLUDED, UNTOLD
from ...fit_words import test_phrase
from ...study import Study
from ..figures import interval_plot
from ..shown_tables import table
from ..study_words import errors_words, is_improper
from .measurement_section import BELOW_ONE, unstandardised

_IMPROPER = (
    "Its solution is improper (a negative variance, or the like): the numbers below are not to be "
    "interpreted."
)
_MAIN = {
    EXCLUDED: (
        "The variant {name} is excluded (see “Variants”): its paths are those of a variant that "
        "the answers reject."
    ),
    UNTOLD: (
        "The variant {name} is one that the answers cannot exclude (see “Variants”): what it "
        "says and others deny is not established by it."
    ),
}


def structure(study: Study) -> Section:
    """Paths, indirect effects and explained variance of the variant that is reported."""
    heading = f"The structural model: {study.main_variant}"
    fit = study.main
    if fit is None or not fit.converged:
        why = study.contest.refused.get(study.main_variant, "it did not converge")
        return Section("structure", heading, [f"It could not be fitted: {why}"])
    parts: list[ReportPart] = [Note(_IMPROPER, "error")] if is_improper(fit) else []
    parts += [_fit_words(fit)]
    diagram = fit.path_diagram()
    parts.append(Figure(diagram, "Standardised estimates.", "path_diagram"))
    verdict = str(study.contest.table.loc[study.main_variant, "verdict"])
    if verdict in _MAIN:
        said = _MAIN[verdict].format(name=study.main_variant)
        parts.append(Note(said, "error" if verdict == EXCLUDED else "verdict"))
    parts += _paths(study, fit)
    if len(study.r_squared):
        parts += [
            Heading("Explained variance"),
            table(
                study.r_squared,
                "Explained variance",
                errors_words(fit),
                index=False,
                formats=BELOW_ONE,
            ),
            *explained_words(study.r_squared),
        ]
    return Section("structure", heading, [*parts, unstandardised(fit)])


def _fit_words(fit: Fit) -> str:
    if not fit.measures["df"]:
        return "The model has no degrees of freedom: nothing of it is tested."
    return f"Test of fit: {test_phrase(fit.test())}."


def _paths(study: Study, fit: Fit) -> list[ReportPart]:
    if not len(study.paths):
        return ["It has no paths among its factors."]
    parts: list[ReportPart] = [Heading("Paths")]
    drawn = interval_plot(study.paths, "parameter", "estimate", _label(fit))
    parts.append(Figure(drawn, "Standardised paths with 95% intervals.", "paths"))
    note = ("Standardised.", errors_words(fit))
    parts.append(table(study.paths, "Paths", *note, index=False))
    if len(study.indirect):
        parts += [
            Heading("Indirect and total effects"),
            table(study.indirect, "Indirect and total effects", *note, index=False),
        ]
    return parts


def _label(fit: Fit) -> str:
    """Of the figure's axis; an improper solution is marked."""
    mark = "" if fit.admissible else " (IMPROPER SOLUTION)"
    return f"standardised path with 95% interval{mark}"


def explained_words(r_squared: pd.DataFrame) -> list[str]:
    """How much of each factor is explained, and what is left."""
    found = []
    for row in r_squared.dropna(subset="ci_lower").itertuples():
        left = 100.0 * (1.0 - row.r_squared)
        found.append(
            f"{100.0 * row.r_squared:.0f}% of the variance of {row.factor} is explained "
            f"(95% interval {100.0 * row.ci_lower:.0f} to {100.0 * row.ci_upper:.0f}); "
            f"{left:.0f}% is left to what the model has not."
        )
    return found
