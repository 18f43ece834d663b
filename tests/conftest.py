"""Reference values and data that the tests share."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

REFERENCE = Path(__file__).parent / "reference"


@cache
def reference_data(name: str) -> pd.DataFrame:
    """A data set that lavaan was run on."""
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


@cache
def reference_case(name: str) -> dict:
    """lavaan's frozen values for one case."""
    return json.loads((REFERENCE / "lavaan" / f"{name}.json").read_text())


@pytest.fixture
def holzinger() -> pd.DataFrame:
    """301 pupils of two schools."""
    return reference_data("HolzingerSwineford1939").copy()


@pytest.fixture
def four_factors() -> pd.DataFrame:
    """20 simulated items of four factors."""
    return reference_data("simulated_four_factors").copy()
