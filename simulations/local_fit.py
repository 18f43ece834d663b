"""Simulation study: do tests of local fit keep their level, and do they find what is planted?

    python simulations/local_fit.py --replicates 500 --seed 91 --workers 2 --page

writes `local_fit.csv` beside this file and, with `--page`, the tables of `docs/local_fit.md`. The
same seed gives the same numbers whatever the number of workers. 500 take some ten minutes on two
slow cores.
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
from scipy.special import chdtrc, ndtri  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.local_tests import LocalFit, local_fit  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "local_fit.csv"
PAGE = HERE.parent / "docs" / "local_fit.md"

# The population: two factors that correlate by .5, five items each with variance 1.
LOADINGS = np.array((0.80, 0.75, 0.70, 0.70, 0.60))
SHARES = (0.03, 0.07, 0.15, 0.35, 0.40)
CORRELATION, SCHOOLS = 0.5, 29
ITEMS = [f"{stem}{place}" for stem in "ab" for place in range(1, 6)]
MODEL = f"A =~ {' + '.join(ITEMS[:5])}\nB =~ {' + '.join(ITEMS[5:])}"
PLANTED = ("a4", "a5")  # with a covariance of residuals, where something is planted
SIZE = 0.15

CONDITIONS: dict[str, dict[str, Any]] = {
    "normal, ML": {"options": {}},
    "five answers as numbers, MLR": {"options": {"estimator": "MLR"}, "cut": True},
    "five answers as numbers, 29 schools": {
        "options": {"estimator": "MLR", "cluster": "school"},
        "cut": True,
        "icc": 0.1,
    },
    "five ordinal answers, WLSMV": {"options": {"ordered": True}, "cut": True},
    "a fifth missing, FIML, MLR": {
        "options": {"estimator": "MLR", "missing": "fiml"},
        "missing": 0.2,
    },
}


def draw(
    rng: np.random.Generator,
    n: int,
    planted: float,
    cut: bool = False,
    icc: float = 0.0,
    missing: float = 0.0,
) -> pd.DataFrame:
    """Rows of ten items; schools of unequal size share `icc` of everything."""
    weights = np.linspace(0.4, 1.6, SCHOOLS)
    school = np.sort(rng.choice(SCHOOLS, size=n, p=weights / weights.sum()))

    def normal(count: int) -> np.ndarray:
        apart, together = rng.normal(size=(n, count)), rng.normal(size=(SCHOOLS, count))
        return np.sqrt(1.0 - icc) * apart + np.sqrt(icc) * together[school]

    first, second = normal(2).T
    second = CORRELATION * first + np.sqrt(1.0 - CORRELATION**2) * second
    unique = np.tile(np.sqrt(1.0 - LOADINGS**2), 2)
    rest = normal(10) * unique
    if planted:
        # a4 and a5 share a part of their residuals
        shared = normal(1)[:, 0] * np.sqrt(planted)
        for place in (3, 4):
            kept = np.sqrt(1.0 - planted / unique[place] ** 2)
            rest[:, place] = kept * rest[:, place] + shared
    values = np.outer(first, [*LOADINGS, *np.zeros(5)]) + np.outer(
        second, [*np.zeros(5), *LOADINGS]
    )
    values = values + rest
    if cut:
        values = 1.0 + np.searchsorted(ndtri(np.cumsum(SHARES)[:-1]), values)
    if missing:
        values = np.where(rng.random(values.shape) < missing, np.nan, values)
    return pd.DataFrame(values, columns=ITEMS).assign(school=school)


def one(name: str, n: int, planted: float, stream: np.random.SeedSequence) -> dict[str, float]:
    """What one data set's tests say."""
    condition = dict(CONDITIONS[name])
    options = condition.pop("options")
    data = draw(np.random.default_rng(stream), n, planted, **condition)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        try:
            return _told(local_fit(ts.cfa(MODEL, data, **options)))
        except ts.TpnSemError:
            return {"failed": 1.0}


def _told(found: LocalFit) -> dict[str, float]:
    """Shares of tests below .05, and verdicts."""
    srmr, joint = found.srmr.iloc[0], found.tetrads.iloc[0]
    said: dict[str, float] = {"failed": 0.0}
    said["SRMR, exact"] = srmr["exact_p"] < 0.05
    known = bool(np.isfinite(joint["chisq"]))
    by_chi_square = float(chdtrc(joint["df"], joint["chisq"])) if known else np.nan
    said["tetrads, jointly"] = joint["p_value"] < 0.05 if known else np.nan
    said["tetrads, by chi-square"] = by_chi_square < 0.05 if known else np.nan
    for factor in ("A", "B"):
        own = found.tetrads.set_index("scope").loc[factor]
        said[f"tetrads of {factor}"] = own["p_value"] < 0.05
    for what, table in (
        ("residuals", found.residuals),
        ("equations", found.equations),
        ("claims", found.independence),
        ("tetrads", found.vanishing),
    ):
        said[f"{what}, each"] = float((table["p_value"] < 0.05).mean())
        said[f"{what}, any after Holm"] = bool((table["p_adjusted"] < 0.05).any())
    tests = found.equations
    plain = pd.Series(chdtrc(tests["df"].to_numpy(float), tests["chisq"].to_numpy(float)))
    said["equations, each by chi-square"] = float((plain < 0.05).mean())
    said["usrmr"] = srmr["usrmr"]
    said["close"] = srmr["close_p"] < 0.05
    verdicts = found.verdicts.set_index("factor")
    objected = {item for row in verdicts["objected"] for item in row.split(", ") if item}
    said["verdict names what is planted"] = set(PLANTED) <= objected
    said["verdict names anything else"] = bool(objected - set(PLANTED))
    for word in ("misfit", "no test objects", "cannot tell"):
        said[f"A: {word}"] = verdicts.loc["A", "verdict"] == word
    return {key: float(value) for key, value in said.items()}


def run(replicates: int, seed: int, workers: int) -> pd.DataFrame:
    """A row per condition, number of rows, and whether something is planted."""
    rows = []
    with ProcessPoolExecutor(workers) as pool:
        for name in CONDITIONS:
            for n in (200, 440):
                for planted in (0.0, SIZE):
                    streams = np.random.SeedSequence([seed, n]).spawn(replicates)
                    found = list(pool.map(partial(one, name, n, planted), streams, chunksize=10))
                    means = pd.DataFrame(found).mean()
                    rows.append({"condition": name, "n": n, "planted": planted, **means})
                    print(name, n, planted, flush=True)
    return pd.DataFrame(rows)


LEVELS = [
    *("SRMR, exact", "tetrads, jointly", "tetrads, by chi-square", "tetrads of A"),
    *("equations, each", "equations, each by chi-square", "residuals, each", "claims, each"),
    *("tetrads, each",),
]
FAMILIES = [f"{what}, any after Holm" for what in ("residuals", "equations", "claims", "tetrads")]
VERDICTS = [
    *("verdict names what is planted", "verdict names anything else"),
    *("A: misfit", "A: no test objects", "A: cannot tell"),
]


def tables(results: pd.DataFrame, replicates: int) -> str:
    """The tables of the page."""
    fits = results[results["planted"] == 0.0]
    planted = results[results["planted"] > 0.0]
    parts = [
        f"The model holds: share of {replicates} data sets, or of their tests, with p below .05.",
        _table(fits, LEVELS),
        "The model holds: share of data sets in which anything is significant after Holm.",
        _table(fits, [*FAMILIES, "A: misfit"]),
        f"A covariance of {SIZE:g} between the residuals of two items of one factor is left out: "
        "share of data sets.",
        _table(planted, [*LEVELS[:2], LEVELS[3], *FAMILIES, *VERDICTS]),
    ]
    return "\n\n".join(parts)


def _table(rows: pd.DataFrame, columns: list[str]) -> str:
    head = ["condition", "n", *columns]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows.to_dict("records"):
        cells = [str(row["condition"]), str(row["n"]), *(_number(row[name]) for name in columns)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def main() -> None:
    """Run, write, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=91)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    results = run(given.replicates, given.seed, given.workers)
    results.round(4).to_csv(RESULTS, index=False)
    text = tables(results, given.replicates)
    if given.page:
        replace_tables(PAGE, text)
    print(text)


if __name__ == "__main__":
    main()
