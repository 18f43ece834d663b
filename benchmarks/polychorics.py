"""Thresholds and polychoric correlations of 20 items, with their asymptotic covariance matrix.

    python benchmarks/polychorics.py [--rounds 5] [--block 3] [--rows 1000000] [--out results.csv]

440 rows are timed beside lavaan, where it is installed; `--rows` of them once, without lavaan, and
with the peak of memory in a second run, because watching memory costs time. One thread.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import tpn_sem as ts  # noqa: E402
from tpn_sem.categorical import categorical_moments  # noqa: E402

ITEMS, CATEGORIES, ROWS = 20, 5, 440
CUTS = (-1.2, -0.4, 0.4, 1.2)
Times = list[tuple[float, float]]  # (cpu, wall) in seconds


def draw(rows: int) -> np.ndarray:
    """Codes 0 to 4 of 20 items, five to a factor, by blocks."""
    random = np.random.default_rng(440)
    codes = np.empty((rows, ITEMS))
    for start in range(0, rows, 10_000):
        part = codes[start : start + 10_000]
        factors = 0.5 * random.normal(size=(len(part), 1)) + random.normal(size=(len(part), 4))
        answers = 0.7 * factors.repeat(5, axis=1) + 0.7 * random.normal(size=part.shape)
        part[:] = np.digitize(answers, CUTS)
    return codes


def statistics(codes: np.ndarray) -> None:
    found = categorical_moments(codes, (CATEGORIES,) * ITEMS)
    _ = found.vector, found.spread


def timed(task: Callable[[], object], repetitions: int) -> Times:
    times = []
    for _ in range(repetitions):
        wall, cpu = time.perf_counter(), time.process_time()
        task()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    return times


class Ours:
    """This library, in this process."""

    def __init__(self, codes: np.ndarray):
        self.name = f"tpn_sem {ts.__version__}"
        self.codes = codes

    def run(self, repetitions: int) -> Times:
        return timed(lambda: statistics(self.codes), repetitions)

    def close(self) -> None:
        pass


class Lavaan:
    """lavCor with standard errors, in an R process that stays alive; R's start is not counted."""

    def __init__(self, codes: np.ndarray):
        self.folder = tempfile.TemporaryDirectory()
        table = Path(self.folder.name) / "data.csv"
        names = [f"y{number + 1}" for number in range(ITEMS)]
        pd.DataFrame(codes.astype(int), columns=names).to_csv(table, index=False)
        script = str(Path(__file__).with_name("lavaan_polychorics.R"))
        self.process = subprocess.Popen(
            ["Rscript", script, str(table)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.name = self._read()

    def _read(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError("Rscript ended; is lavaan installed?")
        return line

    def run(self, repetitions: int) -> Times:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{repetitions}\n")
        self.process.stdin.flush()
        numbers = [float(word) for word in self._read().split()]
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.folder.cleanup()


def find_programs(codes: np.ndarray) -> list:
    programs: list = [Ours(codes)]
    if shutil.which("Rscript"):
        try:
            programs.append(Lavaan(codes))
        except RuntimeError as error:
            print(f"lavaan is not timed: {error}", file=sys.stderr)
    return programs


def measure(programs: list, rounds: int, block: int) -> pd.DataFrame:
    """Blocks of all programs in turn, so that a busy machine slows all of them alike."""
    times: dict[str, Times] = {program.name: [] for program in programs}
    for program in programs:
        program.run(2)  # warm-up, not counted
    for _ in range(rounds):
        for program in programs:
            times[program.name] += program.run(block)
    rows = []
    for name, pairs in times.items():
        cpu, wall = (median(1000 * pair[i] for pair in pairs) for i in (0, 1))
        rows.append((name, len(pairs), cpu, wall))
    table = pd.DataFrame(rows, columns=["program", "repetitions", "cpu_ms", "wall_ms"])
    table["wall_ratio"] = table["wall_ms"] / table["wall_ms"].iloc[0]
    return table


def print_large(rows: int) -> None:
    codes = draw(rows)
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
    programs = find_programs(draw(ROWS))
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
