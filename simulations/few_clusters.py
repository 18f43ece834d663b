"""Simulation study: standard errors and tests of fit for 440 teachers in 29 schools.

    python simulations/few_clusters.py --replicates 500 --seed 29 --workers 2
    python simulations/few_clusters.py --page

The first writes `few_clusters.csv` beside this file, the second writes `docs/few_clusters.md` from
it. The same seed gives the same numbers whatever the number of workers.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import tpn_sem as ts  # noqa: E402

HERE = Path(__file__).resolve().parent
TABLE = HERE / "few_clusters.csv"
TEXT = HERE / "few_clusters.template.md"
PAGE = HERE.parent / "docs" / "few_clusters.md"

# The population ----------------------------------------------------------------------------------

RURAL_SIZES = (4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19)
URBAN_SIZES = (8, 10, 12, 14, 15, 17, 18, 20, 21, 23, 26, 29, 32, 37)
SIZES = np.array(RURAL_SIZES + URBAN_SIZES)
IS_RURAL = np.repeat([1.0, 0.0], [len(RURAL_SIZES), len(URBAN_SIZES)])

ICCS = (0.0, 0.05, 0.15)
MISSING = ("none", "completely at random", "at random given location")
RATES = {"completely at random": (0.15, 0.15), "at random given location": (0.083, 0.27)}

# Factors are on a scale from 0 to 1: means, residual variances and what they depend on.
NPC_MEAN, NPC_VARIANCE, RURAL_ON_NPC = 0.80, 0.036, -0.06
KSSE_INTERCEPT, KSSE_VARIANCE, NPC_ON_KSSE, RURAL_ON_KSSE = 0.36, 0.026, 0.50, -0.02
# Items take the value 1 + 4 m on average; m depends on the factor and on the school.
SLOPES = {"npc": (0.70, 0.66, 0.62, 0.70, 0.64), "ksse": (0.68, 0.70, 0.64, 0.66)}
FLOOR, SCHOOL_MEAN, PRECISION, ITEM_RESIDUAL = 0.01, 0.80, 12.0, 0.022

MODEL = """
    NPC  =~ npc1 + npc2 + npc3 + npc4 + npc5
    KSSE =~ ksse1 + ksse2 + ksse3 + ksse4
    KSSE ~ NPC + rural
    NPC  ~ rural
"""
ITEMS = [f"{stem}{place + 1}" for stem, all_ in SLOPES.items() for place in range(len(all_))]


def true_values() -> dict[str, float]:
    """Values of the reported parameters, exact in the population and the same for every ICC."""
    values = {
        f"{stem}{place + 1}": slope / slopes[0]
        for stem, slopes in SLOPES.items()
        for place, slope in enumerate(slopes)
        if place > 0
    }
    values["KSSE ~ NPC"] = NPC_ON_KSSE * SLOPES["ksse"][0] / SLOPES["npc"][0]
    values["NPC ~ rural"] = RURAL_ON_NPC * 4.0 * SLOPES["npc"][0]
    return values


TRUE = true_values()
LOADINGS = [name for name in TRUE if "~" not in name]


def bounded(rng: np.random.Generator, mean: np.ndarray, variance: float) -> np.ndarray:
    """Beta variables with these means and, wherever the mean allows it, this variance."""
    precision = np.maximum(mean * (1.0 - mean) / variance - 1.0, 0.05)
    return rng.beta(mean * precision, (1.0 - mean) * precision)


def draw_items(
    rng: np.random.Generator, factor: np.ndarray, stem: str, school: np.ndarray, icc: float
) -> dict[str, np.ndarray]:
    """Five-point answers whose mean is linear in the factor and in an effect of the school.

    A beta variable with that mean is rounded up or down at random, so that the mean stays.
    """
    answers = {}
    for place, slope in enumerate(SLOPES[stem]):
        share = 1.0 - FLOOR - slope
        means = np.full(school.max() + 1, SCHOOL_MEAN)
        if icc > 0.0:
            means = bounded(rng, means, icc / (1.0 - icc) * ITEM_RESIDUAL / share**2)
        mean = FLOOR + slope * factor + share * means[school]
        value = 4.0 * rng.beta(PRECISION * mean, PRECISION * (1.0 - mean))
        lower = np.floor(value)
        answers[f"{stem}{place + 1}"] = 1.0 + lower + (rng.random(len(value)) < value - lower)
    return answers


def draw_survey(
    rng: np.random.Generator,
    icc: float,
    sizes: np.ndarray = SIZES,
    is_rural: np.ndarray = IS_RURAL,
) -> pd.DataFrame:
    """Answers of teachers in schools.

    Schools take the share `icc` of the variance of NPC given location, of what KSSE has beyond
    NPC, and of what each item has beyond its factor. All conditional means are linear, hence the
    linear factor model holds exactly, and the slope of KSSE on NPC is one within and between
    schools; all distributions are skewed and bounded.
    """
    school = np.repeat(np.arange(len(sizes)), sizes)
    rural = np.repeat(is_rural, sizes)

    def effects(variance: float) -> np.ndarray:
        return np.asarray(rng.uniform(-1.0, 1.0, len(sizes)) * (3.0 * icc * variance) ** 0.5)[
            school
        ]

    mean = NPC_MEAN + RURAL_ON_NPC * (rural - 0.5) + effects(NPC_VARIANCE)
    npc = bounded(rng, mean, (1.0 - icc) * NPC_VARIANCE)
    mean = KSSE_INTERCEPT + NPC_ON_KSSE * npc + RURAL_ON_KSSE * (rural - 0.5)
    ksse = bounded(rng, mean + effects(KSSE_VARIANCE), (1.0 - icc) * KSSE_VARIANCE)
    answers = draw_items(rng, npc, "npc", school, icc) | draw_items(rng, ksse, "ksse", school, icc)
    return pd.DataFrame({**answers, "rural": rural, "school": school})


def delete_answers(rng: np.random.Generator, survey: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The survey without 15 % of the answers; location and school are always known."""
    if kind == "none":
        return survey
    urban, rural = RATES[kind]
    rate = np.where(survey["rural"] == 1.0, rural, urban)
    kept = rng.random((len(survey), len(ITEMS))) >= rate[:, None]
    return survey.assign(**survey[ITEMS].where(kept))


# The analyses ------------------------------------------------------------------------------------

CLUSTERED = {"estimator": "MLR", "cluster": "school"}
METHODS: dict[str, dict[str, Any]] = {
    "ML": {},
    "ML, listwise": {"missing": "listwise"},
    "MLR": {"estimator": "MLR"},
    "MLR, cluster": CLUSTERED,
    "CR2": {**CLUSTERED, "se": "cluster_cr2"},
    "CR3": {**CLUSTERED, "se": "cluster_cr3"},
}
OF_MOMENTS = ("satorra_bentler", "mean_var_adjusted", "scaled_shifted", "peba", "pols")
TESTS: dict[str, tuple[str, ...]] = {
    "ML": ("standard", "swain", "bartlett"),
    "ML, listwise": ("standard",),
    "MLR": ("yuan_bentler_mplus", *OF_MOMENTS),
    "MLR, cluster": ("yuan_bentler_mplus", *OF_MOMENTS),
}


def methods_for(missing: str) -> list[str]:
    """The methods that are compared: listwise deletion only where it deletes something."""
    return [name for name in METHODS if missing != "none" or name != "ML, listwise"]


def tests_for(method: str) -> tuple[str, ...]:
    """The tests of fit of a method."""
    return TESTS.get(method, ())


def analyse(survey: pd.DataFrame, method: str, missing: str) -> dict[str, float]:
    """Estimates, errors, whether intervals cover, and p values of one fit."""
    options = {"missing": "listwise" if missing == "none" else "fiml"} | METHODS[method]
    fit = ts.Model(MODEL).fit(survey, **options)
    found = {"converged": float(fit.converged), "admissible": float(fit.admissible)}
    if not fit.converged:
        return found
    table = fit.estimates
    names = [
        row.rhs if row.op == "=~" else f"{row.lhs} ~ {row.rhs}"
        for row in table[["lhs", "op", "rhs"]].itertuples()
    ]
    rows = table.set_axis(names)[lambda frame: ~frame.index.duplicated()]
    for name, true in TRUE.items():
        row = rows.loc[name]
        found[f"estimate {name}"] = row["estimate"]
        found[f"se {name}"] = row["se"]
        found[f"covered {name}"] = float(row["ci_lower"] <= true <= row["ci_upper"])
    for name in tests_for(method):
        result = fit.test(name)
        found[f"p {name}"] = result.p_value
        found[f"ratio {name}"] = result.statistic / result.degrees_of_freedom
    return found


def replicate(seed: np.random.SeedSequence) -> list[dict[str, Any]]:
    """One survey of every condition, and every analysis of it."""
    warnings.simplefilter("ignore")
    rows = []
    conditions = list(product(ICCS, MISSING))
    for (icc, missing), child in zip(conditions, seed.spawn(len(conditions)), strict=True):
        rng = np.random.default_rng(child)
        survey = delete_answers(rng, draw_survey(rng, icc), missing)
        for method in methods_for(missing):
            found = analyse(survey, method, missing)
            rows.append({"icc": icc, "missing": missing, "method": method, **found})
    return rows


def run(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """All replicates, a row per condition, replicate and method."""
    seeds = np.random.SeedSequence(seed).spawn(replicates)
    if workers == 1:
        results = [replicate(item) for item in seeds]
    else:
        with ProcessPoolExecutor(workers) as pool:
            results = list(pool.map(replicate, seeds, chunksize=4))
    return pd.DataFrame([row for rows in results for row in rows])


# The summary -------------------------------------------------------------------------------------

Measure = tuple[str, str, float, float]  # quantity, measure, value, Monte Carlo standard error


def average(values: np.ndarray) -> tuple[float, float]:
    """A mean over replicates and its Monte Carlo standard error."""
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)


def jackknife(function: Callable[[np.ndarray], float], rows: np.ndarray) -> tuple[float, float]:
    """A function of the replicates and its Monte Carlo standard error, leaving out one at a time.

    Quenouille (1956); Tukey (1958).
    """
    others = [function(np.delete(rows, place, axis=0)) for place in range(len(rows))]
    spread = (len(rows) - 1) * np.mean((np.array(others) - np.mean(others)) ** 2)
    return function(rows), float(spread**0.5)


def error_ratio(rows: np.ndarray) -> float:
    """Average standard error over the standard deviation of the estimates, pooled over columns."""
    estimates, errors = np.split(rows, 2, axis=1)
    return float(errors.mean(0).mean() / estimates.std(0, ddof=1).mean())


def of_parameters(rows: pd.DataFrame, quantity: str, names: list[str]) -> Iterator[Measure]:
    """Bias, standard deviation, standard error and coverage; averages over the parameters."""
    estimates, errors, covered = (
        rows[[f"{kind} {name}" for name in names]].to_numpy()
        for kind in ("estimate", "se", "covered")
    )
    true = np.array([TRUE[name] for name in names])
    yield quantity, "relative bias", *average((estimates / true - 1.0).mean(1))
    deviations, mean_error = estimates.std(0, ddof=1).mean(), average(errors.mean(1))
    yield quantity, "empirical SD", float(deviations), np.nan
    yield quantity, "mean SE", *mean_error
    yield quantity, "SE / SD", *jackknife(error_ratio, np.hstack([estimates, errors]))
    yield quantity, "coverage", *average(covered.mean(1))


def of_tests(rows: pd.DataFrame, tests: list[str]) -> Iterator[Measure]:
    """Rejection rates at 5 %, and averages of the statistic over its degrees of freedom."""
    for test in tests:
        yield test, "rejection rate", *average((rows[f"p {test}"] < 0.05).to_numpy(float))
        yield test, "statistic / df", *average(rows[f"ratio {test}"].to_numpy())


def summarise_condition(rows: pd.DataFrame, method: str, missing: str) -> Iterator[Measure]:
    """All that is reported of one method in one condition."""
    yield "fit", "convergence rate", *average(rows["converged"].to_numpy())
    yield "fit", "proper solutions", *average(rows["admissible"].to_numpy())
    usable = rows[rows["converged"] == 1.0]
    yield from of_parameters(usable, "loadings", LOADINGS)
    for name in TRUE:
        if name not in LOADINGS:
            yield from of_parameters(usable, name, [name])
    yield from of_tests(usable, tests_for(method))


def summarise(results: pd.DataFrame, replicates: int, seed: int) -> pd.DataFrame:
    """The table that is written, a row per number."""
    rows = []
    for (icc, missing, method), part in results.groupby(["icc", "missing", "method"], sort=False):
        for measure in summarise_condition(part, method, missing):
            rows.append((icc, missing, method, *measure, replicates, seed))
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    "icc",
    "missing",
    "method",
    "quantity",
    "measure",
    "value",
    "mc_se",
    "replicates",
    "seed",
]


def check_population(seed: int, n_rows: int = 200_000) -> pd.DataFrame:
    """What one huge sample of small independent schools says of the population.

    Schools have five teachers each. Misfit is the Satorra-Bentler chi-square with clusters less
    its degrees of freedom, over n: an estimate of the discrepancy in the population, here times
    440, to be compared with the degrees of freedom.
    """
    rows = []
    for place, icc in enumerate(ICCS):
        rng = np.random.default_rng(np.random.SeedSequence([seed, place]))
        schools = n_rows // 5
        survey = draw_survey(rng, icc, np.full(schools, 5), np.arange(schools) % 2.0)
        fit = ts.Model(MODEL).fit(survey, **CLUSTERED)
        test = fit.test("satorra_bentler")
        excess = (test.statistic - test.degrees_of_freedom) / n_rows * 440.0
        found = [("misfit x 440", excess), ("degrees of freedom", test.degrees_of_freedom)]
        found += [("p value", test.p_value), ("skewness", survey[ITEMS].skew().mean())]
        found += [("item ICC", mean_icc(survey)), *population_values(fit)]
        found += [(f"share of answer {k}", (survey[ITEMS] == k).mean().mean()) for k in range(1, 6)]
        found += [("standardised loading", fit.standardized()["estimate"][: len(ITEMS)].mean())]
        rows += [
            (icc, "none", "population", name, "value", value, np.nan, n_rows, seed)
            for name, value in found
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def population_values(fit: ts.Fit) -> list[tuple[str, float]]:
    """Relative differences of the huge sample's estimates from the exact values."""
    table = fit.estimates
    loadings = table[(table["op"] == "=~") & table["free"]].set_index("rhs")["estimate"]
    paths = table[table["op"] == "~"].set_index(["lhs", "rhs"])["estimate"]
    return [
        ("loadings", float(np.mean([loadings[name] / TRUE[name] - 1.0 for name in LOADINGS]))),
        ("KSSE ~ NPC", float(paths["KSSE", "NPC"] / TRUE["KSSE ~ NPC"] - 1.0)),
        ("NPC ~ rural", float(paths["NPC", "rural"] / TRUE["NPC ~ rural"] - 1.0)),
    ]


def mean_icc(survey: pd.DataFrame) -> float:
    """ICC(1) of the items given location, averaged; schools of equal size."""
    shares = []
    for item in ITEMS:
        values = survey[item] - survey.groupby("rural")[item].transform("mean")
        schools = values.groupby(survey["school"])
        size = len(survey) / schools.ngroups
        within = schools.var(ddof=1).mean()
        between = schools.mean().var(ddof=1) - within / size
        shares.append(between / (between + within))
    return float(np.mean(shares))


# The page ----------------------------------------------------------------------------------------


def number(table: pd.DataFrame, key: Mapping[str, object], form: str) -> str:
    """A number of the table with its Monte Carlo error; a dash where there is none."""
    rows = table
    for column, value in key.items():
        rows = rows[rows[column] == value]
    if len(rows) == 0:
        return "–"
    return format(rows["value"].iloc[0], form)


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A table, first column left and the others right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def conditions_header(first: str) -> list[str]:
    """The columns of a table by condition: the ICC, and what is missing."""
    return [first, *(f"{SHORT[missing]} {icc:.2f}" for missing in MISSING for icc in ICCS)]


SHORT = {
    "none": "complete",
    "completely at random": "MCAR",
    "at random given location": "MAR",
}


def by_condition(table: pd.DataFrame, key: dict[str, object], form: str) -> list[str]:
    """A row of a table: the number in each condition."""
    return [
        number(table, {"icc": icc, "missing": missing, **key}, form)
        for missing in MISSING
        for icc in ICCS
    ]


def parameter_table(table: pd.DataFrame, quantity: str, measure: str, form: str) -> str:
    """One measure of one parameter by method and condition."""
    rows = []
    for method in METHODS:
        key = {"method": method, "quantity": quantity, "measure": measure}
        rows.append([method, *by_condition(table, key, form)])
    return markdown(conditions_header("method"), rows)


def bias_table(table: pd.DataFrame) -> str:
    """Relative bias; all methods but listwise deletion have the same estimates."""
    rows = []
    for method, label in (("ML", "full information"), ("ML, listwise", "listwise")):
        for quantity in ("loadings", "KSSE ~ NPC", "NPC ~ rural"):
            key = {"method": method, "quantity": quantity, "measure": "relative bias"}
            rows.append([f"{quantity}, {label}", *by_condition(table, key, "+.1%")])
    return markdown(conditions_header("parameter"), rows)


def test_table(table: pd.DataFrame, measure: str, form: str) -> str:
    """One measure of the tests of fit by condition."""
    rows = []
    for method, tests in TESTS.items():
        for test in tests:
            key = {"method": method, "quantity": test, "measure": measure}
            rows.append([f"`{test}`, {method}", *by_condition(table, key, form)])
    return markdown(conditions_header("test"), rows)


def convergence_table(table: pd.DataFrame) -> str:
    """Rates of convergence and of proper solutions."""
    rows = []
    for measure in ("convergence rate", "proper solutions"):
        for method in ("ML", "ML, listwise"):
            key = {"method": method, "quantity": "fit", "measure": measure}
            rows.append([f"{measure}, {method}", *by_condition(table, key, ".1%")])
    return markdown(conditions_header("rate"), rows)


def population_table(table: pd.DataFrame) -> str:
    """What the huge samples say of the population."""
    part = table[table["method"] == "population"]
    rows = []
    for name in part["quantity"].unique():
        values = [number(part, {"icc": icc, "quantity": name}, ".3f") for icc in ICCS]
        rows.append([LABELS.get(name, name), *values])
    return markdown(["", *(f"ICC {icc:.2f}" for icc in ICCS)], rows)


LABELS = {
    "loadings": "loadings, relative difference from the exact values",
    "KSSE ~ NPC": "KSSE ~ NPC, the same",
    "NPC ~ rural": "NPC ~ rural, the same",
}


def page(table: pd.DataFrame) -> str:
    """The page of the documentation, all of its numbers from the table."""
    text = TEXT.read_text(encoding="utf-8")
    studied = table[table["method"] != "population"]
    shown: dict[str, Callable[[], str]] = {
        "replicates": lambda: f"{studied['replicates'].iloc[0]}",
        "seed": lambda: f"{studied['seed'].iloc[0]}",
        "largest_error": lambda: f"{largest_error(studied):.3f}",
        "nominal_error": lambda: f"{(0.05 * 0.95 / studied['replicates'].iloc[0]) ** 0.5:.3f}",
        "population": partial(population_table, table),
        "bias": partial(bias_table, studied),
        "convergence": partial(convergence_table, studied),
        "rejection": partial(test_table, studied, "rejection rate", ".3f"),
        "statistic": partial(test_table, studied, "statistic / df", ".2f"),
    }
    for name, quantity in QUANTITIES.items():
        for measure, (label, form) in MEASURES.items():
            shown[f"{label}_{name}"] = partial(parameter_table, studied, quantity, measure, form)
    for name, function in shown.items():
        if f"{{{name}}}" in text:
            text = text.replace(f"{{{name}}}", function())
    return fill_ranges(text, studied)


QUANTITIES = {"loadings": "loadings", "within": "KSSE ~ NPC", "between": "NPC ~ rural"}
MEASURES = {"coverage": ("coverage", ".3f"), "SE / SD": ("ratio", ".2f")}


def largest_error(table: pd.DataFrame) -> float:
    """The largest Monte Carlo standard error of a coverage or rejection rate."""
    rates = table["measure"].isin(["coverage", "rejection rate"])
    return float(table.loc[rates, "mc_se"].max())


def fill_ranges(text: str, table: pd.DataFrame) -> str:
    """Replace ``[[method | quantity | measure | ICCs | missing | form]]`` by the range of values.

    ICCs and what is missing are lists with commas, or ``*`` for all.
    """
    parts = text.split("[[")
    for place in range(1, len(parts)):
        order, rest = parts[place].split("]]", 1)
        parts[place] = value_range(table, *(item.strip() for item in order.split("|"))) + rest
    return "".join(parts)


def value_range(
    table: pd.DataFrame,
    method: str,
    quantity: str,
    measure: str,
    iccs: str,
    missing: str,
    form: str,
) -> str:
    """The smallest and the largest value over conditions, or the one that both are."""
    names = {short: name for name, short in SHORT.items()}
    rows = table[
        (table["method"] == method)
        & (table["quantity"] == quantity)
        & (table["measure"] == measure)
    ]
    if iccs != "*":
        rows = rows[rows["icc"].isin([float(item) for item in iccs.split(",")])]
    if missing != "*":
        rows = rows[rows["missing"].isin([names[item.strip()] for item in missing.split(",")])]
    if len(rows) == 0:
        raise ValueError(f"no number for {method}, {quantity}, {measure}")
    low, high = (format(bound, form) for bound in (rows["value"].min(), rows["value"].max()))
    return low if low == high else f"{low} to {high}"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=29)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table is written")
    parser.add_argument(
        "--page", action="store_true", help="write the page from the table, without simulating"
    )
    return parser.parse_args(arguments)


def main() -> None:
    """Simulate and write the table; or write the page from it."""
    options = parse()
    if options.page:
        PAGE.write_text(page(pd.read_csv(options.out)), encoding="utf-8")
        return
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    population = check_population(options.seed)
    print(population_table(population), flush=True)
    results = run(options.replicates, options.seed, options.workers)
    studied = summarise(results, options.replicates, options.seed)
    table = pd.concat([population, studied], ignore_index=True)
    table.to_csv(options.out, index=False, float_format="%.6g")
    print(page(pd.read_csv(options.out)))
    print(f"{options.replicates} replicates in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
