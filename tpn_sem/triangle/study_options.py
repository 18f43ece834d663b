"""What a user asks of the study, checked: variants, columns, how models are fitted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..arguments import checked, read_skipped
from ..data import column_place
from ..errors import DataError, OptionError, choose
from ..estimation.discrepancy import find_discrepancy
from ..specification import FULL_INFORMATION, read_options
from ..survey import Instrument
from .constructs import CONSTRUCTS
from .structural_models import check_roles
from .variants import EVERYTHING, VARIANTS, Variant

MAIN = "partial mediation"


def fit_options(
    data: pd.DataFrame,
    instrument: Instrument,
    ordered: bool,
    estimator: str | None,
    missing: str | None,
    clustered: bool,
) -> dict[str, Any]:
    """How every model is fitted."""
    known = ("pairwise", "listwise", "doubly_robust") if ordered else ("fiml", "listwise")
    if not ordered and estimator not in (None, "ML", "MLR", "MLF"):
        known = ("listwise", "fiml")  # every answer counts with maximum likelihood only
    options: dict[str, Any] = {
        "missing": known[0] if missing is None else choose("missing", missing, known)
    }
    if ordered:
        options["ordered"] = list(instrument.all_items)
    if estimator is not None:
        options["estimator"] = estimator
    school = instrument.school
    if clustered and school and school in data and _are_clusters(data[school]):
        options["cluster"] = school
        if not ordered:
            options["se"] = "cluster_cr2"
    if ordered and estimator in FULL_INFORMATION:
        raise OptionError(
            f"estimator={estimator!r} with ordered=True integrates over all factors of a model, of "
            "which the study's variants have too many: leave estimator= out (WLSMV), or take 'PML'."
        )
    read = read_options("sem", options)  # what is wrong for all variants is said once
    find_discrepancy(read.estimation.estimator, read.data.missing)
    return options


def _are_clusters(school: pd.Series) -> bool:
    """Whether rows share schools, and schools are several."""
    return 1 < school.nunique() < school.count()


def chosen_variants(
    given: Iterable[Variant | str] | None, instrument: Instrument, main: str | None
) -> tuple[list[Variant], str]:
    """The variants to fit, and the one whose paths are reported."""
    if given is None:
        variants = [one for one in VARIANTS.values() if not one.lacking(instrument)]
        if set(instrument.items) != set(CONSTRUCTS):
            variants.append(EVERYTHING)
    else:
        variants = [_find(one) for one in ([given] if isinstance(given, str) else given)]
    names = [variant.name for variant in variants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OptionError(f"two variants are called {twice[0]!r}; rename one.")
    if not names:
        raise OptionError("variants= is empty: name one or more.")
    if main is None:
        main = MAIN if MAIN in names else names[0]
    if main not in names:
        raise OptionError(f"main={main!r} is not among the variants: {', '.join(names)}.")
    return variants, main


def _find(variant: Variant | str) -> Variant:
    known = {**VARIANTS, EVERYTHING.name: EVERYTHING}
    return known[choose("variants", variant, known)] if isinstance(variant, str) else variant


@checked
def bundled_instrument(data: pd.DataFrame) -> Instrument:
    """The bundled survey's instrument, without the school and the context that data lack."""
    found = Instrument.numbered()
    context = {role: column for role, column in found.context.items() if column in data}
    return found.changed(context=context, school=found.school if found.school in data else None)


def check_columns(data: pd.DataFrame, instrument: Instrument, group: str | None) -> None:
    """The columns that the user names must be there, and no construct may be a column."""
    if not isinstance(data, pd.DataFrame) or not isinstance(instrument, Instrument):
        raise DataError("study takes a DataFrame, then an Instrument.")
    check_roles(instrument)
    columns = [str(column) for column in data.columns]
    wanted = {"group column": group, "school column": instrument.school}
    wanted |= {f"column of {role!r}": column for role, column in instrument.context.items()}
    for what, name in wanted.items():
        if name is not None:
            column_place(data, name, what)
    clash = [name for name in (*instrument.items, *CONSTRUCTS) if name in columns]
    if clash:
        raise DataError(f"column {clash[0]!r} has the name of a construct; rename it.")


def with_skipped(instrument: Instrument, skipped: object) -> tuple[Instrument, dict[str, str]]:
    """The instrument with further codes of skipped answers; columns that say so remain.

    Raises
    ------
    OptionError
    """
    codes = {item: set(own) for item, own in instrument.skipped.items()}
    columns = {}
    for item, mark in read_skipped(skipped):
        if isinstance(mark, str):
            columns[item] = mark
            continue
        for one in [item] if item else instrument.all_items:
            codes.setdefault(one, set()).update(mark)
    if not codes:
        return instrument, columns
    return instrument.changed(skipped={one: sorted(own) for one, own in codes.items()}), columns
