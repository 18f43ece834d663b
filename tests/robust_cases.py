"""Pupils with gaps and with classrooms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tpn_sem.datasets import holzinger_swineford_1939

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "visual =~ x1 + x2 + x3 + x4"
PUPILS = holzinger_swineford_1939()
ITEMS = [f"x{i}" for i in range(1, 10)]


def with_gaps(share: float = 0.15, seed: int = 3, columns: list[str] = ITEMS) -> pd.DataFrame:
    data = PUPILS.copy()
    hit = np.random.default_rng(seed).uniform(size=(len(data), len(columns))) < share
    data[columns] = data[columns].mask(hit)
    return data


def with_classes(count: int = 40, seed: int = 5) -> pd.DataFrame:
    data = PUPILS.copy()
    data["classroom"] = np.random.default_rng(seed).integers(0, count, len(data))
    return data
