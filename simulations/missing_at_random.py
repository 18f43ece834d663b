"""Simulation study: five-point items with missing answers, by four ways of estimating.

    python simulations/missing_at_random.py --replicates 200 --seed 11 --workers 2

writes `missing_at_random.csv` beside this file and the tables of `docs/ordinal_missing.md`. The
same seed gives the same numbers whatever the number of workers. The population is that of
`ordinal.py`; the condition "groups" has two groups and 100 schools.
"""

from __future__ import annotations

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from ordinal import (
    DIFFERENCE,
    HERE,
    ITEMS,
    LOADINGS,
    MODEL,
    PATH,
    SHARES,
)  # sets threads

import numpy as np  # isort: skip
import pandas as pd  # isort: skip
from scipy.stats import norm  # isort: skip

from page_tables import replace_tables

import tpn_sem as ts

TABLE = HERE / "missing_at_random.csv"
PAGE = HERE.parent / "docs" / "ordinal_missing.md"

CONDITIONS = (
    ("random", 440),
    ("random", 1000),
    ("completely", 440),
    ("completely", 1000),
    ("groups", 1000),
)
SCHOOLS, SCHOOL_VARIANCE = 100, 0.10
ANSWERED = ["npc1", "npc2", "npc3"]  # by everybody
OFTEN, SELDOM = 0.60, 0.05  # how often each other answer is missing, below and from a sum of 9
ONE_GROUP = "\n".join(MODEL.splitlines()[:4])
METHODS: dict[str, dict[str, Any]] = {
    "PML, complete pairs": {"estimator": "PML", "missing": "pairwise"},
    "PML, available cases": {"estimator": "PML", "missing": "available_cases"},
    "PML, doubly robust": {"estimator": "PML", "missing": "doubly_robust"},
    "WLSMV, pairwise": {"missing": "pairwise"},
}
GROUPS: dict[str, Any] = {
    "group": "group",
    "group_label": ["one", "two"],
    "group_equal": ["thresholds", "loadings"],
    "cluster": "school",
    "empty_categories": "collapse",
}
TRUE = {
    "threshold": float(norm.ppf(1.0 - SHARES["NPC"][-1])),
    "loading": LOADINGS["NPC"][3],
    "path": PATH,
    "difference": DIFFERENCE,
}


def draw_survey(rng: np.random.Generator, n: int, condition: str) -> pd.DataFrame:
    """Answers of n people, with gaps."""
    grouped = condition == "groups"
    school = np.arange(n) % SCHOOLS
    second = (school % 2) * grouped
    shared = SCHOOL_VARIANCE * grouped

    def factor() -> np.ndarray:
        """Scores with variance one that schools share in part."""
        of_schools = rng.normal(size=SCHOOLS)[school]
        return np.sqrt(shared) * of_schools + np.sqrt(1.0 - shared) * rng.normal(size=n)

    npc = factor() + DIFFERENCE * second
    ksse = PATH * npc + np.sqrt(1.0 - PATH**2) * factor()
    columns: dict[str, Any] = {}
    for name, scores in (("NPC", npc), ("KSSE", ksse)):
        cuts = norm.ppf(np.cumsum(SHARES[name])[:-1])
        for item, loading in zip(ITEMS[name], LOADINGS[name], strict=True):
            noise = np.sqrt(1.0 - loading**2) * rng.normal(size=n)
            columns[item] = 1 + np.searchsorted(cuts, loading * scores + noise)
    answers = pd.DataFrame(columns)
    others = [item for item in answers if item not in ANSWERED]
    low = answers["npc1"] + answers["npc2"] < 9
    gone = rng.uniform(size=(n, len(others))) < np.where(low, OFTEN, SELDOM)[:, None]
    if condition == "completely":  # the same gaps, of other people
        gone = gone[rng.permutation(n)]
    answers[others] = answers[others].mask(gone)
    return answers.assign(group=np.where(second, "two", "one"), school=school)


def analyse(survey: pd.DataFrame, condition: str, method: str) -> dict[str, float]:
    """Estimates, whether intervals cover, and the p value of one fit."""
    grouped = condition == "groups"
    model = ts.Model(MODEL if grouped else ONE_GROUP)
    try:
        fit = model.fit(survey, ordered=True, **(GROUPS if grouped else {}), **METHODS[method])
    except ts.TpnSemError:
        return {"converged": 0.0}
    if not fit.converged:
        return {"converged": 0.0}
    label = "one" if grouped else ""
    plain, standard = (
        table[table["group"] == label].set_index(["lhs", "op", "rhs"])
        for table in (fit.estimates, fit.standardized())
    )
    rows = {
        "threshold": plain.loc[("npc4", "|")].iloc[-1],
        "loading": standard.loc[("NPC", "=~", "npc4")],
        "path": standard.loc[("KSSE", "~", "NPC")],
    }
    if grouped:
        rows["difference"] = fit.estimates.set_index("lhs").loc["difference"]
    found = {"converged": 1.0, "p": fit.test().p_value}
    for name, row in rows.items():
        found[f"estimate {name}"] = row["estimate"]
        found[f"se {name}"] = row["se"]
        found[f"covered {name}"] = float(row["ci_lower"] <= TRUE[name] <= row["ci_upper"])
    return found


def replicate(seed: np.random.SeedSequence) -> list[dict[str, Any]]:
    """One survey of each condition through every method."""
    warnings.simplefilter("ignore")
    rows = []
    for (condition, n), child in zip(CONDITIONS, seed.spawn(len(CONDITIONS)), strict=True):
        survey = draw_survey(np.random.default_rng(child), n, condition)
        head = {"condition": condition, "n": n}
        rows += [{**head, "method": name, **analyse(survey, condition, name)} for name in METHODS]
    return rows


def run(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """All replicates, in their order."""
    seeds = np.random.SeedSequence(seed).spawn(replicates)
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(replicate, seeds, chunksize=2))
    return pd.DataFrame([row for part in parts for row in part])


def summarise(results: pd.DataFrame, replicates: int, seed: int) -> pd.DataFrame:
    """A row per condition, size and method."""
    rows = []
    for head, part in results.groupby(["condition", "n", "method"], sort=False):
        usable = part[part["converged"] == 1.0]
        row: dict[str, Any] = dict(zip(("condition", "n", "method"), head, strict=True))
        row |= {"replicates": replicates, "seed": seed, "failed": len(part) - len(usable)}
        for name, true in TRUE.items():
            estimates = usable[f"estimate {name}"]
            row[f"bias {name}"] = estimates.mean() - true
            row[f"deviation {name}"] = estimates.std()
            row[f"coverage {name}"] = usable[f"covered {name}"].mean()
            row[f"se ratio {name}"] = usable[f"se {name}"].mean() / estimates.std()
        row["rejects"] = (usable["p"] < 0.05).mean()
        rows.append(row)
    return pd.DataFrame(rows)


def tables(table: pd.DataFrame) -> str:
    """The tables of the page."""
    parts = []
    for title, kind, form in (
        ("Bias", "bias", "{:+.3f}"),
        ("Coverage of 95 % intervals", "coverage", "{:.3f}"),
        ("Deviation of the estimates", "deviation", "{:.3f}"),
        ("Mean standard error over the deviation", "se ratio", "{:.2f}"),
    ):
        parts += [f"### {title}", "", _markdown(table, [f"{kind} {name}" for name in TRUE], form)]
        parts += [""]
    parts += ["### Rejections of the true model at 5 %, and fits that failed", ""]
    parts += [_markdown(table, ["rejects", "failed"], "{:.3g}"), ""]
    return "\n".join(parts)


def _markdown(table: pd.DataFrame, names: list[str], form: str) -> str:
    heads = [name.split(" ")[-1] for name in names]
    lines = [
        "| missing | n | method | " + " | ".join(heads) + " |",
        "|---|---:|---|" + "---:|" * len(names),
    ]
    for row in table.to_dict("records"):
        cells = ["" if pd.isna(row[name]) else form.format(row[name]) for name in names]
        start = f"| {row['condition']} | {row['n']} | {row['method']} | "
        lines.append(start + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Simulate, and write the table and the page's tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    results = run(options.replicates, options.seed, options.workers)
    table = summarise(results, options.replicates, options.seed)
    table.to_csv(options.out, index=False, float_format="%.6g")
    text = tables(pd.read_csv(options.out))
    print(text)
    if options.out == TABLE:
        replace_tables(PAGE, text)


if __name__ == "__main__":
    main()
