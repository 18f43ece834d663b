"""Simulation study: composites whose items' covariances are parameters, or taken as known.

    python simulations/composites.py --replicates 500 --seed 17

writes `composites.csv` beside this file; docs/agreement.md has its numbers. 500 replicates take
some two minutes on a slow core.
"""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import tpn_sem as ts  # noqa: E402

FILE = Path(__file__).resolve().parent / "composites.csv"
MODEL = """
c <~ x1 + x2 + x3
d <~ x4 + x5 + x6
f =~ x7 + x8 + x9
f ~ c + d
"""
WEIGHTS = np.array([1.0, 0.7, 0.4])
WITHIN, ACROSS, PATHS = 0.3, 0.4, (0.4, 0.2)  # correlations; of standardised composites
COUNTS = (100, 300)


def population() -> tuple[np.ndarray, dict[str, float]]:
    """Covariances of the nine items, and what they imply for the composites."""
    inside = np.full((3, 3), WITHIN) + (1.0 - WITHIN) * np.eye(3)
    shared = inside @ WEIGHTS
    deviation = float(np.sqrt(WEIGHTS @ shared))
    loading = shared / deviation
    composites = np.array([[1.0, ACROSS], [ACROSS, 1.0]])
    with_factor = composites @ np.array(PATHS)
    everything = np.zeros((9, 9))
    everything[:3, :3] = everything[3:6, 3:6] = inside
    everything[:3, 3:6] = ACROSS * np.outer(loading, loading)
    for place in (0, 1):
        everything[3 * place : 3 * place + 3, 6:] = with_factor[place] * 0.7 * loading[:, None]
    everything[6:, 6:] = 0.49 + 0.51 * np.eye(3)
    whole = np.triu(everything) + np.triu(everything, 1).T
    truth = {
        "c~~d": ACROSS * deviation**2,
        "c<~x2": WEIGHTS[1],
        "f~c": PATHS[0] / deviation * 0.7,
    }
    return whole, truth


def replicate(rng: np.random.Generator, n: int) -> list[dict[str, object]]:
    """What both ways say of one sample."""
    covariance, truth = population()
    drawn = rng.multivariate_normal(np.zeros(9), covariance, size=n)
    data = pd.DataFrame(drawn, columns=[f"x{k}" for k in range(1, 10)])
    rows = []
    for way in ("free", "fixed"):
        fit = ts.sem(MODEL, data, composites_cov=way)
        if not fit.converged:
            continue
        found = fit.estimates
        for name, value in truth.items():
            row = found[found["lhs"] + found["op"] + found["rhs"] == name].iloc[0]
            covers = bool(row["ci_lower"] <= value <= row["ci_upper"])
            rows.append({"n": n, "items": way, "parameter": name, "covers": covers})
        rejects = float(fit.measures["pvalue"]) < 0.05
        rows.append({"n": n, "items": way, "parameter": "test rejects", "covers": rejects})
    return rows


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=17)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    rows: list[dict[str, object]] = []
    for n in COUNTS:
        for seed in np.random.SeedSequence([arguments.seed, n]).spawn(arguments.replicates):
            rows += replicate(np.random.default_rng(seed), n)
    found = pd.DataFrame(rows).groupby(["n", "items", "parameter"], sort=False)["covers"]
    table = found.agg(["mean", "size"]).reset_index()
    table.to_csv(FILE, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
