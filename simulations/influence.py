"""Simulation study: planted schools and rows, and false alarms where there are none.

    python simulations/influence.py --replicates 100 --seed 29 --workers 2

writes `influence_schools.csv`, `influence_rows.csv` and `influence_robust.csv` beside this file and
the tables of `docs/influence.md`. The same seed gives the same numbers whatever the number of
workers. 100 replicates take some half an hour on two slow cores. `--only` runs a part; the numbers
of the page are of 50 (schools), 40 (rows) and 100 (robust) replicates.
"""

from __future__ import annotations

import argparse
import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from page_tables import replace_tables  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.sensitivity import forward_search, influence, robust_two_stage  # noqa: E402

HERE = Path(__file__).resolve().parent
FILES = {name: HERE / f"influence_{name}.csv" for name in ("schools", "rows", "robust")}
PAGE = HERE.parent / "docs" / "influence.md"

SCHOOLS, N = 29, 440
LOADINGS = np.array([0.80, 0.75, 0.70, 0.70, 0.60])
PATH = 0.15
MODEL = "\n".join(
    f"{name} =~ {' + '.join(f'{name.lower()}{k}' for k in range(1, 6))}" for name in "AB"
)
MODEL += "\nB ~ A"
ICCS, SHIFTS = (0.0, 0.1), (0.0, 1.0, 2.0)
SHARES = (0.0, 0.02, 0.05)


def draw(rng: np.random.Generator, icc: float, path: float = PATH) -> pd.DataFrame:
    """Two constructs with five items each, of teachers in schools of unequal size."""
    weights = np.linspace(0.4, 1.6, SCHOOLS)
    school = np.sort(rng.choice(SCHOOLS, size=N, p=weights / weights.sum()))

    def clustered(count: int) -> np.ndarray:
        apart, together = rng.normal(size=(N, count)), rng.normal(size=(SCHOOLS, count))
        return np.sqrt(1.0 - icc) * apart + np.sqrt(icc) * together[school]

    first, second = clustered(2).T
    second = path * first + np.sqrt(1.0 - path**2) * second
    columns = {}
    for name, factor in (("a", first), ("b", second)):
        items = factor[:, None] * LOADINGS + clustered(5) * np.sqrt(1.0 - LOADINGS**2)
        columns |= {f"{name}{k + 1}": items[:, k] for k in range(5)}
    return pd.DataFrame(columns).assign(school=school)


def planted_school(rng: np.random.Generator, icc: float, shift: float) -> dict[str, Any]:
    """A school of middling size, both of whose constructs are shifted up by so many deviations."""
    frame = draw(rng, icc)
    sizes = frame["school"].value_counts()
    planted = int(sizes.index[len(sizes) // 2])
    own = frame["school"] == planted
    items = [name for name in frame if name != "school"]
    frame.loc[own, items] += shift * np.tile(LOADINGS, 2)
    fit = ts.sem(MODEL, frame, estimator="MLR", cluster="school", se="cluster_cr2")
    found = influence(fit)
    table, row = found.units, found.paths.loc["B~A"]
    return {
        "icc": icc,
        "shift": shift,
        "outlying": bool(table.loc[planted, "outlying"]),
        "others": int(table["outlying"].drop(planted).sum()),
        "first": table["cook"].idxmax() == planted,
        "first_of_path": table["B~A"].abs().idxmax() == planted,
        "turns": planted in row["turning"],
        "others_turn": len(set(row["turning"]) - {planted}),
    }


def planted_rows(rng: np.random.Generator, share: float) -> dict[str, Any]:
    """Rows far up on one construct and far down on the other: a search, and single rows."""
    frame = draw(rng, 0.0, 0.4).drop(columns="school")
    count = round(share * N)
    frame.iloc[:count, :5] += 2.5 * LOADINGS
    frame.iloc[:count, 5:] -= 2.5 * LOADINGS
    fit = ts.sem(MODEL, frame, estimator="MLR")
    search = forward_search(fit, start=0.7, n_starts=2, seed=int(rng.integers(2**31)))
    steps, last = search.steps, search.order.index[: max(count, 1)]
    rows = influence(fit, exact=0).units["outlying"]
    return {
        "share": share,
        "last": float((last < count).mean()) if count else np.nan,
        "jump_of_chisq": bool(steps["jumps"].str.contains("chisq").any()),
        "jump_of_path": bool(steps["jumps"].str.contains("B~A").any()),
        "outlying_planted": float(rows.iloc[:count].mean()) if count else np.nan,
        "outlying_others": float(rows.iloc[count:].mean()),
    }


def contaminated(rng: np.random.Generator, share: float, tuning: float) -> dict[str, Any]:
    """Coverage of the path by 95 % intervals, as usual and with robust moments."""
    frame = draw(rng, 0.0, 0.4).drop(columns="school")
    there = np.flatnonzero(rng.uniform(size=N) < share)
    frame.iloc[there] = rng.normal(scale=3.0, size=(len(there), 10))
    found = robust_two_stage(MODEL, frame, tuning=tuning, parameters=["B~A"])
    row = found.paths.loc["B~A"]
    true = 0.4  # the loadings of both first items are the same
    return {
        "share": share,
        "tuning": tuning,
        "usual": row["estimate"],
        "robust": row["estimate_robust"],
        "covered_usual": abs(row["estimate"] - true) < 1.96 * row["se"],
        "covered_robust": abs(row["estimate_robust"] - true) < 1.96 * row["se_robust"],
        "rejected_usual": found.classical.test().p_value < 0.05,
        "rejected_robust": found.robust.test().p_value < 0.05,
        "count_less": float((found.weights["weight"] < 1.0).mean()),
    }


TASKS = {"schools": planted_school, "rows": planted_rows, "robust": contaminated}
CELLS: dict[str, list[tuple[float, ...]]] = {
    "schools": list(product(ICCS, SHIFTS)),
    "rows": [(share,) for share in SHARES],
    "robust": list(product(SHARES, (0.05, 0.1))),
}


def one(task: str, seed: int, cell: int, replicate: int) -> dict[str, Any] | None:
    """One replicate of a cell; None where it failed."""
    place = list(TASKS).index(task)
    rng = np.random.default_rng([seed, place, cell, replicate])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return TASKS[task](rng, *CELLS[task][cell])  # type: ignore[operator]
        except ts.TpnSemError:
            return None


def run(task: str, replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """All replicates of all cells."""
    jobs = [(cell, k) for cell in range(len(CELLS[task])) for k in range(replicates)]
    with ProcessPoolExecutor(workers) as pool:
        found = list(pool.map(partial(one, task, seed), *zip(*jobs, strict=True), chunksize=4))
    return pd.DataFrame([row for row in found if row is not None])


def markdown(table: pd.DataFrame) -> str:
    """A table of numbers with two decimals."""
    head = f"| {' | '.join(table.columns)} |\n|{'---|' * len(table.columns)}\n"
    lines = [
        "| " + " | ".join("" if pd.isna(cell) else f"{cell:.2f}" for cell in row) + " |"
        for row in table.to_numpy(dtype=float)
    ]
    return head + "\n".join(lines)


def tables(found: dict[str, pd.DataFrame]) -> str:
    """All tables of the page."""
    parts = []
    for task, keys, title in (
        ("schools", ["icc", "shift"], "A planted school among 29 (shift 0: none is planted)"),
        ("rows", ["share"], "Planted rows"),
        ("robust", ["share", "tuning"], "The path .40 among rows of noise"),
    ):
        frame = found[task].astype(float)
        means = frame.groupby(keys).mean()
        means["replicates"] = frame.groupby(keys).size()
        parts.append(f"{title}:\n\n{markdown(means.reset_index())}")
    return "\n\n".join(parts)


def main() -> None:
    """Run what is asked for, write files, and the page with `--page`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--seed", type=int, default=29)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=list(TASKS))
    parser.add_argument("--page", action="store_true", help="write the page from the files only")
    asked = parser.parse_args()
    if not asked.page:
        for task in [asked.only] if asked.only else TASKS:
            run(task, asked.replicates, asked.seed, asked.workers).to_csv(FILES[task], index=False)
    found = {task: pd.read_csv(path) for task, path in FILES.items() if path.exists()}
    if len(found) == len(FILES):
        replace_tables(PAGE, tables(found))


if __name__ == "__main__":
    main()
