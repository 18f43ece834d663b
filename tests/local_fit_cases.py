"""Fits that the tests of local fit share, by the names of the frozen cases."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts
from tpn_sem.local_tests import LocalFit, local_fit

WITNESS = json.loads((REFERENCE / "local_fit.json").read_text(encoding="utf-8"))

PUPILS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ANSWERS = "A =~ q1 + q2 + q3 + q4\nB =~ q5 + q6 + q7 + q8"
PLAIN = """
    ind60 =~ x1 + x2 + x3
    dem60 =~ y1 + y2 + y3 + y4
    dem65 =~ y5 + y6 + y7 + y8
    dem60 ~ ind60
    dem65 ~ ind60 + dem60
"""
DEMOCRACY = f"""{PLAIN}
    y1 ~~ y5
    y2 ~~ y4 + y6
    y3 ~~ y7
    y4 ~~ y8
    y6 ~~ y8
"""
CAUSES = f"{PUPILS}\nvisual ~ ageyr + sex\ntextual ~ visual + ageyr"
ITEMS = [f"q{place}" for place in range(1, 9)]

Case = tuple[str, str, dict[str, Any]]
CASES: dict[str, Case] = {
    "ml": (PUPILS, "HolzingerSwineford1939", {}),
    "ml_means": (PUPILS, "HolzingerSwineford1939", {"mean_structure": True}),
    "mlr": (PUPILS, "HolzingerSwineford1939", {"estimator": "MLR"}),
    "mlm": (PUPILS, "HolzingerSwineford1939", {"estimator": "MLM"}),
    "gls": (PUPILS, "HolzingerSwineford1939", {"estimator": "GLS"}),
    "wls": (PUPILS, "HolzingerSwineford1939", {"estimator": "WLS"}),
    "uls": (PUPILS, "HolzingerSwineford1939", {"estimator": "ULS"}),
    "groups_ml": (
        PUPILS,
        "HolzingerSwineford1939",
        {"group": "school", "group_equal": ["loadings", "intercepts"]},
    ),
    "groups_mlr": (
        PUPILS,
        "HolzingerSwineford1939",
        {"group": "school", "group_equal": ["loadings"], "estimator": "MLR"},
    ),
    "fiml_ml": (PUPILS, "hs_missing", {"missing": "fiml"}),
    "fiml_mlr": (PUPILS, "hs_missing", {"missing": "fiml", "estimator": "MLR"}),
    "wlsmv": (ANSWERS, "ordinal_five", {"ordered": ITEMS}),
    "ulsmv": (ANSWERS, "ordinal_five", {"ordered": ITEMS, "estimator": "ULSMV"}),
    "wlsmv_groups": (
        ANSWERS,
        "ordinal_five",
        {"ordered": ITEMS, "group": "location", "group_equal": ["loadings", "thresholds"]},
    ),
    "cluster": (PUPILS, "hs_clustered", {"cluster": "classroom"}),
    "democracy": (DEMOCRACY, "PoliticalDemocracy", {}),
    "plain": (PLAIN, "PoliticalDemocracy", {}),
    "causes": (CAUSES, "HolzingerSwineford1939", {}),
    "causes_mlr": (CAUSES, "HolzingerSwineford1939", {"estimator": "MLR"}),
}


@cache
def fitted(name: str) -> ts.Fit:
    """The fit of a case."""
    text, data, options = CASES[name]
    return quietly(ts.sem, text, reference_data(data), **options)


@cache
def local(name: str) -> LocalFit:
    """Its local fit."""
    return local_fit(fitted(name), level=0.9)
