"""Fits of lavaan 0.7-2 that are kept as lists: the data, the same fit here, both side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from conftest import quietly

import tpn_sem as ts
from tpn_sem import datasets

PUPILS = datasets.holzinger_swineford_1939()


def gaps() -> pd.DataFrame:
    frame = PUPILS.copy()
    for name, start, step in (("x2", 2, 10), ("x5", 4, 9), ("x8", 0, 11)):
        frame.loc[frame.index[start::step], name] = np.nan
    return frame


def items() -> pd.DataFrame:
    cut = {f"x{k}": pd.cut(PUPILS[f"x{k}"], 3, labels=False) + 1 for k in range(1, 10)}
    return PUPILS.assign(**cut)


DATA = {
    "pupils": PUPILS,
    "gaps": gaps(),
    "items": items(),
    "democracy": datasets.political_democracy(),
}


def fit_of(case: dict[str, Any], **more: Any) -> ts.Fit:
    """The fit with the options that lavaan had."""
    asked = {key.replace(".", "_"): value for key, value in dict(case["options"] or {}).items()}
    if "meanstructure" in asked:
        asked["mean_structure"] = asked.pop("meanstructure")
    fit: ts.Fit = quietly(ts.sem, case["model"], DATA[case["data"]], **asked, **more)
    return fit


def measures_beside(case: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Fit measures that both have: ours and lavaan's."""
    known = {key.replace(".", "_"): value for key, value in case["measures"].items()}
    ours = fit_of(case).measures
    there = [key for key, value in known.items() if value is not None and key in ours.index]
    return {key: (float(ours[key]), float(known[key])) for key in there}


def _key(lhs: str, op: str, rhs: str, group: int) -> tuple[object, ...]:
    first, second = sorted((lhs, rhs)) if op == "~~" else (lhs, "" if op in ("~1", ":=") else rhs)
    return first, op, second, 1 if op == ":=" else group


def beside(table: pd.DataFrame, case: dict[str, Any], *names: str) -> list[np.ndarray]:
    """Columns of ours and of lavaan's, of the rows that both have."""
    groups = {label: place + 1 for place, label in enumerate(dict.fromkeys(table["group"]))}
    columns = (case[name] for name in ("lhs", "op", "rhs", "group", *names[1::2]))
    theirs = {
        _key(lhs, op, rhs, group if op != ":=" else 1): values
        for lhs, op, rhs, group, *values in zip(*columns, strict=True)
    }
    ours, known = [], []
    for row in table.to_dict("records"):
        found = theirs[_key(row["lhs"], row["op"], row["rhs"], groups[row["group"]])]
        ours.append([row[name] for name in names[::2]])
        known.append([np.nan if value is None else value for value in found])
    return [np.array(ours, dtype=float), np.array(known, dtype=float)]
