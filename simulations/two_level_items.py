"""Simulation study: paths of ordinal items within schools and between them, by WLSMV.

    python simulations/two_level_items.py --replicates 300 --seed 21 --workers 2 --page

writes `two_level_items.csv` beside this file and, with `--page`, the table of
`docs/two_level_items.md`. The same seed gives the same numbers whatever the number of workers. A
factor of three items explains a fourth one at both levels; a data set takes half a second.
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
RESULTS = HERE / "two_level_items.csv"
PAGE = HERE.parent / "docs" / "two_level_items.md"

LOADINGS = np.array((1.0, 0.9, 0.8))
WITHIN, BETWEEN = 0.4, 0.8  # true paths
RESIDUAL = 0.05  # of items between schools
CUTS = {2: (0.2,), 4: (-1.2, 0.0, 1.2)}
CONDITIONS = [(50, 0.15, 4), (100, 0.15, 4), (200, 0.15, 4), (100, 0.15, 2), (100, 0.4, 4)]
ITEMS = "f =~ x1 + a*x2 + c*x3"
MODEL = f"level: 1\n{ITEMS}\ny ~ w*f\nlevel: 2\n{ITEMS}\ny ~ b*f\ncontext := b - w"


def draw(rng: np.random.Generator, schools: int, icc: float, points: int) -> pd.DataFrame:
    """Some 15 teachers a school, unequally many; a factor whose share between schools is icc."""
    weights = rng.permutation(np.linspace(0.4, 1.6, schools))
    school = rng.choice(schools, size=15 * schools, p=weights / weights.sum())
    within = rng.normal(size=len(school))
    between = rng.normal(scale=(icc / (1.0 - icc)) ** 0.5, size=schools)
    columns = {}
    effects = [(load, load) for load in LOADINGS] + [(WITHIN, BETWEEN)]
    for name, (one, two) in zip(("x1", "x2", "x3", "y"), effects, strict=True):
        own = rng.normal(scale=RESIDUAL**0.5, size=schools)
        value = one * within + (two * between + own)[school] + rng.normal(size=len(school))
        columns[name] = 1 + np.digitize(value, CUTS[points])
    return pd.DataFrame({"school": school, **columns})


def analysed(data: pd.DataFrame, icc: float) -> list[dict[str, object]]:
    """Estimates, errors and whether intervals have the truth."""
    rows: list[dict[str, object]] = []
    truth = {
        "path within": ("w", WITHIN),
        "path between": ("b", BETWEEN),
        "contextual": ("context", BETWEEN - WITHIN),
        "variance between": ("f~~f.l2", icc / (1.0 - icc)),
    }
    for how, nodes in (("as data need", None), ("21", 21)):
        try:
            fit = ts.sem(
                MODEL, data, cluster="school", ordered=["x1", "x2", "x3", "y"], nodes=nodes
            )
        except ts.TpnSemError:
            rows += [
                {"nodes": how, "effect": effect, "truth": t, "usable": False, "proper": False}
                for effect, (_, t) in truth.items()
            ]
            continue
        table = fit.estimates
        marked = table["level"].map({2: ".l2"}).fillna("")
        own = np.where(
            table["label"] != "", table["label"], table["lhs"] + table["op"] + table["rhs"] + marked
        )
        table = table.assign(own=own).drop_duplicates("own").set_index("own")
        p_value = fit.test().p_value if fit.converged else np.nan
        for effect, (name, value) in truth.items():
            row = table.loc[name]
            usable = fit.converged and bool(np.isfinite(row["se"]))
            inside = abs(row["estimate"] - value) < 1.96 * row["se"]
            rows.append(
                {
                    "nodes": how,
                    "effect": effect,
                    "truth": value,
                    "estimate": row["estimate"] if usable else np.nan,
                    "se": row["se"] if usable else np.nan,
                    "inside": float(inside) if usable else np.nan,
                    "rejected": float(p_value < 0.05) if usable else np.nan,
                    "usable": usable,
                    "proper": fit.admissible,
                }
            )
    return rows


def one(seed: np.random.SeedSequence, condition: tuple[int, float, int]) -> pd.DataFrame:
    """What one data set says."""
    warnings.simplefilter("ignore")
    data = draw(np.random.default_rng(seed), *condition)
    return pd.DataFrame(analysed(data, condition[1]))


def study(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """All conditions."""
    frames = []
    for place, condition in enumerate(CONDITIONS):
        seeds = np.random.SeedSequence([seed, place]).spawn(replicates)
        with ProcessPoolExecutor(workers) as pool:
            found = pd.concat(pool.map(partial(one, condition=condition), seeds, chunksize=4))
        frames.append(_summary(found, condition))
        print(frames[-1].to_string(), flush=True)
    return pd.concat(frames, ignore_index=True)


def _summary(found: pd.DataFrame, condition: tuple[int, float, int]) -> pd.DataFrame:
    rows = []
    for (nodes, effect), part in found.groupby(["nodes", "effect"], sort=False):
        quartiles = part["estimate"].quantile([0.25, 0.75])
        rows.append(
            {
                "schools": condition[0],
                "icc": condition[1],
                "categories": condition[2],
                "nodes": nodes,
                "effect": effect,
                "bias": part["estimate"].median() - part["truth"].iloc[0],
                "spread": (quartiles[0.75] - quartiles[0.25]) / 1.349,
                "median_se": part["se"].median(),
                "coverage": part["inside"].mean(),
                "rejected": part["rejected"].mean(),
                "usable": part["usable"].mean(),
                "proper": part["proper"].mean(),
            }
        )
    return pd.DataFrame(rows)


def page(table: pd.DataFrame) -> str:
    """The table as the page has it."""
    head = ["schools", "ICC", "categories", "nodes", "effect", "median bias", "spread", "median SE"]
    head += ["coverage", "test rejects", "with an error", "proper"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in table.itertuples():
        numbers = (row.bias, row.spread, row.median_se, row.coverage, row.rejected)
        cells = [str(row.schools), f"{row.icc:.2f}", f"{row.categories}", row.nodes, row.effect]
        cells += [f"{value:.3f}" for value in numbers]
        cells += [f"{row.usable:.2f}", f"{row.proper:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write the table of the page")
    chosen = parser.parse_args()
    table = study(chosen.replicates, chosen.seed, chosen.workers)
    table.round(4).to_csv(RESULTS, index=False)
    if chosen.page:
        replace_tables(PAGE, page(table))


if __name__ == "__main__":
    main()
