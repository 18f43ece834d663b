"""How cost grows with the number of items and of rows: a table, a plot and the exponents.

    python benchmarks/scaling.py [--quick] [--folder benchmarks/results]

Factors of five items, a fit with standard errors and all measures, from rows in memory; the median
of three wall times, and the peak of what Python and numpy allocate (tracemalloc, in another run).
Full information has five patterns of missing answers, ordinal items have five categories (WLSMV).
The exponents are slopes of log cost on log size over the upper half of the sizes.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from timing import ROOT  # noqa: F401 (sets one thread and the path)

import tpn_sem as ts

ITEMS = {"ML": (10, 20, 40, 80, 160), "FIML": (10, 20, 40, 80), "WLSMV": (10, 20, 40)}
ROWS = {
    "ML": (1_000, 10_000, 100_000, 1_000_000),
    "FIML": (1_000, 10_000, 100_000, 1_000_000),
    "WLSMV": (1_000, 10_000, 100_000, 1_000_000),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "ML": {},
    "FIML": {"missing": "fiml"},
    "WLSMV": {"ordered": True},
}


def model(p: int) -> str:
    return "\n".join(
        f"f{k} =~ " + " + ".join(f"y{5 * k + j}" for j in range(5)) for k in range(p // 5)
    )


def draw(kind: str, n: int, p: int) -> pd.DataFrame:
    random = np.random.default_rng(n + p)
    values = np.empty((n, p))
    for start in range(0, n, 50_000):
        part = values[start : start + 50_000]
        factors = 0.6 * random.standard_normal((len(part), 1))
        factors = factors + 0.8 * random.standard_normal((len(part), p // 5))
        part[:] = 0.75 * factors.repeat(5, axis=1) + 0.66 * random.standard_normal(part.shape)
    if kind == "WLSMV":
        values = np.digitize(values, (-1.2, -0.4, 0.4, 1.2)).astype(float)
    if kind == "FIML":
        for pattern in range(1, 5):
            values[pattern::10, pattern::7] = np.nan
    return pd.DataFrame(values, columns=[f"y{k}" for k in range(p)])


def once(kind: str, data: pd.DataFrame, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = ts.Model(text).fit(data, **OPTIONS[kind])
        _ = fit.estimates, fit.measures


def cost(kind: str, n: int, p: int) -> dict[str, Any]:
    data, text = draw(kind, n, p), model(p)
    once(kind, data, text)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        once(kind, data, text)
        times.append(time.perf_counter() - start)
    tracemalloc.start()
    once(kind, data, text)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    found = {"kind": kind, "rows": n, "items": p, "seconds": float(np.median(times))}
    return found | {"peak_mb": peak, "data_mb": data.to_numpy().nbytes / 2**20}


def exponent(size: np.ndarray, spent: np.ndarray) -> float:
    upper = size >= np.median(size)
    return float(np.polyfit(np.log(size[upper]), np.log(spent[upper]), 1)[0])


def draw_plot(by_items: pd.DataFrame, by_rows: pd.DataFrame, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, grid = plt.subplots(2, 2, figsize=(8, 6))
    colours = {"ML": "#2c6e8f", "FIML": "#c98f3c", "WLSMV": "#7a5195"}
    jobs = (("items", by_items), ("rows", by_rows))
    measures = (("seconds", "seconds"), ("peak_mb", "peak of memory, MB"))
    for row, (measure, title) in enumerate(measures):
        for column, (size, table) in enumerate(jobs):
            axes = grid[row, column]
            for kind, part in table.groupby("kind", sort=False):
                power = exponent(part[size].to_numpy(float), part[measure].to_numpy())
                label = f"{kind}: {size} to the {power:.1f}"
                axes.loglog(part[size], part[measure], "o-", color=colours[kind], label=label)
            axes.set_xlabel(f"{size} ({'1000 rows' if size == 'items' else '20 items'})")
            axes.set_ylabel(title)
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(frameon=False, fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--folder", type=Path, default=Path(__file__).with_name("results"))
    asked = parser.parse_args()
    last = 3 if asked.quick else 99
    tables = []
    for sizes, name in ((ITEMS, "items"), (ROWS, "rows")):
        lines = []
        for kind, values in sizes.items():
            for value in values[:last]:
                n, p = (1_000, value) if name == "items" else (value, 20)
                lines.append(cost(kind, n, p))
                print(pd.DataFrame(lines[-1:]).to_string(index=False, header=False), flush=True)
        tables.append(pd.DataFrame(lines))
    asked.folder.mkdir(parents=True, exist_ok=True)
    pd.concat(tables).to_csv(asked.folder / "scaling.csv", index=False)
    draw_plot(*tables, asked.folder / "scaling.png")


if __name__ == "__main__":
    main()
