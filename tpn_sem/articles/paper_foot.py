"""What stands at the foot of a table of models: size and fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..drawing import listing, write_value
from ..fit import Fit
from ..languages import bracketed, said
from ..model_fit.tests import FitTest
from ..results import kind_to_report, words_of_test

FOOT = ("n", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic")
_TITLES = {
    "n": "n",
    "chisq": "χ²",
    "df": "df",
    "pvalue": "p",
    "cfi": "CFI",
    "tli": "TLI",
    "rmsea": "RMSEA [90% CI]",
    "srmr": "SRMR",
    "aic": "AIC",
    "bic": "BIC",
}
_OF_TEST = ("chisq", "df", "pvalue")
_OF_KIND = ("cfi", "tli", "rmsea")
_WORDS = {"_robust": "robust", "_scaled": "scaled"}


def foot_rows(named: Mapping[str, Fit], wanted: Sequence[str]) -> pd.DataFrame:
    """A row per measure that some model has."""
    columns = {name: _column(fit, wanted) for name, fit in named.items()}
    frame = pd.DataFrame(columns, index=list(wanted), dtype=object)
    some = [any(text != write_value(None, "text", 3) for text in row) for row in frame.to_numpy()]
    kept = frame[np.array(some, dtype=bool)]
    return kept.rename(index=_TITLES)


def _test(fit: Fit) -> FitTest | None:
    """The test to believe, where there is something to test."""
    return fit.test() if fit.measures["df"] else None


def _column(fit: Fit, wanted: Sequence[str]) -> list[str]:
    measures, test = fit.measures, _test(fit)
    kind = kind_to_report(measures)
    cells = []
    for name in wanted:
        if name == "n":
            cells.append(write_value(fit.n_observations, "count", 0))
        elif name in _OF_TEST:
            cells.append(_of_test(test, name))
        elif name == "rmsea":
            cells.append(_rmsea(measures, kind))
        else:
            value = measures.get(f"{name}{kind}" if name in _OF_KIND else name, np.nan)
            kind_of = "criterion" if name in ("aic", "bic") else "correlation"
            cells.append(write_value(value, kind_of, 3))
    return cells


def _of_test(test: FitTest | None, name: str) -> str:
    if test is None:
        return write_value(0 if name == "df" else None, "count", 0)
    if name == "df":
        return f"{test.degrees_of_freedom:.4g}"
    if name == "chisq":
        return write_value(test.statistic, "statistic", 2)
    return write_value(test.p_value, "p", 3)


def _rmsea(measures: pd.Series, kind: str) -> str:
    value, *ends = (
        write_value(measures.get(f"rmsea{end}{kind}", np.nan), "correlation", 3)
        for end in ("", "_ci_lower", "_ci_upper")
    )
    unknown = np.isnan(measures.get(f"rmsea{kind}", np.nan))
    return value if unknown else f"{value} {bracketed(*ends)}"


def foot_notes(
    named: Mapping[str, Fit], headings: Mapping[str, str], wanted: Sequence[str]
) -> list[str]:
    """Which tests and which kind of indices the foot has."""
    notes: list[str] = []
    tests: dict[str, list[str]] = {}
    kinds: dict[str, list[str]] = {}
    for name, fit in named.items():
        test, shown = _test(fit), headings.get(name, name)
        if test is not None and test.name != "standard":
            tests.setdefault(words_of_test(test), []).append(shown)
        kinds.setdefault(kind_to_report(fit.measures), []).append(shown)
    if any(name in wanted for name in _OF_TEST):
        words = said("Test of fit in {models}: {test}.")
        notes += [
            words.format(models=_all(models, named), test=test) for test, models in tests.items()
        ]
    if any(name in wanted for name in _OF_KIND):
        words = said("CFI, TLI and RMSEA in {models} are {kind} ones.")
        notes += [
            words.format(models=_all(models, named), kind=said(_WORDS[kind]))
            for kind, models in kinds.items()
            if kind
        ]
    improper = [headings.get(name, name) for name, fit in named.items() if not fit.admissible]
    if improper:
        notes.append(said("No proper solution: {models}.").format(models=_listed(improper)))
    return notes


def _all(models: Sequence[str], named: Mapping[str, Fit]) -> str:
    if len(models) == len(named) > 1:
        return said("all models")
    return _listed(models)


def _listed(models: Sequence[str]) -> str:
    return listing([said(model) for model in models])
