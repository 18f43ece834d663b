"""Simulation study: full information beside estimates that come in steps, right and wrong models.

    python simulations/stepwise.py --replicates 500 --seed 11 --workers 2 --page

writes `stepwise.csv` beside this file and, with `--page`, the tables of `docs/second_opinions.md`.
The same seed gives the same numbers whatever the number of workers. 500 replicates take some ten
minutes on two slow cores.
"""

from __future__ import annotations

import argparse
import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from page_tables import replace_tables  # noqa: E402

import tpn_sem as ts  # noqa: E402

HERE = Path(__file__).resolve().parent
FILE, PAGE = HERE / "stepwise.csv", HERE.parent / "docs" / "second_opinions.md"

SIZES = (100, 300)
MODEL = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\ng ~ f\nh ~ g"
PATH = 0.5  # of f on g, and of g on h
LOADING, MARKER = 0.7, 1.0
ORDINAL = "the model, four categories"
TRUTHS = ("the model", "x3 ~~ x6", "h ~ f", ORDINAL)
CUTS = np.array([-0.8, 0.4, 1.4])  # in standard deviations: skewed answers
ESTIMATORS = {
    "full information": ts.sem,
    "after measurement": ts.structural_after_measurement,
    "equation by equation": ts.two_stage_least_squares,
}


def draw(rng: np.random.Generator, n: int, truth: str) -> pd.DataFrame:
    """Three factors of three items each, loadings 1, .7, .7, reliabilities .67 to .5."""
    f = rng.normal(size=n)
    g = PATH * f + np.sqrt(1.0 - PATH**2) * rng.normal(size=n)
    direct = 0.3 if truth == "h ~ f" else 0.0
    h = PATH * g + direct * f + np.sqrt(1.0 - PATH**2) * rng.normal(size=n)
    scale = np.array([MARKER, LOADING, LOADING])
    items = np.column_stack([np.outer(factor, scale) for factor in (f, g, h)])
    noise = 0.7 * rng.normal(size=(n, 9))
    if truth == "x3 ~~ x6":
        shared = np.sqrt(0.2) * rng.normal(size=n)
        noise[:, [2, 5]] = np.sqrt(0.29) * rng.normal(size=(n, 2)) + shared[:, None]
    answers = items + noise
    if truth == ORDINAL:
        answers = np.searchsorted(CUTS, answers / np.sqrt(np.tile(scale, 3) ** 2 + 0.49))
    return pd.DataFrame(answers, columns=[f"x{k}" for k in range(1, 10)])


def replicate(seed: np.random.SeedSequence, n: int, truth: str) -> list[dict[str, object]]:
    """What each estimator says of one sample."""
    warnings.simplefilter("ignore")
    data, rows = draw(np.random.default_rng(seed), n, truth), []
    for name, estimate in ESTIMATORS.items():
        options: dict[str, object] = {"ordered": True} if truth == ORDINAL else {}
        try:
            found = estimate(MODEL, data, **options)
        except ts.TpnSemError:
            continue
        if isinstance(found, ts.Fit) and not found.converged:
            continue
        own = found.estimates.loc["g ~ f"]
        row: dict[str, object] = {"truth": truth, "n": n, "estimator": name}
        row |= {"estimate": own["estimate"], "se": own["se"], "loading": found.coef["f=~x3"]}
        row["covers"] = bool(own["ci_lower"] <= PATH <= own["ci_upper"])
        if isinstance(found, ts.StructuralAfterMeasurement) and found.structural and found.test:
            row["plain_p"] = found.measures["pvalue"]
            row["p"] = found.test.p_value
        elif isinstance(found, ts.Fit):
            row["p"] = found.measures["pvalue_scaled" if options else "pvalue"]
        elif isinstance(found, ts.TwoStageLeastSquares):
            row["p"] = found.equations["p_adjusted"].min()
        rows.append(row)
    return rows


def summed(found: pd.DataFrame) -> pd.DataFrame:
    """A row per truth, size and estimator."""
    rows = []
    for (truth, n, estimator), part in found.groupby(["truth", "n", "estimator"], sort=False):
        rows.append(
            {
                "truth": truth,
                "n": n,
                "estimator": estimator,
                "fits": len(part),
                "path": part["estimate"].median(),
                "spread": part["estimate"].std(),
                "error": part["se"].median(),
                "covers": part["covers"].mean(),
                "loading of x3": part["loading"].median(),
                "rejects": (part["p"].dropna() < 0.05).mean(),
                "uncorrected": (part["plain_p"].dropna() < 0.05).mean(),
            }
        )
    return pd.DataFrame(rows)


def table(rows: pd.DataFrame) -> str:
    """The summary as a table of the page."""
    lines = ["| " + " | ".join(rows.columns) + " |", "|---" * len(rows.columns) + "|"]
    for row in rows.itertuples(index=False):
        cells = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row]
        lines.append("| " + " | ".join("" if cell == "nan" else cell for cell in cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run the study, or write its page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true")
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    with ProcessPoolExecutor(arguments.workers) as pool:
        for truth in TRUTHS:
            for n in SIZES:
                root = np.random.SeedSequence([arguments.seed, n, TRUTHS.index(truth)])
                seeds = root.spawn(arguments.replicates)
                task = partial(replicate, n=n, truth=truth)
                for part in pool.map(task, seeds, chunksize=10):
                    rows += part
    found = summed(pd.DataFrame(rows))
    found.to_csv(FILE, index=False)
    print(table(found))
    if arguments.page:
        replace_tables(PAGE, table(found))


if __name__ == "__main__":
    main()
