"""One model, one thread: text to fit with standard errors, baseline and all measures.

    python benchmarks/single_fit.py [--missing 0.1] [--rounds 5] [--block 5] [--out results.csv]

With `--missing` that share of the answers is taken out at random, the model is fitted by full
information maximum likelihood, and the memory that a fit needs is shown by the number of patterns.

Other programs are timed where they are installed: lavaan through Rscript, semopy in this process.
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
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import tpn_sem as ts  # noqa: E402

MODEL = """
f1 =~ y1 + y2 + y3 + y4 + y5
f2 =~ y6 + y7 + y8 + y9 + y10
f3 =~ y11 + y12 + y13 + y14 + y15
f4 =~ y16 + y17 + y18 + y19 + y20
"""
ROWS = 440
Times = list[tuple[float, float]]  # (cpu, wall) in seconds


def read_data(missing: float) -> pd.DataFrame:
    path = ROOT / "tests" / "reference" / "data" / "simulated_four_factors.csv"
    return with_holes(pd.read_csv(path).head(ROWS), missing)


def with_holes(data: pd.DataFrame, share: float) -> pd.DataFrame:
    """The data with a share of the answers taken out at random."""
    return data.mask(np.random.default_rng(440).random(data.shape) < share)


def timed(task: Callable[[], object], repetitions: int) -> Times:
    times = []
    for _ in range(repetitions):
        wall, cpu = time.perf_counter(), time.process_time()
        task()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    return times


class Ours:
    """This library, in this process, with a model that it has not seen before.

    What it remembers of a model's text is of no use where the names are new each time.
    """

    title = "new model each time"

    def __init__(self, data: pd.DataFrame):
        self.name = f"tpn_sem {ts.__version__}, {self.title}"
        self.data = data
        self.options = {"missing": "fiml"} if data.isna().any(axis=None) else {}
        self.count = 0

    def text(self) -> str:
        self.count += 1
        return MODEL.replace("f", f"f{self.count}_")

    def once(self) -> None:
        fit = ts.Model(self.text()).fit(self.data, **self.options)
        _ = fit.estimates, fit.measures

    def run(self, repetitions: int) -> Times:
        return timed(self.once, repetitions)

    def close(self) -> None:
        pass


class OursAgain(Ours):
    """The same model again and again, as in a simulation."""

    title = "same model again"

    def text(self) -> str:
        return MODEL


class Semopy(Ours):
    """semopy, in this process."""

    def __init__(self, data: pd.DataFrame):
        import semopy

        super().__init__(data)
        self.semopy = semopy
        self.name = f"semopy {version('semopy')}"

    def once(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = self.semopy.Model(MODEL)
            model.fit(self.data)
            model.inspect()
            self.semopy.calc_stats(model)


class Lavaan:
    """lavaan, in an R process that stays alive; R's start is not counted."""

    def __init__(self, data: pd.DataFrame):
        self.folder = tempfile.TemporaryDirectory()
        model, table = Path(self.folder.name) / "model.txt", Path(self.folder.name) / "data.csv"
        model.write_text(MODEL)
        data.to_csv(table, index=False)
        script = str(Path(__file__).with_name("lavaan_single_fit.R"))
        holes = data.isna().any(axis=None)
        self.process = subprocess.Popen(
            ["Rscript", script, str(model), str(table), "fiml" if holes else "listwise"],
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


def find_programs(data: pd.DataFrame) -> list:
    programs: list = [Ours(data), OursAgain(data)]
    if shutil.which("Rscript"):
        try:
            programs.append(Lavaan(data))
        except RuntimeError as error:
            print(f"lavaan is not timed: {error}", file=sys.stderr)
    if data.isna().any(axis=None):
        print("semopy is not timed: its full information fit takes minutes", file=sys.stderr)
        return programs
    try:
        programs.append(Semopy(data))
    except (ImportError, PackageNotFoundError):
        print("semopy is not timed: it is not installed", file=sys.stderr)
    return programs


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


def memory_by_patterns() -> pd.DataFrame:
    """Peak of what Python holds during one full information fit, by rows and patterns."""
    path = ROOT / "tests" / "reference" / "data" / "simulated_four_factors.csv"
    whole = pd.read_csv(path)
    rows = []
    for copies in (1, 2, 4, 8):
        data = with_holes(pd.concat([whole] * copies, ignore_index=True), 0.1)
        tracemalloc.start()
        fit = ts.Model(MODEL).fit(data, missing="fiml")
        _ = fit.estimates, fit.measures
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        rows.append((len(data), len(data.isna().drop_duplicates()), peak))
    return pd.DataFrame(rows, columns=["rows", "patterns", "peak_mb"])


def import_seconds(repetitions: int) -> dict[str, float]:
    """Median wall time of importing in fresh processes, taken in turns."""
    times: dict[str, list[float]] = {"pandas": [], "tpn_sem": []}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for repetition in range(repetitions + 1):
        for name, found in times.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {name}"], check=True, env=environment)
            if repetition:  # the first fills the disk cache
                found.append(time.perf_counter() - start)
    return {name: median(found) for name, found in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--missing", type=float, default=0.0, help="share of missing answers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--block", type=int, default=5, help="repetitions a program and round")
    parser.add_argument("--out", type=Path, help="write the table as CSV")
    arguments = parser.parse_args()
    if arguments.rounds * arguments.block < 15:
        parser.error("at least 15 repetitions: raise --rounds or --block")
    data = read_data(arguments.missing)
    programs = find_programs(data)
    try:
        table = measure(programs, arguments.rounds, arguments.block)
    finally:
        for program in programs:
            program.close()
    print(f"20 items, 4 factors, {len(data)} rows, one thread; medians")
    print(table.to_string(index=False, float_format="{:.2f}".format))
    if arguments.missing:
        patterns = len(data.isna().drop_duplicates())
        print(f"{arguments.missing:.0%} of the answers are missing, in {patterns} patterns\n")
        print(memory_by_patterns().to_string(index=False, float_format="{:.1f}".format))
    if arguments.out:
        table.to_csv(arguments.out, index=False)
    if not arguments.missing:
        print_import()


def print_import() -> None:
    seconds = import_seconds(7)
    more = seconds["tpn_sem"] - seconds["pandas"]
    print(f"\nimport tpn_sem {seconds['tpn_sem']:.3f} s, import pandas {seconds['pandas']:.3f} s")
    print(f"tpn_sem takes {more:.3f} s more (at most 0.5 s are allowed)")


if __name__ == "__main__":
    main()
