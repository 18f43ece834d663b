"""Simulation study: tests of fit of a model with more degrees of freedom than there are clusters.

    python simulations/wide_model.py --replicates 300 --seed 164

Twenty items of four factors (164 degrees of freedom) in the 29 schools of `few_clusters.py`, or
with `--factors 3` fifteen of three (87).
It prints how often each test of fit rejects the true model at the 5 % level.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from few_clusters import SIZES

import tpn_sem as ts

TESTS = (
    "satorra_bentler",
    "mean_var_adjusted",
    "scaled_shifted",
    "peba",
    "pols",
    "browne_residual_nt",
    "standard",
)
MODEL = [
    f"f{factor} =~ " + " + ".join(f"y{5 * factor + item}" for item in range(5))
    for factor in range(4)
]


def draw(generator: np.random.Generator, icc: float, categories: int) -> pd.DataFrame:
    """Rows of one survey: items with loadings .7, factors correlated .4, items that differ."""
    school = np.repeat(np.arange(len(SIZES)), SIZES)
    correlated = np.linalg.cholesky(np.full((4, 4), 0.4) + 0.6 * np.eye(4))
    factors = generator.standard_normal((len(school), 4)) @ correlated.T
    within = 0.7 * np.repeat(factors, 5, axis=1)
    within += np.sqrt(0.51) * generator.standard_normal((len(school), 20))
    # Schools differ in the same factors and in each item, so that the model holds in total.
    between = 0.7 * np.repeat(generator.standard_normal((len(SIZES), 4)) @ correlated.T, 5, axis=1)
    between += np.sqrt(0.51) * generator.standard_normal((len(SIZES), 20))
    values = np.sqrt(1.0 - icc) * within + np.sqrt(icc) * between[school]
    if categories:
        values = np.digitize(values, np.linspace(-1.8, 0.9, categories - 1)).astype(float)
    names = [f"y{item}" for item in range(20)]
    return pd.DataFrame(values, columns=names).assign(school=school)


def p_values(data: pd.DataFrame, model: str) -> dict[str, float]:
    """Of all tests for one survey; NaN where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = ts.cfa(model, data, estimator="MLR", cluster="school")
    found = {}
    for test in TESTS:
        try:
            found[test] = fit.test(test).p_value
        except ts.TpnSemError:
            found[test] = float("nan")
    return found


def main() -> None:
    """Print the table of rejections."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--seed", type=int, default=164)
    parser.add_argument("--factors", type=int, default=4, choices=(1, 2, 3, 4))
    asked = parser.parse_args()
    model = "\n".join(MODEL[: asked.factors])
    rows = {}
    for icc in (0.0, 0.05, 0.15):
        for categories in (0, 5):
            streams = np.random.SeedSequence(asked.seed).spawn(asked.replicates)
            draws = [draw(np.random.default_rng(one), icc, categories) for one in streams]
            table = pd.DataFrame([p_values(one, model) for one in draws])
            kind = f"{categories} answers" if categories else "normal"
            rows[icc, kind] = (table < 0.05).mean()
            print(pd.DataFrame({(icc, kind): rows[icc, kind], "known": table.notna().mean()}))
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
