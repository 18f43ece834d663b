"""Everything that is timed beside other programs, in one run: a table and a plot.

    python benchmarks/everything.py [--rounds 5] [--quick] [--folder benchmarks/results]

20 items, 4 factors, 440 rows, one thread. Writes speed.csv, speed.md and speed.png into the folder.
Each row is one job: median milliseconds of this library (a new text each time), of lavaan and of
semopy where they can do it, CPU time beside wall time, and how many times faster this library is.
`--quick` makes few repetitions, to see whether everything runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import bootstrap
import numpy as np
import pandas as pd
import single_fit
from timing import measure

# What is timed: its name, what single_fit calls it, how many times lavaan is aimed at, and blocks.
JOBS = [
    ("fit, errors, measures", "complete", 20, 5),
    ("full information, 10 % missing", "missing", 10, 1),
    ("ordinal items (WLSMV)", "ordinal", 20, 3),
    ("ladder of invariance", "ladder", 30, 3),
    ("modification indices", "modification", 20, 5),
]


def timed_job(kind: str, rounds: int, block: int) -> pd.DataFrame:
    programs = single_fit.find_programs(single_fit.data_for(kind), kind)
    try:
        return measure(programs, rounds, block)
    finally:
        for program in programs:
            program.close()


def timed_bootstrap(rounds: int) -> pd.DataFrame:
    programs = bootstrap.find_programs(single_fit.read_data(0.0), 1000, 50)
    try:
        return measure(programs, rounds, 1)
    finally:
        for program in programs:
            program.close()


def row(name: str, aim: int, table: pd.DataFrame) -> dict[str, object]:
    """One line of the summary: ours first, then whoever else could do the job."""
    ours = table.iloc[0]
    found: dict[str, object] = {
        "job": name,
        "tpn_sem_ms": ours["wall_ms"],
        "tpn_sem_cpu_ms": ours["cpu_ms"],
    }
    for peer in ("lavaan", "semopy"):
        theirs = table[table["program"].str.startswith(peer)]
        found[f"{peer}_ms"] = theirs["wall_ms"].iloc[0] if len(theirs) else np.nan
        found[f"{peer}_ratio"] = theirs["wall_ratio"].iloc[0] if len(theirs) else np.nan
    return found | {"aim": aim, "repetitions": int(ours["repetitions"])}


def markdown(table: pd.DataFrame) -> str:
    lines = [
        "| job | tpn_sem ms (CPU) | lavaan ms | times | aim | semopy ms | times |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in table.to_dict("records"):
        cells = [
            one["job"],
            f"{one['tpn_sem_ms']:.3g} ({one['tpn_sem_cpu_ms']:.3g})",
            *(_number(one[f"lavaan_{what}"]) for what in ("ms", "ratio")),
            str(one["aim"]),
            *(_number(one[f"semopy_{what}"]) for what in ("ms", "ratio")),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3g}"


def draw(table: pd.DataFrame, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 3.6))
    places = np.arange(len(table))[::-1]
    axes.barh(places + 0.18, table["lavaan_ratio"], 0.34, color="#2c6e8f", label="lavaan")
    axes.barh(places - 0.18, table["semopy_ratio"], 0.34, color="#c98f3c", label="semopy")
    axes.plot(table["aim"], places + 0.18, "k|", markersize=14, label="aim (lavaan)")
    for place, ratio in zip(places, table["lavaan_ratio"], strict=True):
        axes.text(ratio * 1.04, place + 0.18, f"{ratio:.0f}", va="center", fontsize=8)
    axes.set_yticks(places, table["job"])
    axes.set_xscale("log")
    axes.set_xlabel("times faster, wall time, one thread (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(1, 2 * table["lavaan_ratio"].max())
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path(__file__).with_name("results"))
    asked = parser.parse_args()
    rows = []
    for name, kind, aim, block in JOBS:
        print(name, file=sys.stderr)
        table = timed_job(kind, 1 if asked.quick else asked.rounds, 1 if asked.quick else block)
        rows.append(row(name, aim, table))
    print("bootstrap", file=sys.stderr)
    found = timed_bootstrap(1 if asked.quick else asked.rounds)
    rows.append(row("bootstrap, a replicate", 50, found))
    table = pd.DataFrame(rows)
    asked.folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(asked.folder / "speed.csv", index=False)
    (asked.folder / "speed.md").write_text(markdown(table), encoding="utf-8")
    draw(table, asked.folder / "speed.png")
    print(markdown(table))


if __name__ == "__main__":
    main()
