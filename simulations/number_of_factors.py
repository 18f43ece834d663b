"""Simulation study: how often each rule finds the number of factors.

    python simulations/number_of_factors.py --replicates 100 --fewer 25 --seed 83 --workers 2

writes `number_of_factors.csv` beside this file and the tables of `docs/exploratory_factors.md`. The
same seed gives the same numbers whatever the number of workers. Polychoric correlations take
longer: `--fewer` says how many replicates have these. 100 take some ten minutes on two slow cores.
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
from scipy.special import ndtri  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.exploration.number_of_factors import number_of_factors  # noqa: E402

HERE = Path(__file__).resolve().parent
TABLE = HERE / "number_of_factors.csv"
PAGE = HERE.parent / "docs" / "exploratory_factors.md"

# The population: latent responses with unit variance, cut into five answers.
SCHOOLS, ICC = 29, 0.1
SIZES = (200, 440)
FACTORS = ((1, 0.0), (3, 0.3), (3, 0.6), (4, 0.3), (4, 0.6))  # how many, and their correlation
MINOR = 0.15  # of an item's variance that minor factors explain, in one more population
POPULATIONS = (*((*own, 0.0) for own in FACTORS), (3, 0.3, MINOR))
SUMMARIES = ("most rules", "they agree", "they agree and are right")
KEYS = ["kind", "n", "factors", "correlation", "minor"]
CELLS = (
    *((n, *own) for n, own in product(SIZES, POPULATIONS[:-1])),
    *((n, *POPULATIONS[-1]) for n in SIZES),
)
LOADINGS = (0.80, 0.75, 0.70, 0.70, 0.60)
SHARES = (0.03, 0.07, 0.15, 0.35, 0.40)
NULL_SAMPLES = {"pearson": 200, "polychoric": 100}


def draw_answers(
    rng: np.random.Generator, n: int, n_factors: int, correlation: float, minor: float
) -> pd.DataFrame:
    """Answers of teachers in schools of unequal size; five items a factor, one factor has ten.

    Thirty minor factors, each smaller than the one before, load anywhere (Tucker, Koopman & Linn,
    1969).
    """
    weights = np.linspace(0.4, 1.6, SCHOOLS)
    school = rng.choice(SCHOOLS, size=n, p=weights / weights.sum())

    def clustered(count: int) -> np.ndarray:
        apart, together = rng.normal(size=(n, count)), rng.normal(size=(SCHOOLS, count))
        return np.sqrt(1.0 - ICC) * apart + np.sqrt(ICC) * together[school]

    own, common = clustered(n_factors), clustered(1)
    factors = np.sqrt(1.0 - correlation) * own + np.sqrt(correlation) * common
    loadings = np.tile(LOADINGS, max(n_factors, 2))
    behind = np.repeat(np.arange(n_factors), len(loadings) // n_factors)
    latent = factors[:, behind] * loadings
    latent += clustered(len(loadings)) * np.sqrt(1.0 - loadings**2 - minor)
    if minor:
        small = rng.normal(size=(len(loadings), 30)) * 0.8 ** np.arange(30)
        small *= np.sqrt(minor / (small**2).sum(axis=1, keepdims=True))
        latent += clustered(30) @ small.T
    codes = 1.0 + np.searchsorted(ndtri(np.cumsum(SHARES)[:-1]), latent)
    return pd.DataFrame(codes, columns=[f"x{place + 1}" for place in range(len(loadings))])


def answers_of(
    kind: str,
    n: int,
    n_factors: int,
    correlation: float,
    minor: float,
    stream: np.random.SeedSequence,
) -> dict[str, float]:
    """Each rule's number in one data set, and the one that most counted rules say."""
    data = draw_answers(np.random.default_rng(stream), n, n_factors, correlation, minor)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        found = number_of_factors(
            data,
            correlations=kind,
            n_samples=NULL_SAMPLES[kind],
            seed=int(stream.generate_state(1)[0]),
        )
    said = found.table["n_factors"].astype(float).to_dict()
    agree = float(len(found.suggested) == 1)
    right = found.suggested[0] == n_factors
    return {
        **said,
        "most rules": float(found.suggested[0]),
        "they agree": agree,
        "they agree and are right": agree * right,
    }


def run(kind: str, replicates: int, seed: int, pool: Any) -> pd.DataFrame:
    """A row per data set: its population, and what each rule says."""
    parts = []
    for place, cell in enumerate(CELLS):
        streams = np.random.SeedSequence([seed, place]).spawn(replicates)
        task = partial(answers_of, kind, *cell)
        found = pd.DataFrame(list(pool.map(task, streams, chunksize=5)))
        own = pd.DataFrame([(kind, *cell)] * len(found), columns=KEYS)
        parts.append(own.join(found))
    return pd.concat(parts, ignore_index=True)


def summary(drawn: pd.DataFrame) -> pd.DataFrame:
    """A row per population and rule: share of right answers, mean error, share without one."""
    rows = []
    for cell, found in drawn.groupby(KEYS, sort=False):
        for rule, values in found.iloc[:, len(KEYS) :].items():
            if str(rule).startswith("they"):
                rows.append((*cell, rule, values.mean(), np.nan, 0.0, len(values)))
            else:
                away, none = values - cell[2], values.isna().mean()
                rows.append((*cell, rule, (away == 0).mean(), away.mean(), none, len(values)))
    names = [*KEYS, "rule", "right", "error", "none", "replicates"]
    found = pd.DataFrame(rows, columns=names)
    return found[found["none"] < 1.0]


def table_of(frame: pd.DataFrame, column: str, digits: int) -> str:
    """A row per rule, a column per population, in markdown; two sizes as "200 / 440"."""
    rules = list(dict.fromkeys(frame["rule"]))
    lines = ["| rule | " + " | ".join(map(_words, POPULATIONS)) + " |"]
    lines.append("|" + "---|" * (len(POPULATIONS) + 1))
    known = frame.set_index(["rule", "factors", "correlation", "minor", "n"])[column]
    for rule in rules:
        cells = [
            " / ".join(f"{known.get((rule, *own, n), np.nan):.{digits}f}" for n in SIZES)
            for own in POPULATIONS
        ]
        name = rule if rule in SUMMARIES else f"`{rule}`"
        lines.append("| " + " | ".join([name, *cells]) + " |")
    return "\n".join(lines)


def _words(population: tuple[int, float, float]) -> str:
    """A population at the head of a column."""
    n_factors, correlation, minor = population
    text = f"{n_factors}" if not correlation else f"{n_factors}, r = {correlation}"
    return f"{text}, minor factors" if minor else text


def tables(found: pd.DataFrame) -> str:
    """What the page shows."""
    parts = []
    for kind, own in found.groupby("kind", sort=False):
        count = int(own["replicates"].max())
        sizes = " / ".join(map(str, SIZES))
        parts += [
            f"Share of right answers, {kind} correlations, {count} data sets of {sizes} rows:",
            table_of(own, "right", 2),
        ]
        if kind == "pearson":
            whole = own[~own["rule"].str.startswith("they")]
            parts += ["Mean error, in factors:", table_of(whole, "error", 1)]
    return "\n\n".join(parts)


def main() -> None:
    """Simulate, and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--fewer", type=int, default=25)
    parser.add_argument("--seed", type=int, default=83)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=HERE)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers) as pool:
        drawn = pd.concat(
            [
                run("pearson", options.replicates, options.seed, pool),
                run("polychoric", min(options.fewer, options.replicates), options.seed, pool),
            ]
        )
    found = summary(drawn)
    found.to_csv(options.folder / TABLE.name, index=False, float_format="%.4g")
    text = tables(found)
    print(text)
    if options.folder == HERE:
        replace_tables(PAGE, text)


if __name__ == "__main__":
    main()
