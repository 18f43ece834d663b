"""Full information of ordinal items: data, and the frozen values of OpenMx and ordinal."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts

FROZEN = json.loads((REFERENCE / "response_likelihood.json").read_text())
ALIKE = "\n".join(
    (
        "F =~ NA*l*y1 + l*y2 + l*y3 + l*y4",
        "F ~~ 1*F",
        *(f"y{k} | a*t1 + b*t2 + c*t3" for k in range(1, 5)),
        *(f"y{k} ~ NA*1" for k in range(2, 5)),
    )
)
FOUR = [f"y{k}" for k in range(1, 5)]


def fitted(case: str, **options: object) -> ts.Fit:
    """The model of a frozen case."""
    if case.startswith("alike"):
        link = case.removeprefix("alike_")
        return full(ALIKE, data_of("groups"), FOUR, link=link, **options)
    if case == "one_factor":
        return full("F =~ y1 + y2 + y3 + y4", data_of(case), FOUR, std_lv=True, **options)
    if case == "groups":
        equal = ["loadings", "thresholds", "intercepts"]
        return full("F =~ y1 + y2 + y3", data_of(case), FOUR[:3], group="g", group_equal=equal)
    text = "A =~ a1 + a2\nB =~ b1 + b2\nB ~ A + x\nA ~ x\nb2 ~ x"
    items = ["a1", "a2", "b1", "b2"]
    return full(text, data_of("two_factors"), items, missing="fiml", **options)


def full(text: str, data: pd.DataFrame, ordered: list[str], **options: object) -> ts.Fit:
    """A fit by full information."""
    return quietly(ts.sem, text, data, ordered=ordered, **{"estimator": "ML", **options})


def data_of(case: str) -> pd.DataFrame:
    """The rows that the other programs were run on."""
    return reference_data(f"response_{case}").copy()


def beside(case: str, fit: ts.Fit) -> pd.DataFrame:
    """Our estimates and errors beside the frozen ones, a row each parameter."""
    ours = {}
    for row in fit.estimates[fit.estimates["free"]].itertuples():
        mark = f".{row.group}" if row.group and row.op in ("~~", "~1") else ""
        rhs = f"{row.op}{row.rhs}" if row.op != "|" else f"|{row.rhs}"
        ours[f"{row.lhs}{rhs}{mark}"] = row.estimate, row.se
    rows = []
    for name, estimate, error in FROZEN[case]["estimates"]:
        key = name.replace("~~F_", "~~F.").replace("~1_", "~1.")
        for item in FOUR:
            key = key.replace(f"~~{item}_", f"~~{item}.")
        own = ours[key]
        rows.append((name, own[0], estimate, own[1], np.nan if error in (None, "NA") else error))
    table = pd.DataFrame(rows, columns=["name", "ours", "theirs", "se", "se_theirs"])
    return table.set_index("name")


def rows_of_factors(n: int, seed: int, gamma: float = 0.0) -> pd.DataFrame:
    """Rows of three factors with two or three categorical items each, and a predictor."""
    draw = np.random.default_rng(seed)
    age = np.round(draw.normal(size=n), 2)
    x, z = draw.multivariate_normal([0.0, 0.0], [[1.0, 0.3], [0.3, 1.0]], n).T
    x = x + 0.3 * age
    y = 0.4 * x + 0.3 * z + gamma * x * z + 0.7 * draw.normal(size=n)
    columns = {}
    for name, factor in (("x", x), ("z", z), ("y", y)):
        for place in range(3):
            response = (0.9 - 0.1 * place) * factor + 0.7 * draw.normal(size=n)
            columns[f"{name}{place + 1}"] = np.digitize(response, [-0.8, 0.3])
    return pd.DataFrame(columns).assign(age=age)
