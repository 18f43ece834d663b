"""A fit as sentences and tables, for notebooks and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..drawing import (
    Table,
    decimals,
    explained_in,
    p_phrase,
    said_in_words,
    without_errors_of_fixed,
)
from ..languages import said, with_mark
from ..model_fit.tests import FitTest
from .summary import KINDS_OF_INDEX, kind_to_report, section_of
from .test_names import words_of_test

_TABLES = (
    (("=~",), "Loadings", False),
    (("<~",), "Weights of composites", False),
    (("~",), "Regressions", False),
    ((":=",), "Defined parameters", False),
    (("~~",), "Covariances", False),
    (("~1", "|", "~*~", "variance"), "Intercepts, thresholds and variances", True),
)
_SHOWN = ("estimate", "se", "z", "p_value", "ci_lower", "ci_upper", "std")
_INDICES = ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper")
_KINDS = {"_robust": "robust: report these", "_scaled": "scaled: report these", "": "uncorrected"}


def fit_views(
    head: Mapping[str, str],
    notes: tuple[str, ...],
    measures: pd.Series,
    test: FitTest | None,
    estimates: pd.DataFrame,
    standardized: pd.DataFrame,
) -> Iterable[str | Table]:
    """Notes, what was done, how it fits, and the estimates by kind, rare ones folded away.

    Parameters
    ----------
    head : mapping
        What was done, name to value.
    notes : tuple of str
    measures : Series
        Fit measures.
    test : FitTest or None
        The one to believe.
    estimates, standardized : DataFrame
        Of the same rows.
    """
    yield from notes
    yield f"{'; '.join(f'{said(name)}: {value}' for name, value in head.items())}."
    yield from _fit_views(measures, test)
    table = pd.DataFrame(estimates).assign(
        std=standardized["estimate"].to_numpy(), section=section_of(estimates)
    )
    known = explained_in(estimates)
    for sections, title, detail in _TABLES:
        part = table[table["section"].isin(sections)]
        if len(part):
            yield _parameters(part, known, title, detail)


def _parameters(part: pd.DataFrame, known: set[tuple[int, str]], title: str, detail: bool) -> Table:
    rows = part.to_dict("records")
    words = pd.Index([said_in_words(row, known) for row in rows], name="parameter")
    shown = without_errors_of_fixed(part[list(_SHOWN)]).set_axis(words, axis=0)
    headings = {"std": "Standardised", "parameter": "Parameter"}
    return Table(shown, title, headings=headings, detail=detail)


def _fit_views(measures: pd.Series, test: FitTest | None) -> Iterable[str | Table]:
    if np.isnan(measures["chisq"]):
        yield f"No fit measures: {measures.attrs['reasons']['chisq']}."
        return
    if test is not None and not np.isnan(test.p_value):
        yield said("Test of exact fit ({test}): chi-square({df}) = {statistic}, {p}.").format(
            test=words_of_test(test),
            df=with_mark(f"{test.degrees_of_freedom:.4g}"),
            statistic=decimals()(test.statistic),
            p=p_phrase(test.p_value),
        )
    first = kind_to_report(measures)
    kinds = [first, ""] if first else [""]
    rows = {
        (_KINDS[kind] if first else "all"): [measures[f"{name}{kind}"] for name in _INDICES]
        for kind in KINDS_OF_INDEX
        if kind in kinds
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(_INDICES))
    frame["srmr"] = [measures["srmr"], *[np.nan] * (len(rows) - 1)]
    heads = {"rmsea_ci_lower": "90% CI lower", "rmsea_ci_upper": "90% CI upper"}
    yield Table(frame, "Fit indices", index=bool(first), headings=heads)
