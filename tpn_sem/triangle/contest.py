"""Comparison of the variants: refused, equivalent, nested, distinguishable."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..arguments import checked
from ..errors import DataWarning, OptionError, TpnSemError, TpnSemWarning
from ..fit import Fit, overview
from ..model_fit.comparison import (
    Nesting,
    default_method,
    difference_test,
    nesting,
    prove_equivalence,
)
from .instrument import Instrument
from .variants import Variant

_MEASURES = ("df", "chisq", "pvalue", "cfi", "rmsea", "srmr", "aic", "bic")
_NUMERICAL = "numerical (Bentler & Satorra, 2010)"
_CLOSE = 2.0  # a difference of BIC that is "not worth more than a bare mention"


@dataclass(frozen=True, eq=False)
class Contest:
    """All variants fitted to the same data.

    Attributes
    ----------
    variants : dict of str to Variant
    fits : dict of str to Fit
        Of those that could be fitted.
    refused : dict of str to str
        Why the others could not.
    table : DataFrame
        A row per variant: rank (by BIC among those of the same variables; equivalent ones share
        it), df, chisq, pvalue (of `Fit.test`, which clusters correct), cfi, rmsea, srmr, aic, bic,
        delta_bic, status, claim.
    equivalences : DataFrame
        first, second, proof: the rule, or that it was found numerically.
    nestings : DataFrame
        restricted, general, chisq_diff, df_diff, p_value.
    verdicts : tuple of str
        Which variants the data cannot tell apart, in sentences.
    """

    variants: dict[str, Variant]
    fits: dict[str, Fit]
    refused: dict[str, str]
    table: pd.DataFrame
    equivalences: pd.DataFrame
    nestings: pd.DataFrame
    verdicts: tuple[str, ...]

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """Name and status of each variant that is not simply fitted, in the table's order."""
        return [(name, text) for name, text in self.table["status"].items() if text != "fitted"]


def hold_contest(
    variants: Iterable[Variant],
    data: pd.DataFrame,
    instrument: Instrument,
    options: Mapping[str, Any] | None = None,
) -> Contest:
    """Fit all variants, with the same options, and compare them."""
    named = {variant.name: variant for variant in variants}
    fits: dict[str, Fit] = {}
    refused: dict[str, str] = {}
    for name, variant in named.items():
        try:
            fits[name] = _fit(variant, data, instrument, options or {})
        except TpnSemError as error:
            refused[name] = str(error)
    sound = {
        name: fit for name, fit in fits.items() if named[name].same_variables and fit.converged
    }
    equivalences, nestings = _relations(sound)
    table = _table(named, fits, refused, sound, equivalences)
    verdicts = tuple(_verdicts(table, sound, equivalences, nestings))
    return Contest(named, fits, refused, table, equivalences, nestings, verdicts)


def _fit(
    variant: Variant, data: pd.DataFrame, instrument: Instrument, options: Mapping[str, Any]
) -> Fit:
    """A fit whose warnings stay on the fit: the table shows them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        return variant.model(instrument).fit(variant.prepare(data, instrument), **options)


def _relations(fits: dict[str, Fit]) -> tuple[pd.DataFrame, pd.DataFrame]:
    equivalent, nested = [], []
    names = list(fits)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            restricted, general = first, second
            if _df(fits[first]) < _df(fits[second]):
                restricted, general = second, first
            relation = nesting(fits[restricted].estimation, fits[general].estimation)
            if relation is Nesting.EQUIVALENT:
                equivalent.append((first, second, _proof(fits[first], fits[second])))
            elif relation is Nesting.NESTED:
                nested.append((restricted, general, *_difference(fits, restricted, general)))
    return (
        pd.DataFrame(equivalent, columns=["first", "second", "proof"]),
        pd.DataFrame(nested, columns=["restricted", "general", "chisq_diff", "df_diff", "p_value"]),
    )


def _df(fit: Fit) -> int:
    return fit.estimation.degrees_of_freedom


def _proof(first: Fit, second: Fit) -> str:
    tables = (fit.estimation.specification.table for fit in (first, second))
    return prove_equivalence(*tables) or _NUMERICAL


def _difference(fits: dict[str, Fit], restricted: str, general: str) -> tuple[float, int, float]:
    one, other = fits[restricted].estimation, fits[general].estimation
    test = difference_test(one, other, None, default_method(other))
    return test.statistic, int(test.degrees_of_freedom), test.p_value


def _table(
    variants: dict[str, Variant],
    fits: dict[str, Fit],
    refused: dict[str, str],
    sound: dict[str, Fit],
    equivalences: pd.DataFrame,
) -> pd.DataFrame:
    rows = []
    for name, variant in variants.items():
        row: dict[str, object] = {"variant": name}
        if name in fits:
            row.update(overview(fits[name], _MEASURES))
        row["status"] = _status(name, variant, fits, refused)
        row["claim"], row["sentence"] = variant.claim, variant.sentence
        rows.append(row)
    columns = ["variant", *_MEASURES, "status", "claim", "sentence"]
    table = pd.DataFrame(rows, columns=columns).set_index("variant")
    comparable = table.loc[list(sound), "bic"]
    table.insert(0, "rank", _ranks(comparable, equivalences).reindex(table.index))
    table.insert(9, "delta_bic", (comparable - comparable.min()).reindex(table.index))
    return table.sort_values(["rank", "df"], na_position="last", kind="stable")


def _status(name: str, variant: Variant, fits: dict[str, Fit], refused: dict[str, str]) -> str:
    if name in refused:
        return f"refused: {refused[name]}"
    own = [note for kind, note in fits[name].estimation.remarks if kind is not DataWarning]
    if own:
        return " ".join(own)
    return "fitted" if variant.same_variables else "fitted; other variables, not ranked"


def _ranks(bic: pd.Series, equivalences: pd.DataFrame) -> pd.Series:
    """Places by BIC; equivalent variants get the place of the best of them."""
    ranks = bic.rank(method="min")
    for row in equivalences.itertuples():
        pair = [row.first, row.second]
        ranks[pair] = ranks[pair].min()
    return ranks


def _verdicts(
    table: pd.DataFrame,
    fits: dict[str, Fit],
    equivalences: pd.DataFrame,
    nestings: pd.DataFrame,
) -> Iterable[str]:
    for members in equivalence_classes(equivalences):
        yield (
            f"{_listing(members)} are equivalent: no data can tell them apart, and only theory or "
            "design can choose."
        )
    shown = nestings[nestings["general"] == "four factors"]
    for row in shown.itertuples():
        if row.p_value > 0.05:
            yield (
                f"{row.restricted} cannot be told from four factors: chi-square difference "
                f"{row.chisq_diff:.2f} on {row.df_diff} df, p = {row.p_value:.3f}. That it is not "
                "rejected does not make it true."
            )
    yield from _close_calls(table, fits, equivalences, nestings)


def _close_calls(
    table: pd.DataFrame,
    fits: dict[str, Fit],
    equivalences: pd.DataFrame,
    nestings: pd.DataFrame,
) -> Iterable[str]:
    """Variants that are not nested in each other, with nearly the same BIC."""
    related = {
        frozenset(pair) for pair in zip(equivalences["first"], equivalences["second"], strict=True)
    }
    related |= {
        frozenset(pair) for pair in zip(nestings["restricted"], nestings["general"], strict=True)
    }
    bic = table.loc[list(fits), "bic"].sort_values()
    for place, first in enumerate(bic.index):
        for second in bic.index[place + 1 :]:
            gap = bic[second] - bic[first]
            if gap < _CLOSE and frozenset((first, second)) not in related:
                yield (
                    f"{first} and {second} are not nested in each other, and their BIC differs by "
                    f"{gap:.1f}: cannot tell."
                )


@checked
def equivalence_classes(equivalences: pd.DataFrame) -> list[list[str]]:
    """Sets of variants that are equivalent to each other."""
    for column in ("first", "second"):
        if column not in equivalences.columns:
            raise OptionError(f"equivalences= is the table of a contest: it has no {column!r}.")
    classes: list[set[str]] = []
    for row in equivalences.itertuples():
        pair = {str(row.first), str(row.second)}
        touching = [members for members in classes if members & pair]
        merged = pair.union(*touching)
        classes = [members for members in classes if not members & pair] + [merged]
    order = list(dict.fromkeys([*equivalences["first"], *equivalences["second"]]))
    return [sorted(members, key=order.index) for members in classes]


def _listing(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1]
