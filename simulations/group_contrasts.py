"""Simulation study: how often are locations said to differ, by which p-value?

    python simulations/group_contrasts.py --replicates 600 --seed 93 --workers 2 --page

writes `group_contrasts.csv` beside this file and, with `--page`, the tables of
`docs/group_contrasts.md`. The same seed gives the same numbers whatever the number of workers. The
model is small (two factors with four items each), so that a data set takes .4 seconds: 600 a
condition take a quarter of an hour on one slow core.
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

import tpn_sem as ts  # noqa: E402
from tpn_sem.groups.group_inference import taken_steps  # noqa: E402
from tpn_sem.numerics import adjusted_p_values  # noqa: E402
from tpn_sem.redraws import permuted_groups  # noqa: E402
from tpn_sem.resampling import permuted_scores, shares_beyond  # noqa: E402
from tpn_sem.results import scaled_contrasts  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "group_contrasts.csv"
PAGE = HERE.parent / "docs" / "group_contrasts.md"

N, SCHOOLS, CORRELATION, LEVEL = 440, 29, 0.5, 0.05
PERMUTATIONS = 399
LOADINGS = np.array((0.80, 0.75, 0.70, 0.60))
ITEMS = [f"{stem}{place}" for stem in "ab" for place in range(1, 5)]
MODEL = f"A =~ {' + '.join(ITEMS[:4])}\nB =~ {' + '.join(ITEMS[4:])}"
STEPS = ["configural", "metric", "scalar"]

# Schools of the first location, whether they are the smallest, ICC in each, difference of A's mean.
CONDITIONS: dict[str, dict[str, Any]] = {
    "15 and 14 schools alike": {"first": 15, "icc": (0.1, 0.1)},
    "8 small and 21 large schools": {"first": 8, "small": True, "icc": (0.1, 0.1)},
    "8 unlike and 21 similar schools": {"first": 8, "small": True, "icc": (0.2, 0.05)},
    "means of A differ by .4": {"first": 15, "icc": (0.1, 0.1), "gap": 0.4},
}
METHODS = ("naive", "clustered", "plain permutation", "studentised permutation")
WHAT = ("mean", "variance", "correlation", "residual variance", "metric", "scalar")


def draw(
    rng: np.random.Generator,
    first: int,
    icc: tuple[float, float],
    small: bool = False,
    gap: float = 0.0,
) -> pd.DataFrame:
    """Rows of eight items; schools of unequal size share a part of everything."""
    weights = np.linspace(0.4, 1.6, SCHOOLS)
    school = np.sort(rng.choice(SCHOOLS, size=N, p=weights / weights.sum()))
    order = np.arange(SCHOOLS) if small else rng.permutation(SCHOOLS)
    is_first = np.isin(np.arange(SCHOOLS), order[:first])
    share = np.where(is_first, *icc)[school]

    def normal(count: int) -> np.ndarray:
        apart, together = rng.normal(size=(N, count)), rng.normal(size=(SCHOOLS, count))
        return np.sqrt(1.0 - share)[:, None] * apart + np.sqrt(share)[:, None] * together[school]

    one, two = normal(2).T
    two = CORRELATION * one + np.sqrt(1.0 - CORRELATION**2) * two
    one = one + gap * is_first[school]
    common = np.hstack([np.outer(one, LOADINGS), np.outer(two, LOADINGS)])
    values = common + normal(8) * np.tile(np.sqrt(1.0 - LOADINGS**2), 2)
    location = np.where(is_first[school], "first", "second")
    return pd.DataFrame(values, columns=ITEMS).assign(school=school, location=location)


def one(name: str, stream: np.random.SeedSequence) -> pd.DataFrame:
    """P-values of one data set: a row per contrast or step, a column per method."""
    data = draw(np.random.default_rng(stream), **CONDITIONS[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        ladder = ts.invariance(MODEL, data, group="location", cluster="school", steps=STEPS)
        found = ts.group_inference(ladder, step="scalar", n_permutations=PERMUTATIONS, seed=1)
        plain = _plain(ladder)
    rows = []
    for table, kind in ((found.contrasts, "contrast"), (found.steps, "step")):
        for label, row in table.iterrows():
            rows.append(
                {
                    "what": _kind(str(label)) if kind == "contrast" else label,
                    "name": label,
                    "naive": row["p_naive"],
                    "clustered": row["p_clustered"],
                    "plain permutation": plain[kind, label],
                    "studentised permutation": row["p_permutation"],
                }
            )
    return pd.DataFrame(rows)


def _plain(ladder: ts.InvarianceLadder) -> pd.Series:
    """P-values of the same permutations where nothing is divided by its error."""
    found = {name: fit.estimation for name, fit in taken_steps(ladder).items()}
    contrasts = scaled_contrasts(found["scalar"])
    draws = permuted_groups(found["scalar"], None, None)
    scores = permuted_scores(found, {"scalar": contrasts}, draws, tested=True)
    generator = np.random.default_rng(1)
    values = np.array([scores.plain(draws.deal(generator)) for _ in range(PERMUTATIONS)])
    names = [("contrast", one) for one in contrasts.names] + [("step", one) for one in STEPS[1:]]
    sides = np.array([kind == "contrast" for kind, _ in names])
    return pd.Series(shares_beyond(values, scores.plain(draws.own), sides), index=names)


def _kind(name: str) -> str:
    left, operator, right = name.partition("~~")
    if not operator:
        return "mean"
    if left != right:
        return "correlation"
    return "variance" if len(left) == 1 else "residual variance"


def said(name: str, stream: np.random.SeedSequence) -> list[dict[str, Any]]:
    """Rejections of one data set."""
    found = one(name, stream)
    differs = found["name"] == "A~1" if "gap" in CONDITIONS[name] else found["name"] == ""
    rows: list[dict[str, Any]] = []
    contrasts = ~found["what"].isin(STEPS)
    for method in METHODS:
        p_values = found[method].to_numpy()
        adjusted = np.full(len(found), np.nan)
        adjusted[contrasts] = adjusted_p_values(p_values[contrasts], "holm")
        rejected = found.assign(rejected=p_values <= LEVEL, adjusted=adjusted <= LEVEL)
        for what, part in rejected[~differs].groupby("what", sort=False):
            rows.append({"what": what, "method": method, "share": part["rejected"].mean()})
        true = rejected[contrasts & ~differs]
        for column, label in (("rejected", "any, not adjusted"), ("adjusted", "any, Holm")):
            rows.append({"what": label, "method": method, "share": float(true[column].any())})
        if differs.any():
            for column, label in (("rejected", "mean of A"), ("adjusted", "mean of A, Holm")):
                share = float(rejected.loc[differs, column].iloc[0])
                rows.append({"what": label, "method": method, "share": share})
    return rows


def run(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """A row per condition, what is compared and method: the share that is rejected."""
    parts = []
    with ProcessPoolExecutor(workers) as pool:
        for case, name in enumerate(CONDITIONS):
            streams = np.random.SeedSequence([seed, case]).spawn(replicates)
            rows = [
                row
                for found in pool.map(partial(said, name), streams, chunksize=5)
                for row in found
            ]
            means = pd.DataFrame(rows).groupby(["what", "method"], sort=False)["share"].mean()
            parts.append(means.reset_index().assign(condition=name))
            print(name, flush=True)
    return pd.concat(parts)[["condition", "what", "method", "share"]]


def tables(results: pd.DataFrame, replicates: int) -> str:
    """The tables of the page."""
    error = np.sqrt(LEVEL * (1.0 - LEVEL) / replicates)
    parts = [
        f"Share that is rejected at {LEVEL:g}: {replicates} data sets a row, {N} teachers, "
        f"{SCHOOLS} schools, {PERMUTATIONS} permutations. A rate of .05 has a standard error of "
        f"{error:.3f} (less where a data set has several contrasts of a kind)."
    ]
    for name in CONDITIONS:
        rows = results[results["condition"] == name]
        wide = rows.pivot_table(index="what", columns="method", values="share", sort=False)
        lines = ["| " + " | ".join([name, *METHODS]) + " |", "|" + "---|" * (1 + len(METHODS))]
        for what, row in wide.iterrows():
            numbers = [f"{row[method]:.3f}" for method in METHODS]
            lines.append("| " + " | ".join([str(what), *numbers]) + " |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def main() -> None:
    """Run, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--replicates", type=int, default=600)
    parser.add_argument("--seed", type=int, default=93)
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
