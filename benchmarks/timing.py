"""What the benchmarks share: one thread, programs in turn, R in a process that stays alive."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

Times = list[tuple[float, float]]  # (cpu, wall) in seconds
ITEMS = 20
CUTS = (-1.2, -0.4, 0.4, 1.2)


def draw_answers(rows: int) -> np.ndarray:
    """Codes 0 to 4 of 20 items, five to a factor, by blocks."""
    random = np.random.default_rng(440)
    codes = np.empty((rows, ITEMS))
    for start in range(0, rows, 10_000):
        part = codes[start : start + 10_000]
        factors = 0.5 * random.normal(size=(len(part), 1)) + random.normal(size=(len(part), 4))
        answers = 0.7 * factors.repeat(5, axis=1) + 0.7 * random.normal(size=part.shape)
        part[:] = np.digitize(answers, CUTS)
    return codes


def answer_frame(codes: np.ndarray) -> pd.DataFrame:
    """The codes as columns y1, y2, ..."""
    names = [f"y{number + 1}" for number in range(codes.shape[1])]
    return pd.DataFrame(codes.astype(int), columns=names)


def timed(task: Callable[[], object], repetitions: int) -> Times:
    times = []
    for _ in range(repetitions):
        wall, cpu = time.perf_counter(), time.process_time()
        task()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    return times


def per_replicate(times: Times, replicates: int) -> Times:
    return [(cpu / replicates, wall / replicates) for cpu, wall in times]


class InR:
    """A script of this folder in an R process that stays alive; R's start is not counted.

    The script gets the paths of `serve.R` and of a table, then `arguments`; it says its name in a
    line, and answers each number of repetitions with their times.
    """

    def __init__(self, script: str, data: pd.DataFrame, *arguments: str):
        self.folder = tempfile.TemporaryDirectory()
        table = Path(self.folder.name) / "data.csv"
        data.to_csv(table, index=False)
        path, serve = (str(Path(__file__).with_name(name)) for name in (script, "serve.R"))
        self.process = subprocess.Popen(
            ["Rscript", path, serve, str(table), *arguments],
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


def measure(programs: list, rounds: int, block: int) -> pd.DataFrame:
    """Blocks of all programs in turn, so that a busy machine slows all of them alike."""
    times: dict[str, Times] = {program.name: [] for program in programs}
    for program in programs:
        program.run(3)  # warm-up, not counted
    for _ in range(rounds):
        for program in programs:
            times[program.name] += program.run(block)
    rows = []
    for name, pairs in times.items():
        cpu, wall = (sorted(1000 * pair[i] for pair in pairs) for i in (0, 1))
        spread = f"{wall[len(wall) // 10]:.1f}-{wall[-1 - len(wall) // 10]:.1f}"
        rows.append((name, len(pairs), median(cpu), median(wall), spread))
    table = pd.DataFrame(
        rows, columns=["program", "repetitions", "cpu_ms", "wall_ms", "wall_ms_10_to_90"]
    )
    table["wall_ratio"] = table["wall_ms"] / table["wall_ms"].iloc[0]
    return table
