"""Tables of cross-validation from what folds say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..numerics import Array, Mask
from .held_out_deviances import HeldOut
from .held_out_units import HeldOutUnits
from .predictive_comparison import unit_mean, verdict_of


def ranked_models(found: HeldOut) -> list[int]:
    """Models that have at least half of the folds; the others would leave nothing to compare."""
    shares = found.has.mean(axis=0)
    return [k for k in range(len(found.names)) if shares[k] >= 0.5]


def compared_folds(found: HeldOut, ranked: Sequence[int]) -> Mask:
    """Folds that all ranked models have, shape (folds,)."""
    return np.asarray(found.has[:, list(ranked)].all(axis=1))


def fold_means(found: HeldOut, counts: Array) -> Array:
    """Mean deviance of each fold, shape (folds, k); NaN where a model has none."""
    means = np.full(found.has.shape, np.nan)
    for place, one in enumerate(found.folds):
        weights = counts[one.rows]
        if weights.sum() > 0.0:
            means[place] = one.deviances @ weights / weights.sum()
    return means


def fold_table(found: HeldOut, counts: Array, kept: Mask, ranked: Sequence[int]) -> pd.DataFrame:
    """A row per repeat, fold and model."""
    means, rows = fold_means(found, counts), []
    for place, one in enumerate(found.folds):
        repeat, fold = divmod(place, found.n_folds)
        for k, name in enumerate(found.names):
            rows.append(
                {
                    "repeat": repeat + 1,
                    "fold": fold + 1,
                    "model": name,
                    "n_rows": len(one.rows),
                    "deviance": means[place, k],
                    "cvi": one.indices[k],
                    "improper": bool(one.improper[k]),
                    "compared": bool(kept[place]) and k in ranked,
                    "reason": one.reasons[k],
                    "cvi_reason": one.index_reasons[k],
                }
            )
    return pd.DataFrame(rows)


def model_table(
    folds: pd.DataFrame,
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    counts: Array,
    units: HeldOutUnits,
) -> pd.DataFrame:
    """A row per model, the smallest deviance first; models without one come last."""
    means = {
        name: unit_mean(rows[name].to_numpy(), counts, units)[0]
        for name in rows.columns
        if rows[name].notna().any()
    }
    order = sorted(means, key=lambda name: round(means[name], 6))  # ties stay as they were given
    best = order[0]
    shares = _times_best(folds, order)
    table = {}
    for name in [*order, *(name for name in rows.columns if name not in means)]:
        own = folds[folds["model"] == name]
        row: dict[str, object] = {
            "deviance": means.get(name, np.nan),
            "difference": means.get(name, np.nan) - means[best],
            "se": _error(pairs, best, name),
            "cvi": _weighted(own[own["compared"]]),
            "times_best": shares.get(name, np.nan),
            "n_folds": int((own["reason"] == "").sum()),
            "n_failed": int((own["reason"] != "").sum()),
            "n_improper": int(own["improper"].sum()),
            "verdict": verdict_of(pairs, name, best),
            "reason": _reason(own),
        }
        table[name] = row
    found = pd.DataFrame.from_dict(table, orient="index")
    found.index.name = "model"
    return found


def _weighted(folds: pd.DataFrame) -> float:
    """Mean index of folds that have one, weighted by their rows."""
    known = folds[folds["cvi"].notna()]
    if not len(known):
        return float("nan")
    return float(np.average(known["cvi"], weights=known["n_rows"]))


def _error(pairs: pd.DataFrame, best: str, name: str) -> float:
    for row in pairs.itertuples():
        if {row.first, row.second} == {best, name}:
            return float(row.se)
    return float("nan")


def _times_best(folds: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """Share of the compared folds in which a model is best; ties count for each of them."""
    own = folds[folds["compared"] & folds["model"].isin(names)]
    wide = own.pivot(index=["repeat", "fold"], columns="model", values="deviance").dropna()
    is_best = wide.sub(wide.min(axis=1), axis=0) <= 1e-6
    return {str(name): float(is_best[name].mean()) for name in is_best.columns}


def _reason(own: pd.DataFrame) -> str:
    """Why folds failed, most frequent first."""
    reasons = own.loc[own["reason"] != "", "reason"].value_counts()
    return "; ".join(f"{count} folds: {reason}" for reason, count in reasons.items())
