"""The printed summary of a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..drawing import Table, explained_in, format_below_one, format_p, p_phrase, wrapped
from ..estimation import Estimation
from ..estimation.exploratory import name_of_block
from ..language import has_levels
from ..languages import said
from ..model_fit.tests import FitTest
from .shown_levels import TITLES, with_levels
from .test_names import name_of_test, words_of_test

_SECTIONS = (
    ("=~", "Latent variables"),
    ("<~", "Composites"),
    ("~", "Regressions"),
    ("residual ~~", "Residual covariances"),
    ("~~", "Covariances"),
    ("~1", "Intercepts"),
    ("|", "Thresholds"),
    ("~*~", "Scales"),
    ("residual variance", "Residual variances"),
    ("variance", "Variances"),
    (":=", "Defined parameters"),
)
_INDICES = ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper")
_GAPS = {
    "pairwise": "pair by pair",
    "available_cases": "pair by pair, and answers alone",
    "doubly_robust": "pair by pair, missing ones expected (doubly robust)",
}
ERRORS = {
    "none": "not computed",
    "bootstrap": "bootstrap",
    "replicate_weights": "replicate weights",
    "first_order": "from the scores' products",
    "robust_sem": "robust (fourth-order moments)",
    "robust_huber_white": "robust (sandwich)",
    "two_stage": "two-stage, normal answers",
    "robust_two_stage": "two-stage, robust",
    "cluster_cr2": "clustered, corrected for few clusters (CR2)",
    "cluster_cr3": "clustered, corrected for few clusters (CR3)",
}

KINDS_OF_INDEX = ("_robust", "_scaled", "")
"""Endings of fit indices, what to report first."""


def summary_text(
    head: dict[str, str],
    notes: tuple[str, ...],
    measures: pd.Series | None,
    test: FitTest | None,
    uncorrected: str,
    estimates: pd.DataFrame,
    standardized: pd.DataFrame | None,
    intervals: bool = False,
    further: Mapping[str, pd.DataFrame | pd.Series] | None = None,
) -> str:
    """The summary: what was done, what must be known, fit, and estimates by kind.

    Parameters
    ----------
    head : dict
        Lines of the head, name to value.
    notes : tuple of str
        Warnings, printed before any number.
    measures : Series or None
        Fit measures; None leaves them out.
    test : FitTest or None
        The test of fit to believe, where there is one.
    uncorrected : str
        Name of the test that measures rest on.
    estimates, standardized : DataFrame
        Of the same rows; without the standardised ones their column is left out.
    intervals : bool
        Whether intervals are printed.
    further : mapping of title to DataFrame or Series, optional
        What is printed at the end.
    """
    lines = [f"{name:<28}{value}" for name, value in head.items()]
    lines += ["", *(wrapped(f"! {note}", "  ") for note in notes)] if notes else []
    lines += ["", *_fit_lines(measures, test, uncorrected)] if measures is not None else []
    std = np.nan if standardized is None else standardized["estimate"]
    table = estimates.assign(std=std, section=_with_residuals(estimates))
    columns = Columns(standardized is not None, intervals)
    if (estimates["op"] == "|").any():  # what ordinal items have fixed is not worth a line
        table = table[table["free"] | ~table["op"].isin(["~1", "~*~"])]
    levels = has_levels(estimates["lhs"])
    for group in dict.fromkeys(estimates["group"]):
        part = table[(table["group"] == group) & (table["op"] != ":=")]
        if group:
            lines += ["", f"Group {group}"]
        if not levels:
            lines += _section_lines(part, columns)
            continue
        shown = with_levels(part)
        for level, title in TITLES.items():
            lines += ["", title, *_section_lines(shown[shown["level"] == level], columns)]
    lines += _section_lines(table[table["op"] == ":="], columns)
    for title, part in (further or {}).items():
        frame = part.to_frame("value") if isinstance(part, pd.Series) else part
        lines += ["", f"{title}:", *str(Table(frame)).splitlines()]
    return "\n".join(lines)


class Columns(NamedTuple):
    """Which columns the summary's tables have beside the usual ones."""

    standardized: bool
    intervals: bool

    @property
    def titles(self) -> str:
        """Their titles."""
        ends = f" {'lower':>8} {'upper':>8}" if self.intervals else ""
        return f"{ends}{' std.all':>9}" if self.standardized else ends


def section_of(estimates: pd.DataFrame) -> pd.Series:
    """The operator of each row; "variance" where a variable covaries with itself."""
    own = (estimates["op"] == "~~") & (estimates["lhs"] == estimates["rhs"])
    return estimates["op"].where(~own, "variance")


def _with_residuals(estimates: pd.DataFrame) -> pd.Series:
    """Sections, with variances and covariances of residuals apart."""
    leveled = with_levels(estimates)
    known = explained_in(leveled)
    levels = leveled["level"] if "level" in leveled else pd.Series(0, estimates.index)
    both = [
        (level, lhs) in known and (level, rhs) in known
        for level, lhs, rhs in zip(levels, leveled["lhs"], leveled["rhs"], strict=True)
    ]
    sections = section_of(estimates)
    explained = pd.Series(both, leveled.index).reindex(estimates.index, fill_value=False)
    residual = explained & (estimates["op"] == "~~")
    return sections.where(~residual, "residual " + sections)


def described(estimation: Estimation) -> dict[str, str]:
    """Lines of the head that say how errors, gaps, clusters and weights were dealt with."""
    options, samples = estimation.samples.options, estimation.samples
    lines = {}
    if estimation.options.se != "standard":
        lines["Standard errors"] = ERRORS[estimation.options.se]
    elif estimation.options.information == "observed":
        lines["Standard errors"] = "from observed information"
    if estimation.specification.categories:
        if estimation.specification.has_levels and estimation.options.se == "robust_sem":
            lines["Standard errors"] = "robust (scores of clusters)"
        counts = [count for _, count in estimation.specification.categories]
        ends = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
        kind = estimation.specification.table.parameterization
        lines["Ordinal items"] = f"{len(counts)}, {ends} categories, {kind} parameterization"
    for rotated in estimation.specification.restrictions.rotations:
        name = name_of_block(rotated, samples.labels)
        kind = "oblique" if rotated.turning.oblique else "orthogonal"
        assert rotated.turning.criterion is not None
        lines[f"Rotation of block {name}"] = f"{rotated.turning.criterion.words}, {kind}"
    if options.missing in _GAPS:
        lines["Missing answers"] = _GAPS[options.missing]
    elif estimation.specification.has_levels and options.missing != "listwise":
        lines["Missing answers"] = options.missing
    elif estimation.specification.categories and options.missing != "listwise":
        lines["Missing answers"] = f"{options.missing}, rows by what they answered"
    elif options.missing != "listwise":
        patterns = sum(len(group.all_patterns.shares) for group in samples.groups)
        lines["Missing answers"] = f"{options.missing}, {patterns} patterns"
    if samples.cluster_labels:
        lines["Clusters"] = f"{len(samples.cluster_labels)} ({options.cluster})"
    if samples.design is not None:
        n = samples.design.n_units
        kind = "clusters" if samples.cluster_labels else "rows"
        lines["Strata"] = f"{len(samples.design.labels)}, with {n} {kind}"
    for name in ("sampling_weights", "frequency_weights"):
        if getattr(options, name):
            lines[name.replace("_", " ").capitalize()] = getattr(options, name)
    return lines


def _fit_lines(measures: pd.Series, test: FitTest | None, uncorrected: str) -> list[str]:
    reasons = measures.attrs["reasons"]
    if np.isnan(measures["chisq"]):
        return [f"No fit measures: {reasons['chisq']}.", *_criteria_lines(measures)]
    df = int(measures["df"])
    called = "" if uncorrected == "standard" else f" ({said(name_of_test(uncorrected))})"
    plain = measures["chisq"], df, measures["pvalue"]
    lines = [_test_line("Test of exact fit", *plain) + called]
    if test is not None and test.name != uncorrected and not np.isnan(test.p_value):
        own = _test_line("Test of exact fit", test.statistic, test.degrees_of_freedom, test.p_value)
        lines = [f"{own} ({words_of_test(test)})"]
        if (test.statistic, test.p_value) != (measures["chisq"], measures["pvalue"]):
            lines.append(_test_line("  uncorrected", *plain) + called)
    kind = kind_to_report(measures)
    srmr = f"  SRMR {format_below_one(measures['srmr'])}"
    if not kind:
        return [*lines, _index_line("Fit indices", measures, "") + srmr, *_criteria_lines(measures)]
    title = f"Fit indices, {kind[1:]}"
    lines += [_index_line(title, measures, kind) + srmr]
    lines += [_index_line("  uncorrected", measures, "")]
    return [*lines, f"{'':<28}Report the {kind[1:]} ones.", *_criteria_lines(measures)]


def kind_to_report(measures: pd.Series) -> str:
    """The ending of the fit indices to report: robust ones, else scaled ones, else plain ones."""
    known = (kind for kind in KINDS_OF_INDEX if not np.isnan(measures.get(f"cfi{kind}", np.nan)))
    return next(known, "")


def _criteria_lines(measures: pd.Series) -> list[str]:
    if np.isnan(measures["aic"]):
        return []
    return [f"{'Information criteria':<28}AIC {measures['aic']:.2f}  BIC {measures['bic']:.2f}"]


def _test_line(title: str, statistic: float, df: float, p_value: float) -> str:
    tail = "saturated: nothing to test" if df == 0 else "no p-value: take a corrected test"
    if not np.isnan(p_value):
        tail = p_phrase(p_value)
    return f"{title:<28}chi-square({df:.4g}) = {statistic:.3f}, {tail}"


def _index_line(title: str, measures: pd.Series, kind: str) -> str:
    found = (format_below_one(measures[f"{name}{kind}"]) for name in _INDICES)
    cfi, tli, rmsea, lower, upper = found
    return f"{title:<28}CFI {cfi}  TLI {tli}  RMSEA {rmsea} [{lower}, {upper}]"


def _section_lines(table: pd.DataFrame, columns: Columns) -> list[str]:
    lines: list[str] = []
    for section, title in _SECTIONS:
        part = table[table["section"] == section]
        if len(part) == 0:
            continue
        lines += [
            "",
            f"{title + ':':<34}{'estimate':>9} {'se':>8} {'z':>8} {'p':>7}{columns.titles}",
        ]
        lines += [_row_line(row, columns) for row in part.itertuples()]
    return lines


def _row_line(row, columns: Columns) -> str:  # type: ignore[no-untyped-def]
    names = {
        "=~": f"{row.lhs} =~ {row.rhs}",
        "<~": f"{row.lhs} <~ {row.rhs}",
        "~": f"{row.lhs} ~ {row.rhs}",
        "~~": f"{row.lhs} ~~ {row.rhs}" if row.lhs != row.rhs else row.lhs,
        "~1": row.lhs,
        "|": f"{row.lhs} | {row.rhs}",
        "~*~": row.lhs,
        ":=": row.lhs,
    }
    name = names[row.op]
    if row.label and row.op != ":=":
        name += f" ({row.label})"
    tested = f"{row.se:8.3f} {row.z:8.3f} {format_p(row.p_value):>7}"
    if np.isnan(row.z):
        tested = f"{'':8} {'':8} {'':>7}"
    if np.isnan(row.estimate):
        return f"  {name:<32}{'random':>9}"
    ends = f" {row.ci_lower:8.3f} {row.ci_upper:8.3f}" if columns.intervals else ""
    if np.isnan(row.z) and ends:
        ends = " " * len(ends)
    standardized = "" if np.isnan(row.std) else f"{row.std:8.3f}"
    return f"  {name:<32}{row.estimate:9.3f} {tested}{ends} {standardized}".rstrip()
