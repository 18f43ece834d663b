"""Data, modes and populations that the tests of approximate invariance share."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from conftest import reference_data

import tpn_sem as ts
from tpn_sem.groups.approximate import (
    ApproximateInvariance,
    approximate_invariance,
)

PUPILS = reference_data("HolzingerSwineford1939")
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
SPEED = "speed =~ x7 + x8 + x9"
SPEEDED = ["x7", "x8", "x9"]
BOTH = ("loadings", "intercepts")
SIDES = ["lhs", "op", "rhs", "group"]


@cache
def pupils(**options: object) -> ApproximateInvariance:
    return approximate_invariance(THREE, PUPILS, group="school", **options)


@cache
def rows(missing: str) -> pd.DataFrame:
    data = PUPILS[["school", *SPEEDED]].copy()
    if missing == "fiml":
        gone = np.random.default_rng(1).uniform(size=(len(data), 3)) < [0.0, 0.2, 0.1]
        data[SPEEDED] = data[SPEEDED].mask(gone)
    return data


FIXED = "f =~ 0.8*y1 + 0.6*y2 + 0.7*y3 + 0.5*y4\n" + "\n".join(
    f"y{item} ~~ {value}*y{item}"
    for item, value in zip("1234", (0.36, 0.64, 0.5, 2.0), strict=True)
)
LOADING = np.array([0.8, 0.6, 0.7, 0.5])
SIGMA = np.outer(LOADING, LOADING) + np.diag([0.36, 0.64, 0.5, 2.0])
LEVELS = np.array([[0.0, 0.1, -0.2, 0.3], [0.5, 0.4, 0.4, 0.2], [-0.3, 0.5, 0.0, 0.6]])


def moments(mean: np.ndarray, covariance: np.ndarray, n: int) -> ts.SampleMoments:
    names = [f"y{item + 1}" for item in range(len(mean))]
    return ts.SampleMoments(covariance * n / (n - 1), mean, n, names=names)


MEANS, DEVIATIONS = [0.0, 0.3, -0.2, 0.4], [1.0, 1.2, 0.9, 1.1]
SIX = "f =~ " + " + ".join(f"y{item}" for item in range(1, 7))


def population(n: int = 500, differ: bool = True) -> dict[str, ts.SampleMoments]:
    """Four groups; the second has another intercept of y2, the third another loading of y5."""
    data = {}
    for group, (mean, deviation) in enumerate(zip(MEANS, DEVIATIONS, strict=True)):
        loadings, level = np.linspace(0.6, 1.0, 6), np.linspace(-0.5, 0.5, 6)
        level[1] += 0.7 * differ * (group == 1)
        loadings[4] += 0.6 * differ * (group == 2)
        covariance = deviation**2 * np.outer(loadings, loadings) + 0.5 * np.eye(6)
        data[f"g{group}"] = moments(level + loadings * mean, covariance, n)
    return data
