"""The survey and the fits of variants."""

from __future__ import annotations

from functools import cache

import pandas as pd

import tpn_sem as ts
from tpn_sem.triangle import (
    Instrument,
)

INSTRUMENT = Instrument.numbered()
SATURATED = ("four factors", "additive", "partial mediation", "mastery", "exchange")


@cache
def survey(seed: int = 2020, missing: float = 0.0, size: float = 1.0) -> pd.DataFrame:
    return ts.datasets.teachers(seed=seed, missing=missing, size=size)
