"""Simulation study: groups of schools compared, by rows and by schools.

    python simulations/invariance.py --replicates 400 --seed 6 --workers 2

draws surveys and writes `invariance_*.csv` beside this file; `--page` puts them on the page
`docs/invariance.md`. The same seed gives the same numbers whatever the number of workers.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.datasets import teachers  # noqa: E402
from tpn_sem.groups.invariance import RULES, StepEvidence  # noqa: E402
from tpn_sem.specification import keys_of  # noqa: E402

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "invariance.md"
LOADINGS = {
    "NPC": (0.68, 0.76, 0.80, 0.72, 0.60),
    "KSSE": (0.76, 0.84, 0.82, 0.78, 0.70),
    "KS": (0.74, 0.82, 0.84, 0.76, 0.66),
    "KR": (0.70, 0.78, 0.80, 0.74, 0.62),
}
MODEL = "\n".join(
    f"{factor} =~ " + " + ".join(f"{factor.lower()}{k + 1}" for k in range(5))
    for factor in LOADINGS
)
POPULATION = (
    "\n".join(
        f"{factor} =~ " + " + ".join(f"{x}*{factor.lower()}{k + 1}" for k, x in enumerate(loadings))
        for factor, loadings in LOADINGS.items()
    )
    + "\nNPC ~~ .35*KSSE + .35*KS + .4*KR\nKSSE ~~ .5*KS + .35*KR\nKS ~~ .5*KR"
)
STEPS = ("metric", "scalar", "strict")
RULES_SHOWN = ("difference_test", "cheung_rensvold", "chen", "equivalence")
LEVEL, PERMUTATIONS = 0.05, 199
SCHOOLS, SIZES = (12, 29, 60), (220, 440, 880)
PLANTED = ("npc5", "ksse5", "kr3")


def draw_null(seed: int, n: int, schools: int, icc: float) -> pd.DataFrame:
    """Teachers of schools that differ, in two locations that do not."""
    frame = ts.simulate(POPULATION, n, seed=seed, clusters=schools, icc=icc, cluster="school")
    rural = np.random.default_rng(seed).permutation(schools)[: (schools + 1) // 2]
    names = frame["school"].drop_duplicates().to_numpy()
    return frame.assign(
        location=np.where(frame["school"].isin(names[rural]), "rural", "urban")
    ).sort_values("location", kind="stable", ignore_index=True)


# Error rates of the tests ------------------------------------------------------------------------


def test_errors(seed: np.random.SeedSequence) -> list[dict[str, Any]]:
    """Whether tests reject at 5 %, where no step and no contrast should be rejected."""
    warnings.simplefilter("ignore")
    rows = []
    for icc, child in zip((0.0, 0.1), seed.spawn(2), strict=True):
        survey = draw_null(int(child.generate_state(1)[0]), 440, 29, icc)
        ladder = ts.invariance(MODEL, survey, group="location", cluster="school")
        found = ts.group_inference(
            ladder, step="scalar", n_permutations=PERMUTATIONS, n_bootstrap=0, seed=1
        )
        parts = {name: found.steps.loc[name] for name in STEPS}
        means = found.contrasts[found.contrasts.index.str.match(r"[A-Z]+~1$")]
        for what, numbers in [
            *parts.items(),
            *(("latent mean", row) for _, row in means.iterrows()),
        ]:
            rejected = {
                name: float(numbers[f"p_{name}"] <= LEVEL)
                for name in ("naive", "clustered", "permutation")
            }
            rows.append({"icc": icc, "what": what, **rejected})
    return rows


def summarise_errors(results: pd.DataFrame) -> pd.DataFrame:
    """Rates of rejection."""
    grouped = results.groupby(["icc", "what"], sort=False)
    return grouped[["naive", "clustered", "permutation"]].mean().reset_index()


# False alarms of the rules -----------------------------------------------------------------------


def false_alarms(seed: np.random.SeedSequence) -> list[dict[str, Any]]:
    """What each rule says of ladders that hold, and what the search takes for exceptions."""
    warnings.simplefilter("ignore")
    rows = []
    conditions = [(n, schools) for n in SIZES for schools in SCHOOLS]
    for (n, schools), child in zip(conditions, seed.spawn(len(conditions)), strict=True):
        survey = draw_null(int(child.generate_state(1)[0]), n, schools, 0.1)
        for cluster in (None, "school"):
            row: dict[str, Any] = {"n": n, "schools": schools, "clusters": cluster is not None}
            options = {"group": "location", "cluster": cluster, "steps": ("configural", *STEPS[:2])}
            plain = ts.invariance(MODEL, survey, **options)
            seen = [evidence(plain, step) for step in STEPS[:2]]
            for name in RULES_SHOWN:
                row[name] = float(not all(RULES[name](item).holds for item in seen))
            found = ts.invariance(MODEL, survey, partial=ts.PartialSearch(always=True), **options)
            row["exceptions"] = float(bool(found.freed))
            rows.append(row)
    return rows


def evidence(ladder: ts.InvarianceLadder, step: str) -> StepEvidence:
    """What a rule sees of a step."""
    row, samples = ladder.table.loc[step], ladder.fits[step].estimation.samples.groups
    before = list(ladder.fits)[list(ladder.fits).index(step) - 1]
    sizes = [sample.size for sample in samples]
    return StepEvidence(
        step,
        before,
        *(float(row[name]) for name in ("chisq_diff", "df_diff", "p_diff")),
        *(float(row[f"delta_{name}"]) for name in ("cfi", "rmsea", "srmr", "mfi")),
        int(sum(sizes)),
        len(sizes),
        min(sizes) / sum(sizes),
    )


def summarise_alarms(results: pd.DataFrame) -> pd.DataFrame:
    """Shares of ladders, by condition."""
    grouped = results.groupby(["clusters", "n", "schools"], sort=False)
    return grouped[[*RULES_SHOWN, "exceptions"]].mean().reset_index()


# Planted non-invariance --------------------------------------------------------------------------

METHODS: dict[str, dict[str, Any]] = {
    "WLSMV": {
        "ordered": True,
        "missing": "pairwise",
        "empty_categories": "collapse",
        "steps": ("configural", "thresholds", "loadings", "intercepts"),
    },
    "WLSMV, forced": {
        "ordered": True,
        "missing": "pairwise",
        "empty_categories": "collapse",
        "steps": ("configural", "thresholds", "loadings", "intercepts"),
    },
    "FIML, rows": {"missing": "fiml", "steps": ("configural", "metric", "scalar")},
    "FIML, schools": {
        "missing": "fiml",
        "cluster": "school",
        "steps": ("configural", "metric", "scalar"),
    },
    "FIML, schools, forced": {
        "missing": "fiml",
        "cluster": "school",
        "steps": ("configural", "metric", "scalar"),
    },
}


def planted(seed: np.random.SeedSequence) -> list[dict[str, Any]]:
    """Which items a search takes for exceptions on the synthetic survey."""
    warnings.simplefilter("ignore")
    rows = []
    number = int(seed.generate_state(1)[0])
    for size in (1.0, 2.0):
        survey = teachers(seed=number, size=size)
        for method, options in METHODS.items():
            search = ts.PartialSearch(always=True, force="forced" in method)
            try:
                ladder = ts.invariance(MODEL, survey, group="location", partial=search, **options)
            except ts.TpnSemError:
                rows.append({"teachers": len(survey), "method": method, "failed": 1.0})
                continue
            keys = [wanted for text in ladder.freed for wanted in keys_of(text)]
            items = {rhs if operator == "=~" else lhs for lhs, operator, rhs in keys}
            others = items - set(PLANTED)
            row: dict[str, Any] = {"teachers": len(survey), "method": method, "failed": 0.0}
            row |= {name: float(name in items) for name in PLANTED}
            row["any other"] = float(bool(others))
            row["exactly these"] = float(all(row[name] for name in PLANTED) and not others)
            row["thresholds alone"] = float(row["ksse5"] and row["kr3"] and not others)
            rows.append(row)
    return rows


def summarise_planted(results: pd.DataFrame) -> pd.DataFrame:
    """Rates of detection."""
    columns = [*PLANTED, "any other", "thresholds alone", "exactly these", "failed"]
    return results.groupby(["teachers", "method"], sort=False)[columns].mean().reset_index()


# Running -----------------------------------------------------------------------------------------

Task = Callable[[np.random.SeedSequence], list[dict[str, Any]]]
STUDIES: dict[str, tuple[Task, Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "errors": (test_errors, summarise_errors, "{:.3f}"),
    "alarms": (false_alarms, summarise_alarms, "{:.2f}"),
    "planted": (planted, summarise_planted, "{:.2f}"),
}


def run(task: Task, replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """All replicates, in their order."""
    seeds = np.random.SeedSequence(seed).spawn(replicates)
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(task, seeds, chunksize=2))
    return pd.DataFrame([row for part in parts for row in part])


def markdown(table: pd.DataFrame, form: str) -> str:
    """A table of the page."""
    numbers = [name for name in table if table[name].dtype == float and name != "icc"]
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
    for row in table.to_dict("records"):
        cells = [form.format(row[name]) if name in numbers else str(row[name]) for name in table]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(name: str, table: pd.DataFrame, form: str) -> None:
    """Put a table between its marks on the page."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(begin)[0], page.split(end)[1]
    text = f"{before}{begin}\n\n{markdown(table, form)}\n\n{end}{after}"
    PAGE.write_text(text, encoding="utf-8")


def main() -> None:
    """Simulate, and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--study", choices=[*STUDIES, "all"], default="all")
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="write the page from the tables only")
    options = parser.parse_args()
    for name, (task, summarise, form) in STUDIES.items():
        if options.study not in (name, "all"):
            continue
        path = HERE / f"invariance_{name}.csv"
        if not options.page:
            found = run(task, options.replicates, options.seed, options.workers)
            summarise(found).to_csv(path, index=False, float_format="%.6g")
        table = pd.read_csv(path)
        print(markdown(table, form))
        if options.page:
            write(name, table, form)


if __name__ == "__main__":
    main()
