"""Frozen cases of lavaan's, data and helpers of the two-step statistics."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from tpn_sem.moments.ordinal import (
    CategoricalMoments,
    categorical_moments,
)

REFERENCE = Path(__file__).parent / "reference"
CASES = json.loads((REFERENCE / "categorical.json").read_text())
CATEGORIES = {"a": 3, "y": 0, "b": 4, "c": 2, "z": 0, "e": 2, "g": 2}
MIXED = ["a", "y", "b", "c", "z"]


@cache
def data(name: str = "categorical") -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


def of(names: list[str], frame: pd.DataFrame, exogenous: tuple[str, ...] = (), **options: object):
    return categorical_moments(
        frame[names].to_numpy(float),
        tuple(CATEGORIES[name] for name in names),
        frame[list(exogenous)].to_numpy(float) if exogenous else None,
        **options,
    )


def case_frame(name: str) -> pd.DataFrame:
    frame = data("categorical_holes" if "holes" in name else "categorical")
    if name == "empty_cell_of_more":
        moved = np.where((frame["e"] == 1) & (frame["a"] == 0), 1, frame["a"])
        return frame.assign(a=moved)
    return frame


def case_moments(name: str) -> CategoricalMoments:
    case, frame = CASES[name], case_frame(name)
    weights = frame["w"].to_numpy() if "weights" in name else None
    return of(case["variables"], frame, tuple(case["exogenous"]), weights=weights)


def from_table(counts: list[list[int]]) -> np.ndarray:
    table = np.array(counts)
    cells_of = [(i, j) for i, j in np.ndindex(table.shape) for _ in range(table[i, j])]
    return np.array(cells_of, dtype=float)


def difference(function, at: float, step: float = 1e-5) -> np.ndarray:
    return (function(at + step) - function(at - step)) / (2 * step)
