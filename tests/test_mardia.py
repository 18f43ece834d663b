"""Multivariate skewness and kurtosis: psych's and semTools' values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.errors import DataError, OptionError

REFERENCE = Path(__file__).parent / "reference"
CASES: dict[str, Any] = json.loads((REFERENCE / "mardia.json").read_text())["cases"]


@pytest.mark.parametrize("name", CASES)
def test_it_is_that_of_others_but_for_their_divisor(name: str) -> None:
    """Mardia (1970) divides by n, psych and semTools by n - 1."""
    case = CASES[name]
    found = ts.mardia(pd.read_csv(REFERENCE / "data" / case["file"]), case["items"])
    n, p = case["n"], len(case["items"])
    ratio = (n - 1) / n
    skewness, kurtosis = found["value"] * [ratio**3, ratio**2]
    assert found.attrs["n"] == n
    for other in (case["psych"]["skewness"], case["semTools"]["skewness"][0]):
        assert skewness == pytest.approx(other, rel=1e-9)
    for other in (case["psych"]["kurtosis"], case["semTools"]["kurtosis"][0]):
        assert kurtosis == pytest.approx(other, rel=1e-9)
    assert n * skewness / 6 == pytest.approx(case["psych"]["chi_square"], rel=1e-9)
    assert found["df"].iloc[0] == case["semTools"]["skewness"][2]
    z = (kurtosis - p * (p + 2)) / np.sqrt(8 * p * (p + 2) / n)
    assert z == pytest.approx(case["psych"]["z"], rel=1e-9)


@pytest.mark.slow
def test_normal_rows_are_hardly_ever_rejected() -> None:
    generator = np.random.default_rng(7)
    tested = [
        ts.mardia(pd.DataFrame(generator.normal(size=(500, 3))).rename(columns=str))["p_value"]
        for _ in range(150)
    ]
    assert (np.array(tested) < 0.05).mean(axis=0) == pytest.approx(0.05, abs=0.045)


def test_it_says_what_it_cannot_test() -> None:
    rows = ts.datasets.holzinger_swineford_1939()
    with pytest.raises(DataError, match="too few"):
        ts.mardia(rows.head(4), ["x1", "x2", "x3"])
    with pytest.raises(DataError, match="constant"):
        ts.mardia(rows.assign(x2=3.0), ["x1", "x2", "x3"])
    with pytest.raises((DataError, OptionError)):
        ts.mardia(rows, [])
