"""One verdict in words for each factor: which items tests object to, or that they cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..drawing import format_below_one, format_signed, p_phrase, without_zero
from ..equations import GenericStructure
from ..numerics import Array
from .residual_moments import CORRELATION
from .residual_power import PairChances

MISFIT, FITS, UNKNOWN = "misfit", "no test objects", "cannot tell"
_ENOUGH = 0.75  # chance to find what matters from which on silence says something
_SHOWN = 4  # things named of each kind


@dataclass(frozen=True, eq=False)
class LocalTables:
    """The tables that verdicts are read from; see `LocalFit`."""

    residuals: pd.DataFrame
    equations: pd.DataFrame
    tetrads: pd.DataFrame
    vanishing: pd.DataFrame
    independence: pd.DataFrame


def verdict_table(
    structures: Sequence[GenericStructure],
    labels: Sequence[str],
    tables: LocalTables,
    chances: Sequence[PairChances],
    alpha: float,
    delta: float,
) -> pd.DataFrame:
    """A row per group and factor: group, factor, items, verdict, objected, power, sentence.

    Parameters
    ----------
    chances : sequence
        For each group, the chance to find a residual correlation of `delta` of each pair.
    """
    rows = [
        _one_factor(label, factor, items, tables, own.of(factor, items), alpha, delta)
        for structure, label, own in zip(structures, labels, chances, strict=True)
        for factor, items in structure.measured_items.items()
    ]
    names = ["group", "factor", "items", "verdict", "objected", "power", "sentence"]
    return pd.DataFrame(rows, columns=names)


def _one_factor(
    label: str,
    factor: str,
    items: tuple[str, ...],
    tables: LocalTables,
    chances: Array,
    alpha: float,
    delta: float,
) -> tuple[object, ...]:
    power = float(np.median(chances)) if len(chances) else float("nan")
    objections = _objections(label, factor, items, tables, alpha)
    objected = [item for item in items if any(item in found for _, found, _ in objections)]
    whose = f"{factor} in {label}" if label else factor
    if objections:
        verdict = MISFIT
        whom = _listed(objected) if objected else "its items together"
        said = f"tests object to {whom}: " + "; ".join(sentence for _, _, sentence in objections)
    else:
        verdict, said = _silence(chances, power, delta)
    names = ", ".join(items)
    return label, factor, names, verdict, ", ".join(objected), power, f"{whose}: {said}."


def _silence(chances: Array, power: float, delta: float) -> tuple[str, str]:
    """What it is worth that no test objects, and that in words."""
    if not len(chances):
        return UNKNOWN, "cannot tell: it has no two items whose residuals the model sets apart"
    what = f"a residual correlation of {_short(delta)} between two of its items"
    if not chances.any():
        return UNKNOWN, f"cannot tell: {what} cannot be seen at all"
    chance = f"{what} would be found with a chance of {_percent(power)}"
    low, high = float(chances.min()), float(chances.max())
    least, most = _percent(low), _percent(high)
    between = f"at most {most}" if 0.0 < low < 0.01 else f"{least} to {most}"
    how = "" if least == most else f" (the median of {len(chances)} pairs: {between})"
    if power < _ENOUGH:
        return UNKNOWN, f"cannot tell: no test objects, but {chance} only{how}"
    return FITS, f"no test objects; {chance}{how}"


def _percent(chance: float) -> str:
    """A chance that is neither none nor certain is not told as if it were."""
    if chance == 0.0:
        return "0%"
    if chance < 0.01:
        return "less than 1%"
    return "more than 99%" if chance > 0.99 else f"{100 * chance:.0f}%"


Objection = tuple[str, set[str], str]  # kind, items, in words


def _objections(
    label: str, factor: str, items: tuple[str, ...], tables: LocalTables, alpha: float
) -> list[Objection]:
    """What each kind of tests objects to among some items."""
    found = [
        _of_residuals(_significant(tables.residuals, label, alpha), items),
        _of_equations(_significant(tables.equations, label, alpha), items),
        _of_claims(_significant(tables.independence, label, alpha), items),
        _of_tetrads(_significant(tables.vanishing, label, alpha), items),
        _of_factor(_significant(tables.tetrads, label, alpha), factor),
    ]
    return [one for one in found if one is not None]


def _of_residuals(rows: pd.DataFrame, items: tuple[str, ...]) -> Objection | None:
    rows = rows[rows["item_1"].isin(items) | rows["item_2"].isin(items)]
    rows = rows.iloc[np.argsort(-np.abs(rows["z"].to_numpy(float)), kind="stable")]
    if rows.empty:
        return None
    told = [_residual_words(row) for row in rows.itertuples()]
    named = {*rows["item_1"], *rows["item_2"]} & set(items)
    return "residuals", named, f"residuals of {_most(told)}"


def _residual_words(row: pd.Series) -> str:
    size = f"({without_zero(format_signed(row.residual, 2))})"
    if row.kind == CORRELATION:
        return f"{row.item_1} with {row.item_2} {size}"
    where = f"{row.kind} {row.item_2}" if row.kind == "threshold" else row.kind
    return f"{row.item_1}'s {where} {size}"


def _of_equations(rows: pd.DataFrame, items: tuple[str, ...]) -> Objection | None:
    named = [name for name in rows["variable"] if name in items]
    if not named:
        return None
    return "equations", set(named), f"instruments of {_most(named)} disagree"


def _of_claims(rows: pd.DataFrame, items: tuple[str, ...]) -> Objection | None:
    rows = rows[rows["lhs"].isin(items) | rows["rhs"].isin(items)]
    if rows.empty:
        return None
    named = {*rows["lhs"], *rows["rhs"]} & set(items)
    told = [f"{row.claim} ({row.lhs} {row.op} {row.rhs})" for row in rows.itertuples()]
    return "independence", named, f"not independent: {_most(told)}"


def _of_tetrads(rows: pd.DataFrame, items: tuple[str, ...]) -> Objection | None:
    if rows.empty:
        return None
    columns = rows[[f"item_{place}" for place in range(1, 5)]]
    touched = columns.isin(items).any(axis=1)
    if not touched.any():
        return None
    named = set(columns[touched].to_numpy().ravel()) & set(items)
    count = int(touched.sum())
    told = "1 tetrad does" if count == 1 else f"{count} tetrads do"
    return "tetrads", named, f"{told} not vanish"


def _of_factor(rows: pd.DataFrame, factor: str) -> Objection | None:
    own = rows[rows["scope"] == factor]
    if own.empty:
        return None
    one = own.iloc[0]
    told = f"χ²({one['df']:.0f}) = {one['chisq']:.2f}, {p_phrase(one['p_value'])}"
    return "factor", set(), f"its items' own tetrads do not vanish together ({told})"


def _of(table: pd.DataFrame, label: str) -> pd.DataFrame:
    return table[table["group"] == label] if not table.empty else table


def _significant(table: pd.DataFrame, label: str, alpha: float) -> pd.DataFrame:
    own = _of(table, label)
    return own[own["p_adjusted"].astype(float) < alpha] if not own.empty else own


def _most(told: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(told) - _SHOWN
    shown = ", ".join(told[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _short(value: float) -> str:
    return format_below_one(value, 2)
