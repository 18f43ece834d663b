"""Simulation study: what do 29 schools tell of paths within, between, and of contextual effects?

    python simulations/two_levels.py --replicates 400 --seed 20 --workers 2 --page

writes `two_levels.csv` beside this file and, with `--page`, the table of `docs/two_levels.md`. The
same seed gives the same numbers whatever the number of workers. Two factors with three items each,
at both levels with equal loadings; a data set takes some tenths of a second, 400 a condition some
ten minutes on one slow core.
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
from scipy.stats import t as student  # noqa: E402

import tpn_sem as ts  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "two_levels.csv"
PAGE = HERE.parent / "docs" / "two_levels.md"

LOADINGS = np.array((1.0, 0.9, 0.8))
WITHIN, BETWEEN = 0.3, 0.6  # true paths
CONDITIONS = [
    (schools, icc, points)
    for schools, icc in ((29, 0.05), (29, 0.15), (100, 0.05), (100, 0.15))
    for points in ((0, 5) if schools == 29 else (0,))
]
X, Y = (" + ".join([f"{s}1", f"l{s}2*{s}2", f"l{s}3*{s}3"]) for s in "xy")
TWO = f"""
level: 1
X =~ {X}
Y =~ {Y}
Y ~ w*X
level: 2
X =~ {X}
Y =~ {Y}
Y ~ b*X
{chr(10).join(f"{s}{k} ~~ 0*{s}{k}" for s in "xy" for k in (1, 2, 3))}
context := b - w
"""
ONE = f"X =~ {X}\nY =~ {Y}\nY ~ w*X"
TRUE = {"within": WITHIN, "between": BETWEEN, "contextual": BETWEEN - WITHIN}
NAMES = {"within": "w", "between": "b", "contextual": "context"}


def draw(rng: np.random.Generator, schools: int, icc: float, points: int) -> pd.DataFrame:
    """Some 15 teachers a school, unequally many; five points cut at -1.5, -.5, .5 and 1.5."""
    weights = rng.permutation(np.linspace(0.4, 1.6, schools))
    school = rng.choice(schools, size=15 * schools, p=weights / weights.sum())
    share = icc / (1.0 - icc)
    within = rng.normal(size=len(school))
    between = rng.normal(scale=share**0.5, size=schools)
    left = (1.0 - WITHIN**2) ** 0.5 * rng.normal(size=len(school))
    school_left = ((1.0 - BETWEEN**2) * share) ** 0.5 * rng.normal(size=schools)
    x = within + between[school]
    y = WITHIN * within + left + (BETWEEN * between + school_left)[school]
    columns = {}
    for name, factor in (("x", x), ("y", y)):
        for place, loading in enumerate(LOADINGS, start=1):
            value = loading * factor + 0.7 * rng.normal(size=len(factor))
            if points:
                value = np.digitize(value / 1.2, (-1.5, -0.5, 0.5, 1.5)) + 1.0
            columns[f"{name}{place}"] = value
    return pd.DataFrame({"school": school, **columns})


def analysed(data: pd.DataFrame) -> list[dict[str, object]]:
    """Estimates, errors and whether normal and Student's intervals have the truth."""
    schools = data["school"].nunique()
    rows: list[dict[str, object]] = []
    for how, options in (
        ("two levels", {}),
        ("two levels, variances from 0", {"bounds": "pos_var"}),
        ("two levels, MLR", {"estimator": "MLR"}),
    ):
        fit = ts.sem(TWO, data, cluster="school", **options)
        table = fit.estimates.set_index("label")
        for effect, name in NAMES.items():
            row = table.loc[name]
            row = row if isinstance(row, pd.Series) else row.iloc[0]
            usable = fit.converged and np.isfinite(row["se"])
            rows.append(_judged(how, effect, row["estimate"], row["se"], schools - 2, usable, fit))
    fit = ts.sem(ONE, data, cluster="school", se="cluster_cr2")
    row = fit.estimates.set_index("label").loc["w"]
    rows.append(
        _judged("one level, CR2", "within", row["estimate"], row["se"], schools - 2, True, fit)
    )
    return rows


def _judged(
    how: str, effect: str, estimate: float, error: float, df: int, usable: bool, fit: ts.Fit
) -> dict[str, object]:
    gap = abs(estimate - TRUE[effect])
    return {
        "method": how,
        "effect": effect,
        "estimate": estimate if usable else np.nan,
        "se": error if usable else np.nan,
        "normal": gap < 1.96 * error if usable else np.nan,
        "student": gap < student.ppf(0.975, df) * error if usable else np.nan,
        "usable": usable,
        "proper": fit.admissible,
    }


def one(seed: np.random.SeedSequence, condition: tuple[int, float, int]) -> pd.DataFrame:
    """What one data set says."""
    warnings.simplefilter("ignore")
    data = draw(np.random.default_rng(seed), *condition)
    return pd.DataFrame(analysed(data))


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
    for (method, effect), part in found.groupby(["method", "effect"], sort=False):
        truth = TRUE[str(effect)]
        rows.append(
            {
                "schools": condition[0],
                "icc": condition[1],
                "points": condition[2] or "continuous",
                "method": method,
                "effect": effect,
                "bias": part["estimate"].median() - truth,
                "spread": (part["estimate"].quantile(0.75) - part["estimate"].quantile(0.25))
                / 1.349,
                "median_se": part["se"].median(),
                "normal": part["normal"].mean(),
                "student": part["student"].mean(),
                "usable": part["usable"].mean(),
                "proper": part["proper"].mean(),
            }
        )
    return pd.DataFrame(rows)


def page(table: pd.DataFrame) -> str:
    """The table as the page has it."""
    head = ["schools", "ICC", "items", "method", "effect", "median bias", "spread", "median SE"]
    head += ["coverage, normal", "coverage, Student", "with an error", "proper"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in table.itertuples():
        numbers = (row.bias, row.spread, row.median_se, row.normal, row.student)
        cells = [str(row.schools), f"{row.icc:.2f}", f"{row.points}", row.method, row.effect]
        cells += [f"{value:.2f}" for value in numbers]
        cells += [f"{row.usable:.2f}", f"{row.proper:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write the table of the page")
    chosen = parser.parse_args()
    table = study(chosen.replicates, chosen.seed, chosen.workers)
    table.round(4).to_csv(RESULTS, index=False)
    if chosen.page:
        replace_tables(PAGE, page(table))


if __name__ == "__main__":
    main()
