"""Simulation study: five-point items as ordinal or as continuous, in two groups.

    python simulations/ordinal.py --replicates 400 --seed 5 --workers 2

writes `ordinal.csv` beside this file and the tables of `docs/ordinal_simulation.md`. The same seed
gives the same numbers whatever the number of workers.
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
from scipy.stats import norm  # noqa: E402

import tpn_sem as ts  # noqa: E402

HERE = Path(__file__).resolve().parent
TABLE = HERE / "ordinal.csv"
PAGE = HERE.parent / "docs" / "ordinal_simulation.md"

# The population: latent responses with unit variance in the first group.
SIZES = (200, 440, 1000)
LOADINGS = {"NPC": (0.68, 0.76, 0.80, 0.72, 0.60), "KSSE": (0.76, 0.84, 0.82, 0.78, 0.70)}
PATH, DIFFERENCE = 0.40, 0.30  # KSSE on NPC, standardised; mean of NPC in the second group
SHARES = {"NPC": (0.02, 0.05, 0.14, 0.42, 0.37), "KSSE": (0.03, 0.09, 0.25, 0.43, 0.20)}
ITEMS = {factor: [f"{factor.lower()}{i + 1}" for i in range(5)] for factor in LOADINGS}

MODEL = """
    NPC  =~ npc1 + npc2 + npc3 + npc4 + npc5
    KSSE =~ ksse1 + ksse2 + ksse3 + ksse4 + ksse5
    KSSE ~ NPC
    NPC ~ c(0, m)*1
    NPC ~~ c(v, w)*NPC
    difference := m / sqrt(v)
"""
METHODS: dict[str, dict[str, Any]] = {
    "WLSMV": {"ordered": True, "group_equal": ["thresholds", "loadings"]},
    "ULSMV": {"ordered": True, "group_equal": ["thresholds", "loadings"], "estimator": "ULSMV"},
    "MLR": {"estimator": "MLR", "group_equal": ["loadings", "intercepts"]},
}
TRUE = {"loading": 0.80, "path": PATH, "difference": DIFFERENCE}


def draw_survey(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Answers of n people, half of them in each group."""
    second = np.arange(n) % 2
    npc = rng.normal(size=n) + DIFFERENCE * second
    ksse = PATH * npc + np.sqrt(1.0 - PATH**2) * rng.normal(size=n)
    columns: dict[str, Any] = {"group": np.where(second, "two", "one")}
    for factor, scores in (("NPC", npc), ("KSSE", ksse)):
        cuts = norm.ppf(np.cumsum(SHARES[factor])[:-1])
        for name, loading in zip(ITEMS[factor], LOADINGS[factor], strict=True):
            noise = np.sqrt(1.0 - loading**2) * rng.normal(size=n)
            columns[name] = 1 + np.searchsorted(cuts, loading * scores + noise)
    return pd.DataFrame(columns)


def analyse(survey: pd.DataFrame, method: str) -> dict[str, float]:
    """Estimates, whether intervals cover, and p values of one fit."""
    options = {"empty_categories": "collapse"} | METHODS[method]
    try:
        fit = ts.Model(MODEL).fit(survey, group="group", group_label=["one", "two"], **options)
    except ts.TpnSemError:
        return {"converged": 0.0}
    if not fit.converged:
        return {"converged": 0.0}
    table = fit.standardized()
    own = table[table["group"] == "one"].set_index(["lhs", "op", "rhs"])
    defined = fit.estimates.set_index("lhs").loc["difference"]
    rows = {
        "loading": own.loc[("NPC", "=~", "npc3")],
        "path": own.loc[("KSSE", "~", "NPC")],
        "difference": defined,
    }
    found = {"converged": 1.0, "p": fit.test().p_value, "p peba": fit.test("peba").p_value}
    for name, row in rows.items():
        found[f"estimate {name}"] = row["estimate"]
        found[f"se {name}"] = row["se"]
        found[f"covered {name}"] = float(row["ci_lower"] <= TRUE[name] <= row["ci_upper"])
    for name in ("cfi_robust", "rmsea_robust"):
        found[name] = float(fit.measures.get(name, np.nan))
    return found


def replicate(seed: np.random.SeedSequence) -> list[dict[str, Any]]:
    """One survey of each size through every method."""
    warnings.simplefilter("ignore")
    rows = []
    for n, child in zip(SIZES, seed.spawn(len(SIZES)), strict=True):
        survey = draw_survey(np.random.default_rng(child), n)
        rows += [{"n": n, "method": name, **analyse(survey, name)} for name in METHODS]
    return rows


def run(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """All replicates, in their order."""
    seeds = np.random.SeedSequence(seed).spawn(replicates)
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(partial(replicate), seeds, chunksize=5))
    return pd.DataFrame([row for part in parts for row in part])


def summarise(results: pd.DataFrame, replicates: int, seed: int) -> pd.DataFrame:
    """A row per size and method."""
    rows = []
    for (n, method), part in results.groupby(["n", "method"], sort=False):
        usable = part[part["converged"] == 1.0]
        row: dict[str, Any] = {"n": n, "method": method, "replicates": replicates, "seed": seed}
        row["failed"] = len(part) - len(usable)
        for name, true in TRUE.items():
            estimates = usable[f"estimate {name}"]
            row[f"bias {name}"] = estimates.mean() / true - 1.0
            row[f"coverage {name}"] = usable[f"covered {name}"].mean()
            row[f"se ratio {name}"] = usable[f"se {name}"].mean() / estimates.std()
        row["rejects"] = (usable["p"] < 0.05).mean()
        row["rejects peba"] = (usable["p peba"] < 0.05).mean()
        row["cfi_robust"], row["rmsea_robust"] = usable[["cfi_robust", "rmsea_robust"]].mean()
        rows.append(row)
    return pd.DataFrame(rows)


def tables(table: pd.DataFrame) -> str:
    """The tables of the page."""
    parts = []
    for title, names, form in (
        ("Relative bias", [f"bias {name}" for name in TRUE], "{:+.1%}"),
        ("Coverage of 95 % intervals", [f"coverage {name}" for name in TRUE], "{:.3f}"),
        ("Mean standard error over the deviation", [f"se ratio {name}" for name in TRUE], "{:.2f}"),
        ("Rejections at 5 %", ["rejects", "rejects peba"], "{:.3f}"),
        ("Mean robust indices, and fits that failed", ["cfi_robust", "rmsea_robust", "failed"], ""),
    ):
        parts += [f"### {title}", "", _markdown(table, names, form), ""]
    return "\n".join(parts)


def _markdown(table: pd.DataFrame, names: list[str], form: str) -> str:
    heads = [name.split(" ", 1)[-1] if name in TRUE or " " in name else name for name in names]
    lines = ["| n | method | " + " | ".join(heads) + " |", "|---:|---|" + "---:|" * len(names)]
    for row in table.to_dict("records"):
        cells = [
            (form or ("{:.0f}" if name == "failed" else "{:.3f}")).format(row[name])
            for name in names
        ]
        lines.append(f"| {row['n']} | {row['method']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Simulate, and write the table and the page's tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    table = summarise(
        run(options.replicates, options.seed, options.workers), options.replicates, options.seed
    )
    table.to_csv(options.out, index=False, float_format="%.6g")
    text = tables(pd.read_csv(options.out))
    print(text)
    if options.out == TABLE:
        replace_tables(PAGE, text)


if __name__ == "__main__":
    main()
