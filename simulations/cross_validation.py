"""Simulation study: how often is the true model, or a wrong one, said to predict better?

    python simulations/cross_validation.py --replicates 200 --seed 92 --workers 2 --page

writes `cross_validation.csv` beside this file and, with `--page`, the tables of
`docs/cross_validation.md`. The same seed gives the same numbers whatever the number of workers. 200
take some twelve minutes on two slow cores.
"""

from __future__ import annotations

import argparse
import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from page_tables import replace_tables  # noqa: E402
from scipy.special import ndtri  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.cross_validation import CrossValidation, cross_validate  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "cross_validation.csv"
PAGE = HERE.parent / "docs" / "cross_validation.md"

N, SCHOOLS, ICC = 440, 29, 0.1
LOADINGS = np.array((0.80, 0.75, 0.70, 0.70, 0.60))
SHARES = (0.03, 0.07, 0.15, 0.35, 0.40)
FIRST, SECOND = ([f"{stem}{place}" for place in range(1, 6)] for stem in "ab")
PLUS_A, PLUS_B = " + ".join(FIRST), " + ".join(SECOND)
TWO = f"A =~ {PLUS_A}\nB =~ {PLUS_B}"
ONE = f"G =~ {PLUS_A} + {PLUS_B}"
MOVED_A = f"A =~ {' + '.join(FIRST[:4])}\nB =~ {PLUS_B} + a5"
MOVED_B = f"A =~ {PLUS_A} + b5\nB =~ {' + '.join(SECOND[:4])}"

# What is true, and two models: the first is the one that should be said to be better, if any.
CONDITIONS: dict[str, dict[str, Any]] = {
    "two factors (.5) or one": {"correlation": 0.5, "models": (TWO, ONE)},
    "two factors (.9) or one": {"correlation": 0.9, "models": (TWO, ONE)},
    "two factors (.95) or one": {"correlation": 0.95, "models": (TWO, ONE)},
    "one factor, or two (one parameter too many)": {"correlation": 1.0, "models": (ONE, TWO)},
    "equally wrong: a5 or b5 on the other factor": {
        "correlation": 0.5,
        "models": (MOVED_A, MOVED_B),
        "none": True,
    },
    "equivalent: A on B, or B on A": {
        "correlation": 0.5,
        "models": (f"{TWO}\nA ~ B", f"{TWO}\nB ~ A"),
        "none": True,
    },
}
WAYS: dict[str, dict[str, Any]] = {
    "rows, 10 folds": {"folds": 10},
    "schools, 10 folds": {"folds": 10, "by": "school"},
    "schools, each": {"folds": "leave_one_out", "by": "school"},
    "schools, 5 folds, ordinal": {"folds": 5, "by": "school", "ordered": True},
}


def draw(rng: np.random.Generator, correlation: float, cut: bool) -> pd.DataFrame:
    """Rows of ten items; schools of unequal size share a tenth of everything."""
    weights = np.linspace(0.4, 1.6, SCHOOLS)
    school = np.sort(rng.choice(SCHOOLS, size=N, p=weights / weights.sum()))

    def normal(count: int) -> np.ndarray:
        apart, together = rng.normal(size=(N, count)), rng.normal(size=(SCHOOLS, count))
        return np.sqrt(1.0 - ICC) * apart + np.sqrt(ICC) * together[school]

    first, second = normal(2).T
    second = correlation * first + np.sqrt(1.0 - correlation**2) * second
    common = np.hstack([np.outer(first, LOADINGS), np.outer(second, LOADINGS)])
    values = common + normal(10) * np.tile(np.sqrt(1.0 - LOADINGS**2), 2)
    if cut:
        values = 1.0 + np.searchsorted(ndtri(np.cumsum(SHARES)[:-1]), values)
    return pd.DataFrame(values, columns=[*FIRST, *SECOND]).assign(school=school)


def one(name: str, way: str, stream: np.random.SeedSequence) -> dict[str, float]:
    """What is said of one data set."""
    condition, options = CONDITIONS[name], dict(WAYS[way])
    ordinal = options.pop("ordered", False)
    data = draw(np.random.default_rng(stream), condition["correlation"], ordinal)
    if ordinal:
        options["ordered"] = [*FIRST, *SECOND]
    models = dict(zip(("true", "wrong"), condition["models"], strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        try:
            return _said(cross_validate(models, data, **options))
        except ts.TpnSemError:
            return {"failed": 1.0}


def _said(found: CrossValidation) -> dict[str, float]:
    row = found.comparisons.iloc[0]
    told = row["verdict"] == "predicts better"
    sign = 1.0 if row["first"] == "true" else -1.0
    bic = found.single_sample["bic"]
    return {
        "failed": 0.0,
        "first better": told and row["first"] == "true",
        "second better": told and row["first"] == "wrong",
        "can't tell": row["verdict"] == "can't tell",
        "no data can tell": row["verdict"] == "cannot be told apart by any data",
        "first has the smaller deviance": row["first"] == "true",
        "first has the smaller BIC": bic["true"] < bic["wrong"] if bic.notna().all() else np.nan,
        "difference": sign * row["difference"],
        "se": row["se"],
    }


def run(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """A row per condition and way."""
    cases = [(name, way) for name in CONDITIONS for way in WAYS]
    rows = []
    with ProcessPoolExecutor(workers) as pool:
        for case, (name, way) in enumerate(cases):
            streams = np.random.SeedSequence([seed, case]).spawn(replicates)
            found = pd.DataFrame(list(pool.map(partial(one, name, way), streams, chunksize=10)))
            means = found.astype(float).mean()
            means["sd of differences"] = found["difference"].astype(float).std()
            rows.append({"condition": name, "held out": way, **means})
            print(name, way, flush=True)
    return pd.DataFrame(rows)


SAID = [
    *("first better", "second better", "can't tell", "no data can tell"),
    *("first has the smaller deviance", "first has the smaller BIC"),
]


def tables(results: pd.DataFrame, replicates: int) -> str:
    """The tables of the page."""
    results = results.assign(ratio=results["se"] / results["sd of differences"])
    parts = [
        f"Share of {replicates} data sets ({N} rows, {SCHOOLS} schools, ICC {ICC:g}).",
        _table(results, SAID),
        "Mean difference of deviances (first less second), its standard deviation over data sets, "
        "and the mean standard error over that.",
        _table(results, ["difference", "sd of differences", "ratio"], 3),
    ]
    return "\n\n".join(parts)


def _table(rows: pd.DataFrame, columns: list[str], digits: int = 2) -> str:
    head = ["first or second", "held out", *columns]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows.to_dict("records"):
        same = row["condition"].startswith("equivalent")
        numbers = (
            "–" if np.isnan(row[name]) or (same and name == "ratio") else f"{row[name]:.{digits}f}"
            for name in columns
        )
        lines.append("| " + " | ".join([row["condition"], row["held out"], *numbers]) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--seed", type=int, default=92)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="write the tables of the page")
    asked = parser.parse_args()
    results = run(asked.replicates, asked.seed, asked.workers)
    results.to_csv(RESULTS, index=False, float_format="%.6g")
    if asked.page:
        replace_tables(PAGE, tables(results, asked.replicates))
    print(tables(results, asked.replicates))


if __name__ == "__main__":
    main()
