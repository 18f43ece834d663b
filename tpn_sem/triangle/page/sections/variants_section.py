"""The variants: which ones the answers cannot exclude, and the same effects in these."""

from __future__ import annotations

import pandas as pd

from ....drawing import Table
from ....drawing.documents import Bullets, Figure, Fold, Heading, Note, ReportPart, Section
from ....estimation import Estimation
from ....fit import Fit
from ....model_choice import WIDER
from ....model_fit.comparison import default_method
from ...contest import Contest
from ...study import Study
from ..contrast_words import begun, in_words
from ..figures import contest_plot
from ..shown_tables import EDGE, table
from ..study_words import test_words

_COLUMNS = [
    *("state", "verdict", "p_set", "df", "chisq", "pvalue", "cfi", "rmsea", "srmr", "bic"),
]
_DIFFERENCE = {
    "standard": "likelihood-ratio tests",
    "satorra_2000": "differences of chi-squares, scaled by Satorra (2000)",
    "satorra_2000_weighted": "differences of chi-squares, scaled by Satorra (2000)",
    "satorra_bentler_2001": "differences of chi-squares, scaled by Satorra & Bentler (2001)",
    "satorra_bentler_2010": "differences of chi-squares, scaled by Satorra & Bentler (2010)",
}
_WITHOUT = (
    "Without a verdict: other variables, improper solutions (a negative variance, or the like), "
    "and what did not converge."
)


def variants(study: Study) -> Section:
    """Verdicts, the variants side by side, weights, pairs, and effects over the set."""
    contest = study.contest
    fit = next(iter(contest.choice.sound.values()), None) if contest.n_sound else None
    tests = difference_words(fit)
    parts = _verdicts(contest, tests, fit)
    if contest.remarks:
        told = [f"{begun(name)}: {in_words(remark)}" for name, remark in contest.remarks]
        parts += [Heading("Refused, or to be read with care"), Bullets(told)]
    parts += [Heading("Side by side"), *_contest_figure(contest), _side_by_side(contest, fit)]
    if fit is not None:
        parts += [*_weights(contest, fit), *_pairs(contest, tests, fit)]
    parts += _over_the_set(study)
    return Section("variants", "Variants: which ones the answers cannot exclude", parts)


def difference_words(fit: Estimation | None) -> str:
    """By what variants are tested against each other."""
    if fit is None:
        return ""
    words = _DIFFERENCE[default_method(fit)]
    schools = len(fit.samples.cluster_labels)
    return words + (f", {schools} schools as units" if schools else "")


def _by_school(fit: Estimation | None) -> bool:
    return fit is not None and bool(fit.samples.cluster_labels)


def _verdicts(contest: Contest, tests: str, fit: Estimation | None) -> list[ReportPart]:
    if contest.n_sound <= 1:
        count = "One variant has" if contest.n_sound else "No variant has"
        return [f"{count} a proper solution: there is nothing to compare."]
    choice = contest.choice
    by_school = _by_school(fit)
    sizes = ""
    if choice.sizes:
        units = " and schools" if by_school else ""
        sizes = f" Numbers of teachers{units} that would tell are for a power of .80."
    return [
        *(Note(begun(verdict), "verdict") for verdict in contest.verdicts),
        "A variant is excluded where a test rejects it, or a variant that it is nested in, against "
        f"{choice.confidence_set.reference} or what lies between; p-values of a variant's tests "
        "are adjusted for their number (Bonferroni), so that the set holds the true class with "
        f"the stated probability, if one of them is true. The tests are {tests}.{sizes}",
    ]


def _contest_figure(contest: Contest) -> list[ReportPart]:
    if not contest.table["delta_bic"].notna().any():
        return []
    drawn = contest_plot(contest.table)
    caption = "BIC of each variant above the smallest; the tests, not BIC, exclude."
    return [Figure(drawn, caption, "contest")]


def _side_by_side(contest: Contest, fit: Estimation | None) -> Table:
    said = test_words(_one_fit(contest)) if fit is not None else ""
    wider = ""
    if contest.n_sound and contest.choice.confidence_set.of(WIDER):
        wider = f"“Wider”: holds whenever {contest.choice.confidence_set.reference} does."
    return table(
        contest.table,
        "Variants, what cannot be excluded first",
        said,
        wider,
        _WITHOUT,
        columns=_COLUMNS,
    )


def _one_fit(contest: Contest) -> Fit:
    return contest.fits[next(iter(contest.choice.sound))]


# Weights ---------------------------------------------------------------------------

_LIKELY = 0.0005  # weight below which a class is not shown
_WEIGHTS = {
    "aic": "Weight, AIC",
    "bic": "BIC of teachers",
    "bic_units": "BIC of schools",
    "takeuchi": "Takeuchi",
}


def _weights(contest: Contest, fit: Estimation | None) -> list[ReportPart]:
    choice = contest.choice
    if not len(choice.weights) or len(choice.classes) <= 1:
        return []
    by_school = _by_school(fit)
    shown = _with_frequencies(choice.weights, choice.selection)
    schools = "BIC of what the schools tell, " if by_school else ""
    units = "schools" if by_school else "teachers"
    return [
        Heading("Weights, and how often each would be chosen"),
        table(
            shown,
            "Weights of the classes of variants",
            f"A row per class of equivalent variants. Weights by Akaike's criterion, BIC of "
            f"teachers, {schools}and Takeuchi's criterion; shares of 1,000 surveys, drawn again "
            f"from these {units}, in which the class has the smallest criterion, and places by "
            "BIC in 90% of them. The smallest BIC is no verdict.",
            formats="correlation",
        ),
    ]


def _with_frequencies(weights: pd.DataFrame, selection: pd.DataFrame) -> pd.DataFrame:
    """Weights beside frequencies, of the classes that have any."""
    chosen = selection.rename(columns={"aic": "Chosen by AIC", "bic": "Chosen by BIC"})
    if (weights["bic_units"] - weights["bic"]).abs().max() < _LIKELY:  # rows are the units
        weights = weights.drop(columns="bic_units")
    found = pd.concat([weights.rename(columns=_WEIGHTS), chosen], axis=1)
    shares = found.drop(columns=["rank_lower", "rank_upper"])
    return found[(shares > _LIKELY).any(axis=1)]


# Pairs ---------------------------------------------------------------------------

_PAIRS = ["first", "second", "p_indistinguishable", "z", "p_first", "p_second"]


def _pairs(contest: Contest, tests: str, fit: Estimation | None) -> list[ReportPart]:
    parts: list[ReportPart] = []
    if len(contest.equivalences):
        shown = table(contest.equivalences, "Equivalent variants", index=False)
        parts.append(Fold("Equivalent variants, and why", [shown]))
    nested = contest.nestings[contest.nestings["p_value"].notna()].drop(columns="method")
    if len(nested):
        edge = EDGE if (contest.nestings["edge"] != "").any() else ""
        shown = table(
            nested, "Nested variants", f"{tests[0].upper()}{tests[1:]}.", edge, index=False
        )
        parts.append(Fold("Every two variants of which one is nested in the other", [shown]))
    pairs = _of_the_set(contest)
    if len(pairs):
        units = "schools" if _by_school(fit) else "teachers"
        note = (
            f"Vuong's tests, {units} as units: whether two variants can be told apart at all, and "
            "which is closer to the truth."
        )
        shown = table(pairs, "Variants that are not nested", note, index=False)
        parts.append(Fold("Variants that are not nested in each other", [shown]))
    return parts


def _of_the_set(contest: Contest) -> pd.DataFrame:
    """Pairs of which one is in the confidence set."""
    pairs, members = contest.choice.other_pairs, contest.choice.confidence_set.members
    if not len(pairs):
        return pairs
    inside = pairs["first"].isin(members) | pairs["second"].isin(members)
    return pairs.loc[inside, _PAIRS]


# Effects over the set ---------------------------------------------------------------------------


def _over_the_set(study: Study) -> list[ReportPart]:
    found = study.conclusions
    if not len(found.averaged) or found.effects["variant"].nunique() <= 1:
        return []
    every = table(found.effects, "Effects by variant", "Standardised.", index=False)
    return [
        Heading("The same effects in every variant that the answers cannot exclude"),
        table(
            found.averaged.assign(through=""),
            "Effects over the variants",
            "Lowest and highest standardised effect, in how many of the variants with paths there "
            "is such an effect, and the average by weights of these variants, zero where a "
            "variant has not the effect; its interval allows for the choice among variants "
            "(Buckland, Burnham & Augustin, 1997).",
            index=False,
        ),
        Fold("Variant by variant", [every]),
    ]
