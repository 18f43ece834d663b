"""What the page shows of the choice among variants: pairs, weights, frequencies."""

from __future__ import annotations

import pandas as pd

from ...model_choice import EXCLUDED, UNTOLD, WIDER
from ...model_fit.comparison import default_method
from ...model_fit.tests import reported_test
from ..contest import Contest
from .html_tables import html_table, rows_or_nothing

_DIFFERENCE = {
    "standard": "likelihood-ratio tests",
    "satorra_2000": "differences of chi-squares, scaled by Satorra (2000)",
    "satorra_2000_weighted": "differences of chi-squares, scaled by Satorra (2000)",
    "satorra_bentler_2001": "differences of chi-squares, scaled by Satorra & Bentler (2001)",
    "satorra_bentler_2010": "differences of chi-squares, scaled by Satorra & Bentler (2010)",
}
_FIT_TESTS = {
    "standard": "those of the likelihood-ratio test",
    "satorra_bentler": "scaled by Satorra & Bentler (1994)",
    "yuan_bentler": "scaled by Yuan & Bentler (2000)",
    "yuan_bentler_mplus": "scaled by Yuan & Bentler (2000), as Mplus does",
    "scaled_shifted": "scaled and shifted (Asparouhov & Muthén, 2010)",
    "mean_var_adjusted": "adjusted in mean and variance (Satterthwaite)",
    "peba": (
        "of different kinds: χ² is the plain one, p that of a test with schools as units "
        "(eigenvalues averaged in blocks; Foldnes, Moss & Grønneberg, 2024), not χ²'s own"
    ),
}
_MAIN = {
    EXCLUDED: (
        "{name} is excluded (section 4): its paths are those of a variant that the answers reject."
    ),
    UNTOLD: (
        "{name} is one of the variants that the answers cannot exclude (section 4): what it says "
        "and others deny is not established by it."
    ),
}
_WEIGHTS = {
    "aic": "weight, AIC",
    "bic": "BIC of teachers",
    "bic_units": "BIC of schools",
    "takeuchi": "Takeuchi",
}
_LIKELY = 0.0005  # weight below which a class is not shown
_PAIRS = ("first", "second", "p_indistinguishable", "z", "p_first", "p_second")


def choice_tables(contest: Contest) -> dict[str, tuple[pd.DataFrame, bool]]:
    """All tables of the choice by name, and whether their index is part of them."""
    if not contest.n_sound:
        return {}
    choice = contest.choice
    return {
        "classes": (choice.confidence_set.table, True),
        "nestings": (contest.nestings, False),
        "not_nested": (choice.other_pairs, False),
        "criteria": (choice.criteria, True),
        "weights": (choice.weights, True),
        "selection": (choice.selection, True),
    }


def choice_html(contest: Contest) -> dict[str, str]:
    """The tables as the page shows them; empty where they are not there."""
    shown = dict.fromkeys(("nested", "not_nested", "weights"), "")
    if not contest.n_sound:
        return shown
    choice = contest.choice
    nested = contest.nestings
    shown["nested"] = rows_or_nothing(nested[nested["p_value"].notna()].drop(columns="method"))
    pairs = _of_the_set(choice.other_pairs, choice.confidence_set.members)
    shown["not_nested"] = rows_or_nothing(pairs)
    if len(choice.weights):
        shown["weights"] = html_table(_weights(choice.weights, choice.selection))
    return shown


def _of_the_set(pairs: pd.DataFrame, members: list[str]) -> pd.DataFrame:
    """Pairs of which one is in the confidence set."""
    if not len(pairs):
        return pairs
    inside = pairs["first"].isin(members) | pairs["second"].isin(members)
    return pairs.loc[inside, list(_PAIRS)]


def _weights(weights: pd.DataFrame, selection: pd.DataFrame) -> pd.DataFrame:
    """Weights beside frequencies, of the classes that have any."""
    chosen = selection.rename(columns={"aic": "chosen by AIC", "bic": "chosen by BIC"})
    if (weights["bic_units"] - weights["bic"]).abs().max() < _LIKELY:  # rows are the units
        weights = weights.drop(columns="bic_units")
    table = pd.concat([weights.rename(columns=_WEIGHTS), chosen], axis=1)
    shares = table.drop(columns=["rank_lower", "rank_upper"])
    return table[(shares > _LIKELY).any(axis=1)]


def choice_words(contest: Contest, main: str) -> dict[str, object]:
    """By what the variants are tested, and what is said of the main one."""
    words: dict[str, object] = dict.fromkeys(("difference", "fit_test", "main_verdict"), "")
    words |= dict.fromkeys(("by_school", "has_edges", "has_wider", "tells_sizes"), False)
    words |= {"n_classes": 0, "main_excluded": False}
    if not contest.n_sound:
        return words
    choice = contest.choice
    first = next(iter(choice.sound.values()))
    schools = len(first.samples.cluster_labels)
    verdict = str(contest.table.loc[main, "verdict"])
    return {
        "difference": _DIFFERENCE[default_method(first)]
        + (f", {schools} schools as units" if schools else ""),
        "fit_test": _FIT_TESTS.get(name := reported_test(first), name),
        "by_school": bool(schools),
        "has_edges": (contest.nestings["edge"] != "").any(),
        "has_wider": bool(choice.confidence_set.of(WIDER)),
        "tells_sizes": bool(choice.sizes),
        "n_classes": len(choice.classes),
        "main_excluded": verdict == EXCLUDED,
        "main_verdict": _MAIN.get(verdict, "").format(name=main),
    }
