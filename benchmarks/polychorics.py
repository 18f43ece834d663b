"""Thresholds and polychoric correlations of 20 items, with their asymptotic covariance matrix.

    python benchmarks/polychorics.py [--rounds 5] [--block 3] [--rows 1000000] [--out results.csv]

440 rows are timed beside lavaan, where it is installed; `--rows` of them once, without lavaan, and
with the peak of memory in a second run, because watching memory costs time. One thread.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tracemalloc
from pathlib import Path

import numpy as np
from timing import ITEMS, InR, Times, answer_frame, draw_answers, measure, timed

import tpn_sem as ts
from tpn_sem.moments.ordinal import categorical_moments

CATEGORIES, ROWS = 5, 440


def statistics(codes: np.ndarray) -> None:
    found = categorical_moments(codes, (CATEGORIES,) * ITEMS)
    _ = found.vector, found.spread


class Ours:
    """This library, in this process."""

    def __init__(self, codes: np.ndarray):
        self.name = f"tpn_sem {ts.__version__}"
        self.codes = codes

    def run(self, repetitions: int) -> Times:
        return timed(lambda: statistics(self.codes), repetitions)

    def close(self) -> None:
        pass


def find_programs(codes: np.ndarray) -> list:
    programs: list = [Ours(codes)]
    if shutil.which("Rscript"):
        try:
            programs.append(InR("lavaan_polychorics.R", answer_frame(codes)))
        except RuntimeError as error:
            print(f"lavaan is not timed: {error}", file=sys.stderr)
    return programs


def print_large(rows: int) -> None:
    codes = draw_answers(rows)
    ((cpu, wall),) = timed(lambda: statistics(codes), 1)
    tracemalloc.start()
    statistics(codes)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    held = codes.nbytes / 2**20
    print(f"\n{rows} rows: {wall:.1f} s ({cpu:.1f} s of CPU), peak {peak:.0f} MB", end="")
    print(f" beside {held:.0f} MB of data")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--block", type=int, default=3, help="repetitions a program and round")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large sample; or 0")
    parser.add_argument("--out", type=Path, help="write the table as CSV")
    arguments = parser.parse_args()
    if arguments.rounds * arguments.block < 15:
        parser.error("at least 15 repetitions: raise --rounds or --block")
    programs = find_programs(draw_answers(ROWS))
    try:
        table = measure(programs, arguments.rounds, arguments.block)
    finally:
        for program in programs:
            program.close()
    print(f"{ITEMS} items, {CATEGORIES} categories, {ROWS} rows, one thread; medians")
    print(table.to_string(index=False, float_format="{:.2f}".format))
    if arguments.out:
        table.to_csv(arguments.out, index=False)
    if arguments.rows:
        print_large(arguments.rows)


if __name__ == "__main__":
    main()
