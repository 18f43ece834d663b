"""Models of two levels, their data, and the likelihood of clusters written out in full."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
from conftest import REFERENCE, quietly, reference_data
from scipy.stats import multivariate_normal

import tpn_sem as ts
from tpn_sem.language import at_level, level_of, plain_name

CASES = {
    case["name"]: case for case in json.loads((REFERENCE / "two_level_cases.json").read_text())
}

ONE = """
level: 1
    fw =~ a1 + a2 + a3 + a4
level: 2
    fb =~ a1 + a2 + a3 + a4
"""
FULL = """
level: 1
    fw =~ a1 + a2 + a3
    fw ~ s*x
    m ~ fw
level: 2
    fb =~ a1 + a2 + a3
    fb ~ u*z1 + t*x
    z2 ~ z1 + fb
"""  # x and the items are split, m varies within clusters only, z1 and z2 between them only


def case_data(name: str) -> pd.DataFrame:
    """The data of a case, some of whose columns have their mean taken off."""
    data = reference_data(CASES[name]["data"]).copy()
    for column in CASES[name].get("centred", ()):
        data[column] -= data[column].mean()
    return data


@cache
def case_fit(name: str) -> ts.Fit:
    """Our fit of a case that lavaan fitted, too."""
    case = CASES[name]
    fit: ts.Fit = quietly(
        getattr(ts, case["function"]),
        "\n".join(case["model"]),
        case_data(name),
        cluster=case["cluster"],
        **case["options"],
    )
    return fit


def uneven() -> pd.DataFrame:
    """1046 rows in 80 clusters of 2 to 40."""
    return reference_data("two_level_uneven").copy()


@cache
def _small() -> pd.DataFrame:
    data = uneven()
    return data[data.groupby("cluster")["x"].transform("size") <= 9].reset_index(drop=True)


def small() -> pd.DataFrame:
    """Rows of the clusters of 2 to 9, so that densities of whole clusters take no time."""
    return _small().copy()


@cache
def full_fit() -> ts.Fit:
    """The model with all kinds of variables."""
    fit: ts.Fit = quietly(ts.sem, FULL, small(), cluster="cluster", fixed_x=False)
    return fit


def moments_at(fit: ts.Fit, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Means, covariances and names of the observed variables of both levels."""
    (implied,) = fit.estimation.objective.imply(parameters)
    return implied.mean, implied.covariance, list(fit.estimation.specification.observed)


def cluster_moments(
    names: list[str], mean: np.ndarray, covariance: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, int]]]:
    """Mean and covariance of all that is observed of a cluster, and what stands where.

    A row's answer is its deviation and, if it has one, its cluster's part; what clusters have
    stands once.
    """
    place = {name: k for k, name in enumerate(names)}
    within = [name for name in names if level_of(name) == 1]
    only = [name for name in names if level_of(name) == 2 and plain_name(name) not in place]
    what = [(name, row) for row in range(size) for name in within] + [(name, -1) for name in only]
    deviation = np.zeros((len(what), len(names)))  # the part that rows do not share
    common = np.zeros((len(what), len(names)))  # the part that they do
    rows = np.array([row for _, row in what])
    for k, (name, row) in enumerate(what):
        (common if row < 0 else deviation)[k, place[name]] = 1.0
        if row >= 0 and at_level(name, 2) in place:
            common[k, place[at_level(name, 2)]] = 1.0
    same = (rows[:, None] == rows) & (rows[:, None] >= 0)
    whole = common @ covariance @ common.T + same * (deviation @ covariance @ deviation.T)
    return (deviation + common) @ mean, whole, what


def dense_log_likelihood(fit: ts.Fit, data: pd.DataFrame, parameters: np.ndarray) -> float:
    """The sum of multivariate normal densities of whole clusters."""
    mean, covariance, names = moments_at(fit, parameters)
    total = 0.0
    for _, rows in data.groupby("cluster"):
        expected, spread, what = cluster_moments(names, mean, covariance, len(rows))
        seen = [rows[plain_name(name)].iloc[max(row, 0)] for name, row in what]
        total += multivariate_normal(expected, spread).logpdf(seen)
    return float(total)
