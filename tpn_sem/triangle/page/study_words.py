"""What a study's report says in more than one place: constructs, tests, items, groups."""

from __future__ import annotations

from ...fit import Fit
from ...model_fit.tests import reported_test
from ..constructs import CONSTRUCTS, CONTEXT
from ..fit_words import estimator_name, test_name
from ..study import Study

PLAIN_INDICES = (
    "CFI and RMSEA are of the chi-square before its correction: χ² may lie below its df where "
    "RMSEA is above 0 and CFI below 1."
)


def construct_titles(study: Study) -> dict[str, str]:
    """Constructs with their full names."""
    known = {name: construct.title for name, construct in CONSTRUCTS.items()}
    return {
        name: study.instrument.titles.get(name, known.get(name, name))
        for name in study.instrument.items
    }


def own_names(study: Study) -> frozenset[str]:
    """Names that no catalogue knows: constructs, items, columns and groups of one's own."""
    instrument, ladder = study.instrument, study.ladder
    groups = ladder.fits["configural"].group_labels if ladder else ()
    constructs = {*instrument.items, *instrument.titles.values()}
    items = {name for own in instrument.items.values() for name in own}
    columns = {*instrument.columns.values(), *instrument.context.values(), *groups}
    known = {one.title for one in CONSTRUCTS.values()}
    return frozenset(constructs - known | items | columns - {*CONTEXT, "urban"})


def is_triangle(study: Study) -> bool:
    """Whether the instrument has the constructs of the triangle."""
    return set(CONSTRUCTS) <= set(study.instrument.items)


def measurement_fit(study: Study) -> Fit | None:
    """The measurement model where it converged."""
    fit = study.contest.fits.get(study.reference)
    return fit if fit is not None and fit.converged else None


def is_improper(fit: Fit | None) -> bool:
    """Whether numbers of a fit are not to be interpreted."""
    return fit is not None and fit.converged and not fit.admissible


def schools_of(fit: Fit | None) -> int:
    """How many schools errors and tests take as units; 0 where teachers are."""
    return 0 if fit is None else len(fit.estimation.samples.cluster_labels)


def test_words(fit: Fit) -> str:
    """What a column of chi-squares and p-values is of."""
    name = reported_test(fit.estimation)
    words = test_name(name)
    schools = schools_of(fit)
    units = f", {schools} schools as units" if schools else ""
    if name == "peba":
        return (
            f"χ² is that of the likelihood ratio; p is not by the chi-square distribution but by "
            f"{words}{units}."
        )
    said = f"χ² and p are of one test: {words}{units}."
    return said if name == "standard" else f"{said} {PLAIN_INDICES}"


def estimator_words(fit: Fit) -> str:
    """Estimator, missing answers and errors in one phrase."""
    name = estimator_name(fit.estimation)
    schools = schools_of(fit)
    units = f"{schools} schools" if schools else "teachers"
    return f"{name} (n = {fit.n_observations}), errors with {units} as units"


def errors_words(fit: Fit) -> str:
    """What errors, intervals and p-values of estimates are."""
    few = fit.estimation.options.se.startswith("cluster_cr")
    kind = "Student’s t, corrected for few schools" if few else "Wald’s z"
    words = estimator_words(fit)
    return f"{words[0].upper()}{words[1:]}; p: {kind}; 95% intervals."


def direction(study: Study) -> str:
    """Which group a difference is of, less which: "urban less rural"."""
    if study.comparison is None:
        return ""
    first, *others = study.comparison.ladder.fits["configural"].group_labels
    return f"{others[0]} less {first}" if len(others) == 1 else f"each group less {first}"


def wording(study: Study) -> dict[str, str]:
    """Wording of the items that have one other than their name."""
    texts = {item: study.instrument.text(item) for item in study.instrument.all_items}
    return {item: text for item, text in texts.items() if text and text != item}
