"""The survey and the fits of variants."""

from __future__ import annotations

from functools import cache, partial

import pandas as pd

import tpn_sem as ts
from tpn_sem.triangle import (
    Instrument,
    study,
)

INSTRUMENT = Instrument.numbered()
quick_study = partial(study, scrutiny=False)
"""Without what is looked at closer, which takes longest; tests/test_scrutiny.py has that."""
SATURATED = ("four factors", "additive", "partial mediation", "mastery", "exchange")


@cache
def survey(seed: int = 2020, missing: float = 0.0, size: float = 1.0) -> pd.DataFrame:
    return ts.datasets.teachers(seed=seed, missing=missing, size=size)
