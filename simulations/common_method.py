"""Simulation study: what models of common method make of a path, with and without any method.

    python simulations/common_method.py --replicates 100 --seed 7 --workers 2 --page

writes `common_method.csv` beside this file and, with `--page`, the tables of
`docs/common_method.md`. The same seed gives the same numbers whatever the number of workers. 100
replicates take some four minutes on two slow cores.
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

from tpn_sem.method_variance import CommonMethod, common_method  # noqa: E402

HERE = Path(__file__).resolve().parent
FILE, PAGE = HERE / "common_method.csv", HERE.parent / "docs" / "common_method.md"

N, FACTORS, N_ITEMS = 440, ("A", "B", "C"), 5
LOADINGS = np.array([0.80, 0.75, 0.70, 0.70, 0.60])
PATHS, CORRELATION = np.array([0.15, 0.30]), 0.30  # of A and B on C; of A and B
MARKER_LOADING = 0.70
CUTS = (-1.3, -0.6, 0.3, 1.2)
MODEL = "\n".join(
    f"{name} =~ {' + '.join(f'{name.lower()}{k}' for k in range(1, N_ITEMS + 1))}"
    for name in FACTORS
)
MODEL += "\nC ~ A + B"
METHODS = ("absent", "equal", "unequal")
ADMITTED = (
    "no method",
    "common method, equal",
    "common method, free",
    "marker factor, equal",
    "marker factor, free",
)


def draw(rng: np.random.Generator, method: str) -> pd.DataFrame:
    """Answers on five points: three constructs, a marker of three items, and a common method."""
    two = rng.multivariate_normal([0.0, 0.0], [[1.0, CORRELATION], [CORRELATION, 1.0]], N)
    explained = PATHS @ PATHS + 2.0 * PATHS[0] * PATHS[1] * CORRELATION
    third = two @ PATHS + np.sqrt(1.0 - explained) * rng.normal(size=N)
    traits = np.column_stack([two, third])
    count = len(FACTORS) * N_ITEMS + 3
    loads = np.concatenate([np.tile(LOADINGS, len(FACTORS)), np.full(3, MARKER_LOADING)])
    style = {
        "absent": np.zeros(count),
        "equal": np.full(count, 0.35),
        "unequal": rng.uniform(0.0, 0.70, count),
    }[method]
    causes = np.repeat(np.column_stack([traits, rng.normal(size=N)]), [N_ITEMS] * 3 + [3], axis=1)
    errors = rng.normal(size=(N, count)) * np.sqrt(1.0 - loads**2)
    latent = causes * loads + rng.normal(size=(N, 1)) * style + errors
    answers = np.digitize(latent / latent.std(axis=0), CUTS).astype(float) + 1.0
    names = [f"{name.lower()}{k}" for name in FACTORS for k in range(1, N_ITEMS + 1)]
    return pd.DataFrame(answers, columns=[*names, "m1", "m2", "m3"])


def replicate(task: tuple[int, str], seed: int) -> dict[str, Any]:
    """One data set: the path from A in each model, and what each comparison says."""
    number, method = task
    rng = np.random.default_rng([seed, METHODS.index(method), number])
    data = draw(rng, method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = common_method(MODEL, data, marker=["m1", "m2", "m3"], n_draws=1, seed=number)
    own = found.paths.loc["C~A"].droplevel("group")["standardized"]
    row: dict[str, Any] = {"method": method, "number": number}
    row |= {f"path {name}": own.get(name, np.nan) for name in ADMITTED}
    row["verdict"] = found.verdicts.loc["C~A", "verdict"].iloc[0]
    return row | said(found)


def said(found: CommonMethod) -> dict[str, Any]:
    """Whether each comparison says that there is method; NaN where it cannot."""
    models, tests = found.models, found.marker_tests
    states = {f"proper {name}": models.loc[name, "state"] == "proper" for name in ADMITTED[1:]}
    first = models.loc[ADMITTED[1]]
    negative = "Method~~Method" in str(first["reason"])
    equal = 0.0 if negative else float(first["p_diff"] < 0.10)  # one-sided: halved
    equal = equal if negative or first["state"] == "proper" else np.nan
    free = models.loc[ADMITTED[2]]
    marker = tests.loc["Baseline vs Method-C"]
    return {
        "says equal": equal,
        "says free": float(free["p_diff"] < 0.05) if free["state"] == "proper" else np.nan,
        "says marker": np.nan if marker["reason"] else float(marker["p_value"] < 0.05),
        "says Harman": float(found.single_factor["share"].iloc[0] > 0.5),
        **states,
    }


def tables(rows: pd.DataFrame) -> str:
    """The two tables of the page."""
    true = PATHS[0]
    lines = ["| method | " + " | ".join(ADMITTED) + " |", "|---" * (len(ADMITTED) + 1) + "|"]
    for method in METHODS:
        own = rows[rows["method"] == method]
        cells = [
            f"{own[f'path {name}'].mean() - true:+.3f} ({own[f'path {name}'].std():.3f}; "
            f"{own[f'path {name}'].notna().mean():.0%})"
            for name in ADMITTED
        ]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    lines += ["", "| method | equal | free | marker | Harman above .50 |", "|---|---|---|---|---|"]
    for method in METHODS:
        own = rows[rows["method"] == method]
        cells = [
            f"{own[f'says {name}'].mean():.2f} of {own[f'says {name}'].notna().sum()}"
            for name in ("equal", "free", "marker", "Harman")
        ]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Draw, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    tasks = [(number, method) for method in METHODS for number in range(given.replicates)]
    with ProcessPoolExecutor(given.workers) as pool:
        rows = pd.DataFrame(pool.map(partial(replicate, seed=given.seed), tasks))
    rows.to_csv(FILE, index=False, float_format="%.5f")
    text = tables(rows)
    print(text)
    if given.page:
        replace_tables(PAGE, text)


if __name__ == "__main__":
    main()
