"""Populations, draws and fits that the tests of alignment share."""

from __future__ import annotations

from functools import cache

import numpy as np
from conftest import reference_data

import tpn_sem as ts

PUPILS = reference_data("HolzingerSwineford1939")
THREE = "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
SPEED = "speed =~ x7 + x8 + x9"
NUMBERS = ["mean", "mean_se", "variance", "variance_se"]


FACTORS = np.array([[0.0, 1.0, 1.0], [0.5, 1.4, 0.8], [-0.3, 0.7, 1.2]])  # mean, deviations


def moments(
    loadings: np.ndarray, intercepts: np.ndarray, means: np.ndarray, factors: np.ndarray, n: int
) -> ts.SampleMoments:
    """Exact moments of one group whose items have residual variance 0.5."""
    covariance = loadings @ factors @ loadings.T + 0.5 * np.eye(len(loadings))
    names = [f"y{i + 1}" for i in range(len(loadings))]
    return ts.SampleMoments(covariance * n / (n - 1), intercepts + loadings @ means, n, names=names)


@cache
def invariant_fit(**options: object) -> ts.Fit:
    """Three groups, two factors, an item that loads on both, and nothing that differs."""
    data = {}
    for group, (mean, one, other) in enumerate(FACTORS):
        deviations = np.diag([one, other])
        factors = deviations @ np.array([[1.0, 0.3], [0.3, 1.0]]) @ deviations
        data[f"g{group}"] = moments(
            LOADINGS, INTERCEPTS, np.array([mean, -mean]), factors, 200 * (group + 1)
        )
    return ts.cfa(TWO, data, **{"std_lv": True} | options)


TWO = "f =~ y1 + y2 + y3 + y4\ng =~ y4 + y5 + y6 + y7"
LOADINGS = np.array(
    [[0.8, 0], [0.9, 0], [1.0, 0], [0.5, 0.4], [0, 0.7], [0, 0.9], [0, 1.1]], dtype=float
)
INTERCEPTS = np.array([0.0, 0.5, -0.5, 1.0, 0.2, 0.0, -1.0])


@cache
def pupils(**options: object) -> ts.Fit:
    return ts.cfa(THREE, PUPILS, group="school", **options)


DRAWN = {"loadings": np.linspace(0.7, 1.0, 5), "means": [0.0, 0.4, -0.3, 0.2]}


def draw(generator: np.random.Generator, n: int = 500) -> ts.Fit:
    """Four groups of n rows; some loadings and intercepts differ."""
    data = {}
    for group, mean in enumerate(DRAWN["means"]):
        loadings, level = DRAWN["loadings"].copy(), np.zeros(5)
        loadings[group] += 0.5
        level[group + 1] -= 0.7
        deviation = 1.0 + 0.1 * group
        scores = mean + deviation * generator.standard_normal(n)
        rows = level + scores[:, None] * loadings + 0.7 * generator.standard_normal((n, 5))
        names = [f"y{i + 1}" for i in range(5)]
        data[f"g{group}"] = ts.SampleMoments(np.cov(rows.T), rows.mean(axis=0), n, names=names)
    return ts.cfa("f =~ y1 + y2 + y3 + y4 + y5", data, std_lv=True)


@cache
def drawn_fit() -> ts.Fit:
    return draw(np.random.default_rng(1))
