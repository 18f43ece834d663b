"""Simulation study: intervals of reliability and HTMT, and rules of discriminant validity.

    python simulations/measurement_quality.py --replicates 500 --fewer 100 --seed 81 --workers 2

writes `measurement_quality_coverage.csv` and `measurement_quality_rules.csv` beside this file and
the tables of `docs/measurement_quality.md`. The same seed gives the same numbers whatever the
number of workers. Bootstraps and rules take longer: `--fewer` says how many replicates have these.
100 of all take some ten minutes on two slow cores.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from page_tables import replace_tables  # noqa: E402
from scipy.special import ndtri  # noqa: E402
from scipy.stats import norm, t  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.measurement_quality import reliability, validity  # noqa: E402

HERE = Path(__file__).resolve().parent
COVERAGE, RULES = HERE / "measurement_quality_coverage.csv", HERE / "measurement_quality_rules.csv"
PAGE = HERE.parent / "docs" / "measurement_quality.md"

# The population: latent responses with unit variance, cut into five answers.
SCHOOLS = 29
SIZES, ICCS = (200, 440), (0.0, 0.1)
LOADINGS = (0.80, 0.75, 0.70, 0.70, 0.60)
SHARES = (0.03, 0.07, 0.15, 0.35, 0.40)
CORRELATION = 0.5
CORRELATIONS = (0.5, 0.7, 0.8, 0.85, 0.9, 1.0)
DRAWS = 300
ITEMS = {name: [f"{name.lower()}{place + 1}" for place in range(5)] for name in ("A", "B")}
MODEL = "\n".join(f"{name} =~ {' + '.join(items)}" for name, items in ITEMS.items())
OPTIONS: dict[str, dict[str, Any]] = {
    "continuous": {"estimator": "MLR"},
    "ordinal": {"ordered": True},
}
COEFFICIENTS = {"continuous": ("alpha", "omega"), "ordinal": ("omega", "alpha", "ave")}


def draw_answers(
    rng: np.random.Generator, n: int, correlation: float, icc: float, schools: int = SCHOOLS
) -> pd.DataFrame:
    """Answers of teachers in schools of unequal size, which share `icc` of everything."""
    weights = np.linspace(0.4, 1.6, schools)
    school = np.sort(rng.choice(schools, size=n, p=weights / weights.sum()))

    def clustered(count: int) -> np.ndarray:
        apart, together = rng.normal(size=(n, count)), rng.normal(size=(schools, count))
        return np.sqrt(1.0 - icc) * apart + np.sqrt(icc) * together[school]

    first, second = clustered(2).T
    second = correlation * first + np.sqrt(1.0 - correlation**2) * second
    cuts = ndtri(np.cumsum(SHARES)[:-1])
    columns: dict[str, np.ndarray] = {}
    for items, factor in zip(ITEMS.values(), (first, second), strict=True):
        loadings = np.array(LOADINGS)
        latent = factor[:, None] * loadings + clustered(5) * np.sqrt(1.0 - loadings**2)
        columns |= dict(zip(items, 1 + np.searchsorted(cuts, latent).T, strict=True))
    return pd.DataFrame(columns).assign(school=school)


@cache
def true_values(kind: str) -> dict[str, float]:
    """What the methods give of a million independent rows."""
    rows = draw_answers(np.random.default_rng(0), 1_000_000, CORRELATION, 0.0)
    options = OPTIONS[kind] | ({"estimator": "ML"} if kind == "continuous" else {})
    fit = ts.cfa(MODEL, rows, **options)
    found = reliability(fit).loc["A"]
    pair = validity(fit, interval="delta", cutoffs=()).htmt_intervals.iloc[0]
    own = {name: float(found[name]) for name in COEFFICIENTS[kind]}
    return own | {name: float(pair[name]) for name in ("htmt", "htmt2")}


# Coverage ----------------------------------------------------------------------------------------


def coverage_of(
    kind: str, n: int, icc: float, bootstrap: bool, stream: np.random.SeedSequence
) -> dict[tuple[str, str], float]:
    """Whether each interval covers, in one data set: by quantity and method."""
    rng = np.random.default_rng(stream)
    data = draw_answers(rng, n, CORRELATION, icc)
    clusters = {"cluster": "school"} if icc else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        try:
            fit = ts.cfa(MODEL, data, **OPTIONS[kind], **clusters)
            found = dict(_covered(fit, kind))
            if bootstrap and kind == "continuous":
                found |= dict(_covered_by_bootstrap(fit, int(rng.integers(2**31))))
        except ts.TpnSemError as error:
            found = {("failed", str(error)[:40]): 1.0}
    return found


def _covered(fit: ts.Fit, kind: str) -> Iterator[tuple[tuple[str, str], float]]:
    truth = true_values(kind)
    quantile = float(t.ppf(0.975, SCHOOLS - 1) if fit.estimation.samples.cluster_labels else 0.0)
    quantile = quantile or float(norm.ppf(0.975))
    row = reliability(fit, interval="delta").loc["A"]
    rest = 1.0 - row
    for name in COEFFICIENTS[kind]:
        value, lower, upper = row[name], row[f"{name}_lower"], row[f"{name}_upper"]
        yield (name, "delta, log(1 - c)"), lower <= truth[name] <= upper
        margin = rest[name] * np.log((1.0 - lower) / rest[name])
        yield (name, "delta"), abs(value - truth[name]) <= margin
        yield (name, "bias"), value - truth[name]
        if fit.estimation.samples.cluster_labels:
            factor = np.exp(margin / rest[name] / quantile * norm.ppf(0.975))
            inside = 1.0 - rest[name] * factor <= truth[name] <= 1.0 - rest[name] / factor
            yield (name, "delta, log(1 - c), normal"), inside
    pair = validity(fit, interval="delta", cutoffs=()).htmt_intervals.iloc[0]
    for name in ("htmt", "htmt2"):
        value, upper = pair[name], pair[f"{name}_upper"]
        yield (name, "delta, log"), pair[f"{name}_lower"] <= truth[name] <= upper
        yield (name, "delta"), abs(value - truth[name]) <= value * np.log(upper / value)
        yield (name, "bias"), value - truth[name]


def _covered_by_bootstrap(fit: ts.Fit, seed: int) -> Iterator[tuple[tuple[str, str], float]]:
    truth = true_values("continuous")
    row = reliability(fit, interval="bootstrap", n_draws=DRAWS, seed=seed).loc["A"]
    for name in COEFFICIENTS["continuous"]:
        yield (name, "bootstrap"), row[f"{name}_lower"] <= truth[name] <= row[f"{name}_upper"]
    pair = validity(fit, interval="bootstrap", n_draws=1000, seed=seed, cutoffs=())
    ratios = pair.htmt_intervals.iloc[0]
    for name in ("htmt", "htmt2"):
        inside = ratios[f"{name}_lower"] <= truth[name] <= ratios[f"{name}_upper"]
        yield (name, "bootstrap"), inside


# Rules of discriminant validity ------------------------------------------------------------------


def rules_of(
    kind: str, n: int, correlation: float, wanted: bool, stream: np.random.SeedSequence
) -> dict[tuple[str, str], float]:
    """Whether each rule calls the two constructs distinct, in one data set, if that is wanted."""
    if not wanted:
        return {}
    rng = np.random.default_rng(stream)
    data = draw_answers(rng, n, correlation, 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        try:
            fit = ts.cfa(MODEL, data, cluster="school", **OPTIONS[kind])
            found = validity(fit, cutoffs=(1.0, 0.9, 0.8))
        except ts.TpnSemError as error:
            return {("failed", str(error)[:40]): 1.0}
    verdicts = found.verdicts[found.verdicts["construct_2"] != ""]
    shares = {
        (row.rule, "distinct"): float(row.supported)
        for row in verdicts.itertuples()
        if row.supported is not None
    }
    classes = found.correlations.iloc[0]
    for rule in ("ci", "chisq", "cfi"):
        for name in ("no problem", "marginal problem", "moderate problem", "severe problem"):
            shares[rule, name] = float(classes[f"{rule}_class"] == name)
    return shares


# Running -----------------------------------------------------------------------------------------


def run(
    task: Any, cells: list[tuple[Any, ...]], replicates: int, fewer: int, seed: int, pool: Any
) -> pd.DataFrame:
    """A row per cell, quantity and method: the mean over replicates, and how many there were."""
    rows = []
    for place, cell in enumerate(cells):
        streams = np.random.SeedSequence([seed, place]).spawn(replicates)
        flags = [number < fewer for number in range(replicates)]
        found = list(pool.map(partial(task, *cell), flags, streams, chunksize=5))
        done = pd.DataFrame(found)
        for key in done.columns:
            values = done[key].dropna().astype(float)
            rows.append((*cell, *key, values.mean(), len(values)))
    return pd.DataFrame(rows)


def table_of(frame: pd.DataFrame, index: list[str], column: str) -> str:
    """Shares in a table of markdown."""
    wide = frame.pivot_table(index=index, columns=column, values="share", sort=False)
    head = [*index, *(str(name) for name in wide.columns)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for key, row in wide.iterrows():
        cells = ["" if np.isnan(value) else f"{value:.2f}" for value in row]
        lines.append("| " + " | ".join([*(str(part) for part in key), *cells]) + " |")
    return "\n".join(lines)


def tables(coverage: pd.DataFrame, rules: pd.DataFrame) -> str:
    """What the page shows."""
    inside = coverage[~coverage["method"].isin(["bias"]) & (coverage["quantity"] != "failed")]
    distinct = rules[rules["outcome"] == "distinct"]
    classes = rules[rules["rule"].isin(["ci", "chisq", "cfi"]) & (rules["n"] == SIZES[-1])]
    classes = classes[classes["outcome"] != "distinct"]
    most, few = (int(frame["replicates"].max()) for frame in (coverage, rules))
    return "\n\n".join(
        [
            f"Coverage of 95 % intervals, {most} data sets a cell ({few} for bootstraps):",
            table_of(inside, ["kind", "n", "icc", "quantity"], "method"),
            f"Share of {few} data sets in which a rule calls constructs distinct, by correlation:",
            table_of(distinct, ["kind", "n", "rule"], "correlation"),
            f"Classes of Rönkkö & Cho (2022), {SIZES[-1]} rows, shares:",
            table_of(classes, ["kind", "rule", "outcome"], "correlation"),
        ]
    )


def main() -> None:
    """Simulate, and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--fewer", type=int, default=100)
    parser.add_argument("--seed", type=int, default=81)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=HERE)
    options = parser.parse_args()
    covered = list(product(OPTIONS, SIZES, ICCS))
    ruled = list(product(OPTIONS, SIZES, CORRELATIONS))
    with ProcessPoolExecutor(options.workers) as pool:
        many, few = options.replicates, min(options.fewer, options.replicates)
        coverage = run(coverage_of, covered, many, few, options.seed, pool)
        rules = run(rules_of, ruled, few, few, options.seed + 1, pool)
    coverage.columns = pd.Index(["kind", "n", "icc", "quantity", "method", "share", "replicates"])
    rules.columns = pd.Index(["kind", "n", "correlation", "rule", "outcome", "share", "replicates"])
    coverage.to_csv(options.folder / COVERAGE.name, index=False, float_format="%.6g")
    rules.to_csv(options.folder / RULES.name, index=False, float_format="%.6g")
    text = tables(coverage, rules)
    print(text)
    if options.folder == HERE:
        replace_tables(PAGE, text)


if __name__ == "__main__":
    main()
