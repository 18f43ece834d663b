"""The same paths of two fits side by side, and whether their verdicts agree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..drawing import format_estimate, p_phrase, without_zero
from ..estimation import Estimation
from .chosen_paths import ChosenPaths


def compared_paths(
    one: Estimation, other: Estimation, chosen: ChosenPaths, word: str, alpha: float
) -> pd.DataFrame:
    """A row per path; the other fit's columns end in the word."""
    first, second = chosen.inference(one), chosen.inference(other)
    own = {name: first[name] for name in ("estimate", "se", "p_value")}
    others = {f"{name}_{word}": second[name] for name in ("estimate", "se", "p_value")}
    table = pd.DataFrame({**own, **others}, index=pd.Index(chosen.names, name="path"))
    table["change"] = second["estimate"] - first["estimate"]
    with np.errstate(divide="ignore", invalid="ignore"):
        table["change_in_se"] = table["change"] / table["se"]
    known = table["p_value"].notna() & table[f"p_value_{word}"].notna()
    differ = (table["p_value"] < alpha) != (table[f"p_value_{word}"] < alpha)
    table["verdict_changes"] = known & differ
    return table


def turning_sentences(
    table: pd.DataFrame, chosen: ChosenPaths, word: str, how: str
) -> Iterator[str]:
    """Which verdicts change."""
    for name, row in table[table["verdict_changes"]].iterrows():
        yield f"The verdict on {chosen.words[str(name)]} changes {how}: {_from_to(row, word)}."


def verdict_sentences(
    table: pd.DataFrame, chosen: ChosenPaths, word: str, how: str, alpha: float
) -> Iterator[str]:
    """Which verdicts change, or that none does, and which path moves most."""
    if not table["verdict_changes"].any():
        level = without_zero(f"{alpha:g}")
        yield f"No verdict changes {how}: every path stays on its side of p = {level}."
    yield from turning_sentences(table, chosen, word, how)
    yield from moving_sentences(table, chosen, word, "The")


def moving_sentences(
    table: pd.DataFrame, chosen: ChosenPaths, word: str, begin: str
) -> Iterator[str]:
    """Which path moves most, if any does."""
    sizes = table["change_in_se"].abs()
    if sizes.notna().any() and sizes.max() > 0.0:
        name = str(sizes.idxmax())
        yield (
            f"{begin} path that moves most is {chosen.words[name]}, by {sizes.max():.2f} standard "
            f"errors: {_from_to(table.loc[name], word)}."
        )


def _from_to(row: pd.Series, word: str) -> str:
    return (
        f"{format_estimate(row['estimate'])} ({p_phrase(row['p_value'])}) becomes "
        f"{format_estimate(row[f'estimate_{word}'])} ({p_phrase(row[f'p_value_{word}'])})"
    )
