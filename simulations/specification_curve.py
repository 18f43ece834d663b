"""Simulation study: how often does the joint test of a specification curve reject what is true?

    python simulations/specification_curve.py --replicates 300 --seed 20 --workers 2 --page

writes `specification_curve.csv` beside this file and, with `--page`, the tables of
`docs/specification_curve.md`. The same seed gives the same numbers whatever the number of workers.
Conditions that stand in the file are not run again: delete it to begin anew. 300 take some 20
minutes on two slow cores.
"""

from __future__ import annotations

import argparse
import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
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
from tpn_sem.datasets import RURAL_SIZES, URBAN_SIZES  # noqa: E402
from tpn_sem.estimation import Estimation  # noqa: E402
from tpn_sem.redraws import Refitter  # noqa: E402
from tpn_sem.redraws.redraw import stack  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "specification_curve.csv"
PAGE = HERE.parent / "docs" / "specification_curve.md"

SIZES = (*RURAL_SIZES, *URBAN_SIZES)
SCHOOL = np.repeat(np.arange(len(SIZES)), SIZES)
RURAL = (len(RURAL_SIZES) > SCHOOL).astype(float)
LOADINGS = np.array((0.80, 0.75, 0.70, 0.60))
SHARES = (0.03, 0.07, 0.15, 0.40, 0.35)
ITEMS = {name: [f"{name.lower()}{k}" for k in range(1, 5)] for name in "XZY"}
MEASURED = {name: f"{name} =~ {' + '.join(items)}" for name, items in ITEMS.items()}
FLIPS, DEALS = 199, 99

# The path is zero; X and Z correlate by .5, and Z acts on Y with .5.
CONDITIONS: dict[str, dict[str, Any]] = {
    "teachers, ICC .05": {"icc": 0.05},
    "property of schools, ICC .09": {"icc": 0.09, "rural": True},
    "teachers, ICC .09": {"icc": 0.09},
}
STATISTICS = ("median", "share_dominant", "share_significant", "mean_z")


def draw(rng: np.random.Generator, icc: float) -> pd.DataFrame:
    """Five-point items of three factors; teachers of a school share a part of everything."""

    def normal(count: int) -> np.ndarray:
        apart = rng.normal(size=(len(SCHOOL), count))
        together = rng.normal(size=(len(SIZES), count))
        return np.sqrt(1.0 - icc) * apart + np.sqrt(icc) * together[SCHOOL]

    x, z, y = normal(3).T
    z = 0.5 * x + np.sqrt(0.75) * z
    y = 0.5 * z + np.sqrt(0.75) * y
    items = [_items(normal(4), own, name) for name, own in zip("XZY", (x, z, y), strict=True)]
    together = {name: answers for part in items for name, answers in part.items()}
    return pd.DataFrame(together).assign(school=SCHOOL, rural=RURAL, age=normal(1)[:, 0])


def _items(errors: np.ndarray, factor: np.ndarray, name: str) -> dict[str, np.ndarray]:
    responses = np.outer(factor, LOADINGS) + errors * np.sqrt(1.0 - LOADINGS**2)
    cut = 1.0 + np.searchsorted(ndtri(np.cumsum(SHARES)[:-1]), responses)
    return dict(zip(ITEMS[name], cut.T, strict=True))


def one(condition: dict[str, Any], stream: np.random.SeedSequence) -> list[dict[str, object]]:
    """P-values of one data set, by what is taken as independent."""
    rng = np.random.default_rng(stream)
    rural = condition.get("rural", False)
    data = draw(rng, condition["icc"])
    gaps = rng.random((len(data), 12)) < 0.02
    names = [item for own in ITEMS.values() for item in own]
    incomplete = data.assign(**data[names].mask(gaps))
    predictor = "rural" if rural else "X"
    measured = [line for name, line in MEASURED.items() if not (rural and name == "X")]
    model = "\n".join([*measured, f"Y ~ {predictor} + Z"])
    rows: list[dict[str, object]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        for word, cluster in (("signs of schools", "school"), ("signs of rows", None)):
            found = ts.specification_curve(
                model,
                incomplete,
                f"{predictor} -> Y",
                missing=["listwise", "fiml"],
                leave_out_items=["y4"],
                controls=["age"],
                cluster=cluster,
                permutations=FLIPS,
                seed=int(rng.integers(2**31)),
            )
            assert found.joint_test is not None
            p_values = found.joint_test.set_index("statistic")["p_value"]
            rows.append({"method": word, **p_values, "counted": found.summary["counted"].iloc[0]})
        rows += _dealt(model, data, predictor, rng)
    return rows


def _dealt(
    model: str, data: pd.DataFrame, predictor: str, rng: np.random.Generator
) -> list[dict[str, object]]:
    """The predictor dealt anew among rows, or within schools, or schools: p of the median."""
    block = ["rural"] if predictor == "rural" else ITEMS["X"]
    texts = [model, model.replace(" + y4", ""), model.replace(" + y3 ", " ")]
    fits = [ts.sem(text, data, fixed_x=False).estimation for text in texts]
    ways = {"rows": "dealt among rows"}
    ways |= {"schools": "dealt among schools"} if predictor == "rural" else {}
    ways |= {} if predictor == "rural" else {"within": "dealt within schools"}
    rows: list[dict[str, object]] = []
    for way, word in ways.items():
        orders = np.array([_order(way, rng) for _ in range(DEALS)])
        own = np.array([_path(fit, predictor) for fit in fits])
        dealt = np.column_stack([_refits(fit, block, orders, predictor) for fit in fits])
        more = np.abs(np.median(dealt, axis=1)) >= abs(np.median(own)) - 1e-12
        rows.append({"method": word, "median": (more.sum() + 1.0) / (DEALS + 1.0), "counted": 3})
    return rows


def _order(way: str, rng: np.random.Generator) -> np.ndarray:
    """Which row each row's predictor comes from; schools give theirs as a property."""
    if way == "rows":
        return rng.permutation(len(SCHOOL))
    if way == "within":
        return np.lexsort((rng.random(len(SCHOOL)), SCHOOL))
    first = np.cumsum([0, *SIZES[:-1]])
    return first[rng.permutation(len(SIZES))][SCHOOL]


def _place(estimation: Estimation, predictor: str) -> int:
    return estimation.names.index(f"Y~{predictor}")


def _path(estimation: Estimation, predictor: str) -> float:
    return float(estimation.parameters[_place(estimation, predictor)])


def _refits(
    estimation: Estimation, block: list[str], orders: np.ndarray, predictor: str
) -> np.ndarray:
    """The path where the block of the predictor was dealt anew, shape (deals,)."""
    sample = estimation.samples.groups[0]
    columns = [sample.names.index(name) for name in block]
    values, n = sample.rows.values, len(sample.rows)
    covariances, means = [], []
    for order in orders:
        dealt = values.copy()
        dealt[:, columns] = values[order][:, columns]
        covariances.append(np.cov(dealt.T, bias=True))
        means.append(dealt.mean(axis=0))
    whole = stack(sample, np.array(covariances), np.array(means), np.full(len(orders), float(n)))
    drawn = replace(estimation.samples, groups=(whole,))
    return np.asarray(Refitter(estimation).fit(drawn).values[:, _place(estimation, predictor)])


def run(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """A row per condition and method: share of p-values up to .05.

    Conditions that stand in the file with so many replicates are not run again.
    """
    rows = pd.read_csv(RESULTS).to_dict("records") if RESULTS.exists() else []
    done = {row["condition"] for row in rows if row["replicates"] == replicates}
    with ProcessPoolExecutor(workers) as pool:
        for case, (name, condition) in enumerate(CONDITIONS.items()):
            if name in done:
                continue
            streams = np.random.SeedSequence([seed, case]).spawn(replicates)
            found = pool.map(partial(one, condition), streams, chunksize=5)
            table = pd.DataFrame([row for part in found for row in part])
            for method, own in table.groupby("method", sort=False):
                rejected = (
                    own.reindex(columns=STATISTICS)
                    .le(0.05)
                    .where(own.reindex(columns=STATISTICS).notna())
                )
                rows.append(
                    {
                        "condition": name,
                        "method": method,
                        "replicates": len(own),
                        **rejected.astype(float).mean(),
                        "counted": own["counted"].mean(),
                    }
                )
            pd.DataFrame(rows).to_csv(RESULTS, index=False, float_format="%.6g")
            print(name, flush=True)
    return pd.DataFrame(rows)


def tables(results: pd.DataFrame) -> str:
    """The table of the page."""
    count = int(results["replicates"].iloc[0])
    head = ["predictor", "what changes", "median", "share of sign", "share significant", "mean z"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in results.to_dict("records"):
        numbers = ("–" if np.isnan(row[name]) else f"{row[name]:.3f}" for name in STATISTICS)
        lines.append("| " + " | ".join([row["condition"], row["method"], *numbers]) + " |")
    said = f"Share of {count} data sets with p ≤ .05 (29 schools, 440 teachers, {FLIPS} flips):"
    return f"{said}\n\n" + "\n".join(lines)


def main() -> None:
    """Run, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="write the tables of the page")
    asked = parser.parse_args()
    results = run(asked.replicates, asked.seed, asked.workers)
    if asked.page:
        replace_tables(PAGE, tables(results))
    print(tables(results))


if __name__ == "__main__":
    main()
