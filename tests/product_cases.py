"""Models with latent products, their data and modsem's frozen values."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
from conftest import REFERENCE, quietly, reference_data
from scipy.integrate import quad
from scipy.stats import multivariate_normal

import tpn_sem as ts

FROZEN = json.loads((REFERENCE / "products.json").read_text())
CASES = tuple(FROZEN["models"])
METHODS = {
    "lms": "lms",
    "qml": "qml",
    "dblcent": "double_mean_centred",
    "rca": "residual_centred",
}
RESULTS = {(one["case"], METHODS[one["method"]]): one for one in FROZEN["results"]}
LATENT = ("lms", "qml")


def data_of(case: str) -> pd.DataFrame:
    """The rows that modsem was run on."""
    return reference_data(f"products_{case}").copy()


@cache
def fitted(case: str, method: str) -> ts.Fit:
    """A case by one method."""
    return quietly(ts.sem, FROZEN["models"][case], data_of(case), products=method)


def beside(case: str, method: str, fit: ts.Fit) -> pd.DataFrame:
    """Our estimates and errors beside modsem's, a row each parameter that both have."""
    theirs = {}
    for lhs, op, rhs, estimate, error in RESULTS[case, method]["estimates"]:
        theirs[lhs, op, rhs] = theirs[rhs, op, lhs] = estimate, error
    rows = []
    plain = method not in LATENT
    for row in fit.estimates[fit.estimates["free"]].itertuples():
        lhs, rhs = (name.replace(":", "") if plain else name for name in (row.lhs, row.rhs))
        estimate, error = theirs[lhs, row.op, rhs]
        rows.append((f"{lhs}{row.op}{rhs}", row.estimate, estimate, row.se, error))
    assert len(rows) == len(RESULTS[case, method]["estimates"])
    table = pd.DataFrame(rows, columns=["name", "ours", "theirs", "se", "se_theirs"])
    return table.set_index("name")


def rows_with_product(n: int, seed: int, gamma: float = 0.3) -> pd.DataFrame:
    """Rows of three factors with three items each, and a product of two of them."""
    draw = np.random.default_rng(seed)
    x, z = draw.multivariate_normal([0.0, 0.0], [[1.0, 0.3], [0.3, 1.0]], n).T
    y = 0.4 * x + 0.3 * z + gamma * x * z + 0.7 * draw.normal(size=n)
    columns = {}
    for name, factor in (("x", x), ("z", z), ("y", y)):
        for place in range(3):
            loading = 1.0 - 0.1 * place
            columns[f"{name}{place + 1}"] = loading * factor + 0.6 * draw.normal(size=n)
    return pd.DataFrame(columns)


MODEL = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\nY ~ X + Z + X:Z"


def by_integration(fit: ts.Fit, row: pd.Series) -> tuple[float, float, float]:
    """Log-density of a row, and mean and deviation of X given it, by adaptive integration over X.

    Of a model with Y ~ X + Z + X:Z, which is normal given X.
    """
    table = fit.estimates.set_index(["lhs", "op", "rhs"])["estimate"]

    def value(lhs: str, op: str, rhs: str = "") -> float:
        return float(table.get((lhs, op, rhs), table.get((rhs, op, lhs), 0.0)))

    items = list(row.index)
    loadings = np.array([[value(f, "=~", item) for f in "XZY"] for item in items])
    noise = np.diag([value(item, "~~", item) for item in items])
    levels = np.array([value(item, "~1") for item in items])
    var_x, cov, var_z = value("X", "~~", "X"), value("X", "~~", "Z"), value("Z", "~~", "Z")
    gamma = value("Y", "~", "X:Z")

    def density(x: float) -> float:
        slope = value("Y", "~", "Z") + gamma * x
        mean_z, left = cov / var_x * x, var_z - cov**2 / var_x
        mean = np.array([x, mean_z, value("Y", "~", "X") * x + slope * mean_z])
        spread = np.zeros((3, 3))
        spread[1, 1] = left
        spread[1, 2] = spread[2, 1] = slope * left
        spread[2, 2] = slope**2 * left + value("Y", "~~", "Y")
        among = loadings @ spread @ loadings.T + noise
        own = np.exp(-0.5 * x * x / var_x) / np.sqrt(2.0 * np.pi * var_x)
        return own * multivariate_normal.pdf(row, levels + loadings @ mean, among)

    def moment(power: int) -> float:
        found = quad(lambda x: x**power * density(x), -8.0, 8.0, epsrel=1e-11, limit=400)
        return float(found[0])

    total = moment(0)
    mean = moment(1) / total
    return float(np.log(total)), mean, float(np.sqrt(moment(2) / total - mean**2))
