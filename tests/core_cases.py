"""Models fitted once for the tests of derivatives, constraints and equivalences."""

from __future__ import annotations

from functools import cache

import pandas as pd
from conftest import reference_data

import tpn_sem as ts

HOLZINGER = reference_data("HolzingerSwineford1939")
DEMOCRACY = reference_data("PoliticalDemocracy")
ITEMS = [f"x{place}" for place in range(1, 10)]
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = """
    ind60 =~ x1 + x2 + x3
    dem60 =~ y1 + a*y2 + b*y3 + c*y4
    dem65 =~ y5 + a*y6 + b*y7 + c*y8
    dem60 ~ ind60
    dem65 ~ ind60 + dem60
    y1 ~~ y5; y2 ~~ y4 + y6; y3 ~~ y7; y4 ~~ y8; y6 ~~ y8
"""
MIMIC = f"{THREE}\nspeed ~ visual + textual + sex\nvisual + textual ~ sex + ageyr\nx1 ~~ x4"
LOOP = "x1 ~ x2 + sex\nx2 ~ x1 + ageyr\nx3 ~ x1"
SCALAR = {"group": "school", "group_equal": ["loadings", "intercepts"]}

MODELS: dict[str, tuple[str, pd.DataFrame, dict]] = {
    "factors": (THREE, HOLZINGER, {}),
    "paths, equal loadings, means": (PATHS, DEMOCRACY, {"mean_structure": True}),
    "covariates": (MIMIC, HOLZINGER, {"mean_structure": True}),
    "a loop": (LOOP, HOLZINGER, {}),
    "groups": (THREE, HOLZINGER, SCALAR),
    "groups with covariates": (MIMIC, HOLZINGER, {"group": "school"}),
    "groups without means": (THREE, HOLZINGER, {"group": "school", "mean_structure": False}),
}


@cache
def fitted(name: str) -> ts.Fit:
    model, data, options = MODELS[name]
    return ts.Model(model).fit(data, **options)
