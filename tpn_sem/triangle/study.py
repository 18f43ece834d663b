"""The study: all variants fitted, ordered and compared; rural against urban; paths and R²."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import numeric_columns
from ..drawing import decimals
from ..errors import (
    DataError,
    NotAvailableError,
    OptionError,
    TpnSemError,
    TpnSemWarning,
    choose,
    nearest,
)
from ..exploration import explore, parallel_analysis
from ..fit import Fit
from ..groups.invariance import InvarianceLadder
from ..model import Model
from ..results.engines import CrossCheck
from .comparison import Comparison, compare_groups
from .constructs import CONSTRUCTS
from .contest import Contest, hold_contest
from .instrument import Instrument
from .measurement_models import FOUR_FACTORS
from .variants import VARIANTS, Variant

REFERENCE = "four factors"
MAIN = "partial mediation"


@dataclass(frozen=True, eq=False)
class Study:
    """What the study found.

    Attributes
    ----------
    instrument : Instrument
    respondents : DataFrame
        Rows given and rows complete, and schools, by group.
    exploration : Exploration
        Parallel analysis and exploratory loadings.
    contest : Contest
        The variants side by side.
    main : Fit or None
        The fit whose paths are reported.
    main_variant : str
    paths, indirect, r_squared : DataFrame
        Standardised paths, indirect and total effects, and explained variance, with intervals.
    comparison : Comparison or None
        Rural against urban, where a group was given and the ladder could be fitted.
    cross_check : CrossCheck or None
        The reference model through a second engine.
    notes : tuple of str
        What a reader must know before using any number.
    synthetic : bool
    """

    instrument: Instrument
    respondents: pd.DataFrame
    exploration: Exploration
    contest: Contest
    main: Fit | None
    main_variant: str
    paths: pd.DataFrame
    indirect: pd.DataFrame
    r_squared: pd.DataFrame
    comparison: Comparison | None
    cross_check: CrossCheck | None
    notes: tuple[str, ...]
    synthetic: bool

    @property
    def ladder(self) -> InvarianceLadder | None:
        """Measurement invariance over the groups."""
        return None if self.comparison is None else self.comparison.ladder

    @property
    def table(self) -> pd.DataFrame:
        """The variants, best first."""
        return self.contest.table

    def __repr__(self) -> str:
        shown = self.table[["rank", "df", "chisq", "cfi", "rmsea", "srmr", "bic", "delta_bic"]]
        return shown.to_string(float_format=decimals(), na_rep="-")


@dataclass(frozen=True, eq=False)
class Exploration:
    """The exploratory step.

    Attributes
    ----------
    eigenvalues : DataFrame
        Of `parallel_analysis`.
    n_factors : int
        How many it suggests.
    loadings : DataFrame
        Rotated loadings of as many factors as the instrument has; empty where there is no engine.
    note : str
        What computed the loadings, or why there are none.
    """

    eigenvalues: pd.DataFrame
    n_factors: int
    loadings: pd.DataFrame
    note: str


@checked
def study(
    data: pd.DataFrame,
    instrument: Instrument | None = None,
    *,
    group: str | None = None,
    variants: Iterable[Variant | str] | None = None,
    main: str = MAIN,
    missing: str = "fiml",
    clustered: bool = True,
    permutations: int = 199,
) -> Study:
    """Fit and compare the variants of the triangle.

    Parameters
    ----------
    data : DataFrame
        A row per teacher.
    instrument : Instrument, optional
        Which columns measure what; those of the bundled survey if not given.
    group : str, optional
        The column with the location, whose groups are compared.
    variants : iterable of Variant or of their names, optional
        All shipped ones if not given; add your own with ``[*VARIANTS.values(), mine]``.
    main : str
        The variant whose paths are reported.
    missing : {"fiml", "listwise"}
        Whether every answer counts, or complete rows only.
    clustered : bool
        Whether teachers of a school are taken to be alike, where the instrument names a school
        column that is in the data. Standard errors are then corrected for few clusters.
    permutations : int
        How often schools change places between the groups, for p-values that rest on schools; 0
        for not at all.

    Returns
    -------
    Study

    Raises
    ------
    TpnSemError
        Where the data cannot serve the instrument at all. A single variant that cannot be fitted
        does not stop the study: the table says why.
    """
    own = instrument is not None
    instrument = instrument or Instrument.numbered()
    given = VARIANTS.values() if variants is None else variants
    chosen = [_find(item) for item in ([given] if isinstance(given, str) else given)]
    _check_variants(chosen, main)
    _check_data(data, instrument, group, own)
    complete = complete_rows(data, instrument)
    options = _options(data, instrument, missing, clustered)
    contest = hold_contest(chosen, data, instrument, options)
    fit = contest.fits.get(main)
    chosen_main = contest.variants.get(main) if fit is not None else None
    comparison, compared = _compared(data, instrument, group, chosen_main, options, permutations)
    notes = [*_notes(data, complete, instrument, group, options), *compared]
    if main in contest.refused:
        notes.append(
            f"{main}, whose paths were to be reported, was refused: {contest.refused[main]}"
        )
    return Study(
        instrument=instrument,
        respondents=_respondents(data, complete, instrument, group),
        exploration=_explore(data.loc[complete, list(instrument.all_items)]),
        contest=contest,
        main=fit,
        main_variant=main,
        paths=_standardized(fit, ("~",)),
        indirect=_standardized(fit, (":=",)),
        r_squared=_explained(fit),
        comparison=comparison,
        cross_check=_cross_check(data, instrument) if REFERENCE in contest.fits else None,
        notes=tuple(notes),
        synthetic=bool(data.attrs.get("synthetic", False)),
    )


def _options(
    data: pd.DataFrame, instrument: Instrument, missing: str, clustered: bool
) -> dict[str, Any]:
    """How every model is fitted."""
    options: dict[str, Any] = {"missing": choose("missing", missing, ("fiml", "listwise"))}
    school = instrument.school
    if clustered and school and school in data:
        options |= {"cluster": school, "se": "cluster_cr2"}
    return options


def _find(variant: Variant | str) -> Variant:
    return VARIANTS[choose("variants", variant, VARIANTS)] if isinstance(variant, str) else variant


def _check_variants(variants: list[Variant], main: str) -> None:
    names = [variant.name for variant in variants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OptionError(f"two variants are called {twice[0]!r}; rename one.")
    if main not in names:
        raise OptionError(f"main={main!r} is not among the variants: {', '.join(names)}.")


def _check_data(data: pd.DataFrame, instrument: Instrument, group: str | None, own: bool) -> None:
    """The columns that the user names must be there, and no construct may be a column."""
    if not isinstance(data, pd.DataFrame) or not isinstance(instrument, Instrument):
        raise DataError("study takes a DataFrame, then an Instrument.")
    columns = [str(column) for column in data.columns]
    wanted = {"group column": group}
    if own:
        wanted["school column"] = instrument.school
        wanted |= {f"column of {role!r}": column for role, column in instrument.context.items()}
    for what, name in wanted.items():
        if name is not None and name not in columns:
            raise DataError(f"{what} {name!r} is not in the data{nearest(name, columns) or '.'}")
    clash = [name for name in CONSTRUCTS if name in columns]
    if clash:
        raise DataError(f"column {clash[0]!r} has the name of a construct; rename it.")


def complete_rows(data: pd.DataFrame, instrument: Instrument) -> np.ndarray:
    """Rows in which every item is answered, as a boolean array of shape (n,)."""
    values = numeric_columns(data, instrument.all_items)
    return np.asarray(~np.isnan(values).any(axis=1))


def _respondents(
    data: pd.DataFrame, complete: np.ndarray, instrument: Instrument, group: str | None
) -> pd.DataFrame:
    keys = data[group].astype(str) if group else pd.Series("all", index=data.index)
    table = pd.DataFrame({"rows": 1, "complete": complete.astype(int)}, index=data.index)
    counts = table.groupby(keys, sort=False).sum()
    if instrument.school and instrument.school in data:
        counts["schools"] = data.groupby(keys, sort=False)[instrument.school].nunique()
    counts.loc["total"] = counts.sum()
    counts.index.name = group or "group"
    return counts


def _explore(items: pd.DataFrame) -> Exploration:
    eigenvalues = parallel_analysis(items)
    n_factors = int(eigenvalues["retained"].sum())
    try:
        loadings = explore(items, 4)
        note = f"minres, oblimin, by {loadings.attrs['engine']}"
    except NotAvailableError as error:
        loadings, note = pd.DataFrame(), str(error)
    return Exploration(eigenvalues, n_factors, loadings, note)


def _standardized(fit: Fit | None, operators: tuple[str, ...]) -> pd.DataFrame:
    """Standardised estimates of some rows, with the unstandardised p-value."""
    columns = ["parameter", "estimate", "se", "ci_lower", "ci_upper", "p_value"]
    if fit is None or not fit.converged:
        return pd.DataFrame(columns=columns)
    table = fit.standardized()
    table = table[table["op"].isin(operators)].copy()
    table["parameter"] = [
        row.lhs if row.op == ":=" else f"{row.rhs} → {row.lhs}" for row in table.itertuples()
    ]
    return table[columns].reset_index(drop=True)


def _explained(fit: Fit | None) -> pd.DataFrame:
    """R² of the dependent factors with 95 % intervals, from their standardised residuals."""
    columns = ["factor", "r_squared", "se", "ci_lower", "ci_upper"]
    if fit is None or not fit.converged:
        return pd.DataFrame(columns=columns)
    table = fit.standardized()
    dependent = set(table.loc[table["op"] == "~", "lhs"])
    own = table[
        (table["op"] == "~~") & (table["lhs"] == table["rhs"]) & table["lhs"].isin(dependent)
    ]
    return pd.DataFrame(
        {
            "factor": own["lhs"],
            "r_squared": 1.0 - own["estimate"],
            "se": own["se"],
            "ci_lower": 1.0 - own["ci_upper"],
            "ci_upper": 1.0 - own["ci_lower"],
        }
    ).reset_index(drop=True)


def _compared(
    data: pd.DataFrame,
    instrument: Instrument,
    group: str | None,
    main: Variant | None,
    options: dict[str, Any],
    permutations: int,
) -> tuple[Comparison | None, list[str]]:
    if group is None:
        return None, []
    try:
        found = compare_groups(data, instrument, group, main, options, permutations)
    except TpnSemError as error:
        return None, [f"the ladder of invariance could not be fitted: {error}"]
    return found, list(found.notes)


def _cross_check(data: pd.DataFrame, instrument: Instrument) -> CrossCheck | None:
    """The measurement model through semopy: complete rows, maximum likelihood, which it can do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        try:
            fit = Model(FOUR_FACTORS.text(instrument)).fit(data)
            return fit.cross_check("semopy") if fit.converged else None
        except TpnSemError:
            return None


def _notes(
    data: pd.DataFrame,
    complete: np.ndarray,
    instrument: Instrument,
    group: str | None,
    options: dict[str, Any],
) -> list[str]:
    notes = []
    if data.attrs.get("synthetic", False):
        notes.append("The data are synthetic: no number here is a result of the study.")
    partial = int((~complete).sum())
    if partial:
        notes.append(_missing_note(partial, len(data), options))
    school = instrument.school
    if not (school and school in data):
        return notes
    count = data[school].nunique()
    if "cluster" in options:
        notes.append(
            f"Teachers are clustered in {count} schools: standard errors are corrected for few "
            "clusters (CR2), intervals are Student's. The tests of fit take schools as units: they "
            f"do not reject too often, but have little power with {count}; CFI and RMSEA use the "
            "chi-square as it is."
        )
    else:
        notes.append(
            f"Teachers are clustered in {count} schools, and standard errors and tests here take "
            "them as independent: they are too optimistic."
        )
    if group and (data.groupby(school)[group].nunique() == 1).all():
        notes.append(
            f"{group} is a property of the school: comparisons between its groups rest on "
            f"{count} schools, not on {len(data)} teachers."
        )
    return notes


def _missing_note(partial: int, rows: int, options: dict[str, Any]) -> str:
    if options["missing"] == "listwise":
        return (
            f"{partial} of {rows} rows have a missing answer and were left out (listwise). "
            "That is unbiased only if answers are missing completely at random; answers that are "
            "skipped by design, as by teachers who belong to no community, are not."
        )
    return (
        f"{partial} of {rows} rows have a missing answer; every answer that is there counts (full "
        "information). That is unbiased if answers are missing at random given the others; the "
        "exploratory step and the second opinion take complete rows."
    )
