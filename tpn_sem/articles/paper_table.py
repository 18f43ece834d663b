"""Models side by side as in an article: estimates, what is known of them, fit at the foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..arguments import as_names, check_level, check_range, checked
from ..drawing import Table, listing
from ..errors import OptionError, choose
from ..fit import Fit, read_fit
from ..languages import said, speaking
from ..results import estimates_table, with_levels
from .paper_cells import BENEATH, chosen_rows, model_cells
from .paper_foot import FOOT, foot_notes, foot_rows

_UNDER = {
    "se": "Standard errors in parentheses.",
    "ci": "{level} confidence intervals in brackets.",
    "none": "",
}


@checked
def paper_table(
    fits: Fit | Sequence[Fit] | Mapping[str, Fit],
    *,
    rows: str | Sequence[str] | None = None,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    standardized: bool = False,
    beneath: str = "se",
    foot: Sequence[str] = FOOT,
    marks: bool = False,
    digits: int = 2,
    level: float = 0.95,
    title: str = "",
    notes: Sequence[str] = (),
    language: str = "en",
) -> Table:
    """Put models side by side, a column each.

    Parameters
    ----------
    fits : Fit, sequence of Fit, or mapping of name to Fit
        Without names they are called "Model 1", "Model 2", ...
    rows : str or sequence of str, optional
        Kinds of parameters ("loadings", "regressions", "covariances", "intercepts", "variances",
        "thresholds", "defined"), or single ones as a model text says them, as "KS ~ KSSE". Without
        it regressions and defined parameters, and loadings where a model has neither.
    columns : sequence of str, or mapping of str to str, optional
        Which models, in which order; or headings for them by name.
    standardized : bool
        All variables standardised, with delta-method errors, instead of the units of the data.
    beneath : {"se", "ci", "none"}
        What stands beneath each estimate: its standard error, its interval, nothing.
    foot : sequence of str
        Any of "n", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic". The test
        is the one to believe (`Fit.test`); of indices the robust ones, else the scaled ones, stand
        there where there are any, and a note says so.
    marks : bool
        Whether asterisks mark p < .05, .01 and .001.
    digits : int
        Decimals of estimates.
    level : float
        Of the intervals.
    title : str
    notes : sequence of str
        Below the table, after its own.
    language : {"en", "ru", "kk"}
        Of what is not a name of yours, and of the decimal mark.

    Returns
    -------
    Table
        Rows in words; a parameter that a model lacks is "–", one that is fixed has nothing
        beneath it.

    Raises
    ------
    OptionError
        For rows and columns that no model has.
    NotAvailableError
        For a fit that did not converge: there is nothing to report.
    """
    named = _named(fits)
    for fit in named.values():
        read_fit(fit, "paper_table", levels=True)
    check_level(level)
    check_range("digits", digits, 0, 10)
    choose("beneath", beneath, BENEATH)
    wanted_foot = [choose("foot", name, FOOT) for name in as_names("foot", list(foot))]
    named, headings = _chosen(named, columns)
    tables = {name: _estimates(fit, standardized, level) for name, fit in named.items()}
    names = {name for fit in named.values() for name in fit.estimation.specification.names}
    with speaking(language, names):
        wanted = chosen_rows(tables, rows)
        cells = {
            name: model_cells(table, wanted, beneath, digits, marks)
            for name, table in tables.items()
        }
        last = foot_rows(named, wanted_foot)
        told = foot_notes(named, headings, wanted_foot)
        under = said(_UNDER[beneath]).format(level=f"{100.0 * level:g}%")
    words = [line for words in wanted.values() for line in _lines(words, beneath)]
    frame = pd.DataFrame(cells, index=pd.Index(words, name="Parameter"), dtype=object)
    says_nothing = (frame.index == "") & (frame == "").all(axis=1).to_numpy()
    frame = frame[~says_nothing]
    frame = pd.concat([frame, last.rename_axis("Parameter")])
    below = ["Standardised estimates."] if standardized else _of_correlations(named, headings)
    below += [under] if under else []
    below += ["* p < .05, ** p < .01, *** p < .001."] if marks else []
    below += [*told, *notes]
    kinds = dict.fromkeys(frame.columns, "written")
    return Table(
        frame,
        title,
        formats=kinds,
        headings=headings,
        notes=below,
        foot=len(last),
        language=language,
    )


def _of_correlations(named: Mapping[str, Fit], headings: Mapping[str, str]) -> list[str]:
    """Which models are fitted to correlations, whose estimates are standardised."""
    found = [headings.get(name, name) for name, fit in named.items() if _is_of_correlations(fit)]
    if not found:
        return []
    if len(found) == len(named):
        return [said("Standardised estimates.")]
    return [f"Estimates in {listing(found)} are standardised."]


def _is_of_correlations(fit: Fit) -> bool:
    return bool(fit.estimation.specification.options.correlation)


def _named(fits: Any) -> dict[str, Fit]:
    if isinstance(fits, Mapping):
        named = {str(name): fit for name, fit in fits.items()}
    else:
        several = [fits] if isinstance(fits, Fit) else list(fits)
        named = {f"Model {place + 1}": fit for place, fit in enumerate(several)}
    if not named:
        raise OptionError("paper_table: there is no fit; give one, a list of them, or a dict.")
    for name, fit in named.items():
        if not isinstance(fit, Fit):
            raise OptionError(f"paper_table: {name} is no Fit; give what Model.fit returns.")
    return named


def _chosen(named: dict[str, Fit], columns: Any) -> tuple[dict[str, Fit], dict[str, str]]:
    """Fits in the order that was asked for, and their headings."""
    if columns is None:
        return named, {}
    if isinstance(columns, Mapping):
        headings = {choose("columns", str(key), named): str(text) for key, text in columns.items()}
        return named, headings
    wanted = [choose("columns", name, named) for name in as_names("columns", columns)]
    if not wanted:
        raise OptionError(f"columns= names no model; there are {', '.join(named)}.")
    return {name: named[name] for name in wanted}, {}


def _estimates(fit: Fit, standardized: bool, level: float) -> pd.DataFrame:
    if standardized:
        return pd.DataFrame(fit.standardized(level=level))
    return with_levels(estimates_table(fit.estimation, level))


def _lines(words: str, beneath: str) -> list[str]:
    return [words] if beneath == "none" else [words, ""]
