"""Ladders that the tests of group comparisons share."""

from __future__ import annotations

from functools import cache

import pandas as pd
from conftest import reference_data

import tpn_sem as ts

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PUPILS = reference_data("HolzingerSwineford1939")
GRADES = PUPILS.assign(**{f"x{k}": pd.qcut(PUPILS[f"x{k}"], 4, labels=False) for k in range(1, 10)})
EFFECTS = "f =~ x1 + x2 + x3 + x4 + x5"


@cache
def pupils(partial: bool = True) -> ts.InvarianceLadder:
    return ts.invariance(THREE, PUPILS, group="school", partial=partial)
