"""What the specifications say of each path together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..numerics import Array
from .curve_table import STATES, counted

_MAD = 1.4826  # makes the median absolute deviation that of a normal distribution, as R does
ALPHA = 0.05


def dominant_sign(estimates: Array) -> Array:
    """The sign that most of the last axis have; that of the median where as many have either."""
    balance = np.sign(np.sign(estimates).sum(axis=-1))
    middle = np.where(np.median(estimates, axis=-1) < 0.0, -1.0, 1.0)
    return np.asarray(np.where(balance == 0.0, middle, balance))


def path_summary(table: pd.DataFrame, paths: Sequence[str]) -> pd.DataFrame:
    """A row per path: `describe_curve` of the rows that count, and how many are of each state."""
    rows = {}
    for path in paths:
        own = table[table["path"] == path]
        states = own["state"].value_counts()
        numbers = {state.replace(" ", "_"): int(states.get(state, 0)) for state in STATES}
        good = counted(own)
        described = describe_curve(good["estimate"].to_numpy(), good["p_value"].to_numpy())
        rows[path] = {"specifications": len(own), **numbers, **described}
    found = pd.DataFrame.from_dict(rows, orient="index")
    found.index.name = "path"
    return found.rename(columns={"fitted": "counted"})


def describe_curve(estimates: Array, p_values: Array) -> dict[str, object]:
    """Median and spread of the estimates, their sign, and how many are significant in it.

    As `specr::summarise_specs` has them (Masur & Scharkow, 2020): median, mad (times 1.4826), min,
    max, q25, q75 (linear interpolation). The dominant sign and the shares are those of Simonsohn,
    Simmons & Nelson (2020); significant is p < .05. Of no estimates there is nothing but a word.
    """
    if not len(estimates):
        numbers = ("median", "mad", "min", "max", "q25", "q75", "iqr")
        shares = ("share_dominant", "share_significant")
        return {
            **dict.fromkeys(numbers, np.nan),
            "dominant": "none",
            **dict.fromkeys(shares, np.nan),
        }
    sign = float(dominant_sign(estimates))
    q25, median, q75 = np.quantile(estimates, (0.25, 0.5, 0.75)).tolist()
    in_sign = np.sign(estimates) == sign
    return {
        "median": median,
        "mad": _MAD * float(np.median(np.abs(estimates - median))),
        "min": float(estimates.min()),
        "max": float(estimates.max()),
        "q25": q25,
        "q75": q75,
        "iqr": q75 - q25,
        "dominant": "positive" if sign > 0.0 else "negative",
        "share_dominant": float(in_sign.mean()),
        "share_significant": float((in_sign & (p_values < ALPHA)).mean()),
    }
