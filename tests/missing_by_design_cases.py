"""Data in which some variables are never observed together, or that have few rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

TWO_FACTORS = "F =~ a2 + a1 + a3 + a4\nG =~ b2 + b1 + b3 + b4\nG ~ F"


def two_booklets() -> tuple[str, pd.DataFrame]:
    """Two booklets of six items, four of them in both; 800 rows."""
    r = np.random.default_rng(1)
    n = 800
    factors = r.standard_normal((n, 2)) @ np.array([[1, 0.5], [0, 0.87]])
    names = ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"]
    columns = {
        name: 3 + 0.8 * factors[:, factor] + 0.6 * r.standard_normal(n)
        for name, factor in zip(names, [0] * 4 + [1] * 4, strict=True)
    }
    data, book = pd.DataFrame(columns), np.arange(n) % 2
    data.loc[book == 0, ["a4", "b4"]] = np.nan
    data.loc[book == 1, ["a1", "b1"]] = np.nan
    return TWO_FACTORS, data


def long_scale() -> tuple[str, pd.DataFrame]:
    """Thirty items of one factor, 25 rows, a tenth of the answers missing."""
    r = np.random.default_rng(3)
    n, p = 25, 30
    answers = 0.8 * r.normal(size=(n, 1)) + 0.6 * r.normal(size=(n, p))
    data = pd.DataFrame(answers, columns=[f"x{place}" for place in range(p)])
    return "f =~ " + " + ".join(data.columns), data.mask(r.random(data.shape) < 0.1)
