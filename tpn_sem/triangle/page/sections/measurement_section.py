"""The measurement model: fit, loadings, correlations of the factors."""

from __future__ import annotations

import pandas as pd

from ....drawing import (
    Table,
    explained_in,
    format_below_one,
    said_in_words,
    without_errors_of_fixed,
)
from ....drawing.documents import Bullets, Fold, Heading, Note, ReportPart, Section
from ....fit import Fit, overview
from ....languages import said
from ....results import kind_to_report
from ...defined_effects import names_in_words
from ...fit_words import test_phrase
from ...scrutiny import Scrutiny
from ...study import Study
from ..shown_tables import table
from ..study_words import errors_words, is_improper, measurement_fit, wording

IMPROPER = (
    "This solution is improper (a negative variance, or the like): its numbers are not to be "
    "interpreted."
)
_FIXED = "Without a standard error: fixed, not estimated."
_INTERVAL = ["estimate", "se", "ci_lower", "ci_upper", "p_value"]
BELOW_ONE = dict.fromkeys(("estimate", "se", "ci_lower", "ci_upper"), "correlation")
"""Kinds of the columns of a table of correlations, or of shares."""

_CUTOFFS = (
    "Drawn from this model, with these gaps and schools. None: where it holds, the bound that 5% "
    "of surveys exceed. With a misfit: where it is wrong by residual correlations of .05 on "
    "average (in random directions), the bound that 95% exceed. Detected: how often an index is "
    "beyond what holds. Fixed rules, such as a CFI of .95, come from other models."
)


def measurement(study: Study) -> Section:
    """Whether items measure what they are said to, and how the factors go together."""
    heading = f"Measurement: {study.reference}"
    fit = measurement_fit(study)
    if fit is None:
        return Section("measurement", heading, [_no_measurement(study)])
    parts: list[ReportPart] = [_fit_sentence(fit)]
    if is_improper(fit):
        parts.append(Note(IMPROPER, "error"))
    if not (closeness := study.closeness).empty:
        parts.append(_closeness(closeness, fit))
    if study.scrutiny is not None and study.scrutiny.expected_fit:
        parts += _expected(study.scrutiny)
    parts += [Heading("Loadings"), _loadings(study, fit)]
    correlations = _correlations(fit)
    if len(correlations.table):
        parts += [Heading("Correlations of the factors"), correlations]
    return Section("measurement", heading, [*parts, unstandardised(fit)])


def _no_measurement(study: Study) -> str:
    """Why there is no measurement model."""
    name = study.reference
    if name not in study.contest.variants:
        return f"{name} is not among the variants: the measurement is not looked at by itself."
    return f"The model of {name} could not be fitted."


def _fit_sentence(fit: Fit) -> str:
    """The test with its name, then indices."""
    m = overview(fit, list(fit.measures.index))
    if m["df"] == 0:
        return (
            f"The model has no degrees of freedom: it fits whatever the answers, and nothing is "
            f"tested; n = {fit.n_observations}."
        )
    plain = f"{test_phrase(fit.test())}; {_indices(m)}"
    kind = kind_to_report(fit.measures)
    robust = "" if not kind else f"; {kind.strip('_')}: {_indices(m, kind)}"
    of = " (of the chi-square as it is)" if kind else ""
    return f"{plain}{of}{robust}; SRMR {format_below_one(m['srmr'])}; n = {fit.n_observations}."


def _indices(m: dict[str, float], kind: str = "") -> str:
    cfi, tli, rmsea, low, high = (
        format_below_one(m[name.format(kind)])
        for name in ("cfi{}", "tli{}", "rmsea{}", "rmsea_ci_lower{}", "rmsea_ci_upper{}")
    )
    return f"CFI {cfi}, TLI {tli}, RMSEA {rmsea} (90% CI {low}, {high})"


def _closeness(found: pd.DataFrame, fit: Fit) -> Table:
    kind = "scaled" if fit.evidence.scaled is not None else "the plain ones"
    return table(
        found.rename(index=index_words).rename_axis("index"),
        "Is the fit close enough?",
        "T-size: the worst value that the answers do not reject; p: of misfit as large as the "
        "margin, so that a small one says that the fit is close enough (Yuan, Chan, Marcoulides & "
        f"Bentler, 2016). Chi-squares are {kind}.",
        formats=dict.fromkeys(("value", "t_size", "margin"), "correlation"),
    )


def _expected(found: Scrutiny) -> list[ReportPart]:
    parts: list[ReportPart] = [
        Heading("How good a fit can be expected here?"),
        Bullets(found.expected_fit),
    ]
    if found.cutoffs is not None:
        expected = found.cutoffs.table.rename(index=index_words)
        parts.append(table(expected, "Fit to be expected", _CUTOFFS))
    return parts


def _loadings(study: Study, fit: Fit) -> Table:
    every = fit.standardized()
    rows = every[every["op"] == "=~"].rename(columns={"lhs": "factor", "rhs": "item"})
    words = wording(study)
    shown = rows[["factor", "item", *_INTERVAL]].reset_index(drop=True)
    if words:
        shown.insert(2, "wording", [words.get(item, "") for item in shown["item"]])
    notes = ("Standardised.", errors_words(fit))
    return table(shown, "Loadings", *notes, index=False, headings={"estimate": "Loading"})


def _correlations(fit: Fit) -> Table:
    """Pairs with intervals: a matrix has no room for these."""
    every = fit.standardized()
    latent = fit.estimation.specification.roles.latent
    pairs = every["lhs"].isin(latent) & every["rhs"].isin(latent) & (every["lhs"] != every["rhs"])
    own = every[(every["op"] == "~~") & pairs].reset_index(drop=True)
    own.insert(0, "factors", own["lhs"] + f" {said('with')} " + own["rhs"])
    return table(
        own[["factors", *_INTERVAL]],
        "Correlations of the factors",
        errors_words(fit),
        index=False,
        headings={"estimate": "r"},
        formats=BELOW_ONE,
    )


def index_words(name: object) -> object:
    """A fit index as it is written: "CFI (robust)"."""
    stem, _, kind = str(name).partition("_")
    if stem not in ("cfi", "tli", "rmsea", "srmr", "mfi"):
        return name
    return f"{stem.upper()} ({kind})" if kind else stem.upper()


def unstandardised(fit: Fit) -> Fold:
    """All parameters with their errors, folded."""
    own, names = fit.estimates, names_in_words(fit)
    explained = explained_in(own)
    words = [
        names[row["lhs"]] if row["op"] == ":=" else said_in_words(row, explained)
        for row in own.to_dict("records")
    ]
    said = without_errors_of_fixed(own[_INTERVAL])
    said.insert(0, "parameter", words)
    title = "All parameters, unstandardised"
    shown = table(said, title, _FIXED, errors_words(fit), index=False)
    return Fold("All parameters, unstandardised", [shown])
