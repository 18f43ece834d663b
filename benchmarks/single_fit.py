"""One model, one thread: text to fit with standard errors, baseline and all measures.

    python benchmarks/single_fit.py [--missing 0.1 | --ordinal] [--rounds 5] [--block 5]
                                    [--out results.csv]

With `--missing` that share of the answers is taken out at random, the model is fitted by full
information maximum likelihood, and the memory that a fit needs is shown by the number of patterns.
With `--ordinal` the items have five categories and are fitted by WLSMV.

Other programs are timed where they are installed: lavaan through Rscript, semopy in this process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from timing import ROOT, InR, Times, answer_frame, draw_answers, measure, timed

import tpn_sem as ts

MODEL = """
f1 =~ y1 + y2 + y3 + y4 + y5
f2 =~ y6 + y7 + y8 + y9 + y10
f3 =~ y11 + y12 + y13 + y14 + y15
f4 =~ y16 + y17 + y18 + y19 + y20
"""
ROWS = 440
OPTIONS: dict[str, dict] = {
    "complete": {},
    "missing": {"missing": "fiml"},
    "ordinal": {"ordered": True},
}
NO_SEMOPY = {
    "missing": "its full information fit takes minutes",
    "ordinal": "it has no standard errors there",
    "ladder": "it has no equality across groups",
    "modification": "it has no modification indices",
}


def data_for(kind: str, missing: float = 0.1) -> pd.DataFrame:
    if kind == "ordinal":
        return answer_frame(draw_answers(ROWS))
    data = read_data(missing if kind == "missing" else 0.0)
    return data.assign(group=np.where(np.arange(ROWS) % 2, "a", "b")) if kind == "ladder" else data


def read_data(missing: float) -> pd.DataFrame:
    path = ROOT / "tests" / "reference" / "data" / "simulated_four_factors.csv"
    return with_holes(pd.read_csv(path).head(ROWS), missing)


def with_holes(data: pd.DataFrame, share: float) -> pd.DataFrame:
    """The data with a share of the answers taken out at random."""
    return data.mask(np.random.default_rng(440).random(data.shape) < share)


def fit_with_tables(text: str, data: pd.DataFrame, kind: str) -> ts.Fit:
    fit = ts.Model(text).fit(data, **OPTIONS[kind])
    _ = fit.estimates, fit.measures
    return fit


class Ours:
    """This library, in this process, with a model that it has not seen before.

    What it remembers of a model's text is of no use where the names are new each time.
    """

    title = "new model each time"

    def __init__(self, data: pd.DataFrame, kind: str):
        self.name = f"tpn_sem {ts.__version__}, {self.title}"
        self.data = data
        self.kind = kind
        self.count = 0

    def text(self) -> str:
        self.count += 1
        return MODEL.replace("f", f"f{self.count}_")

    def prepared(self) -> Callable[[], object]:
        """What to time."""
        text, data, kind = self.text(), self.data, self.kind
        if kind == "ladder":
            return lambda: ts.invariance(text, data, group="group").table
        if kind == "modification":
            return fit_with_tables(text, data, "complete").modification_indices
        return lambda: fit_with_tables(text, data, kind)

    def run(self, repetitions: int) -> Times:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ts.TpnSemWarning)
            return [time for _ in range(repetitions) for time in timed(self.prepared(), 1)]

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

        super().__init__(data, "complete")
        self.semopy = semopy
        self.name = f"semopy {version('semopy')}"

    def prepared(self) -> Callable[[], object]:
        return self.once

    def once(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = self.semopy.Model(MODEL)
            model.fit(self.data)
            model.inspect()
            self.semopy.calc_stats(model)


def find_programs(data: pd.DataFrame, kind: str) -> list:
    programs: list = [Ours(data, kind), OursAgain(data, kind)]
    if shutil.which("Rscript"):
        try:
            programs.append(InR("lavaan_single_fit.R", data, MODEL, kind))
        except RuntimeError as error:
            print(f"lavaan is not timed: {error}", file=sys.stderr)
    if kind != "complete":
        print(f"semopy is not timed: {NO_SEMOPY[kind]}", file=sys.stderr)
        return programs
    try:
        programs.append(Semopy(data))
    except (ImportError, PackageNotFoundError):
        print("semopy is not timed: it is not installed", file=sys.stderr)
    return programs


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
    parser.add_argument("--ordinal", action="store_true", help="five-point items, WLSMV")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--block", type=int, default=5, help="repetitions a program and round")
    parser.add_argument("--out", type=Path, help="write the table as CSV")
    arguments = parser.parse_args()
    if arguments.rounds * arguments.block < 15:
        parser.error("at least 15 repetitions: raise --rounds or --block")
    kind = "ordinal" if arguments.ordinal else "missing" if arguments.missing else "complete"
    data = data_for(kind, arguments.missing)
    programs = find_programs(data, kind)
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
    if kind == "complete":
        print_import()


def print_import() -> None:
    seconds = import_seconds(7)
    more = seconds["tpn_sem"] - seconds["pandas"]
    print(f"\nimport tpn_sem {seconds['tpn_sem']:.3f} s, import pandas {seconds['pandas']:.3f} s")
    print(f"tpn_sem takes {more:.3f} s more (at most 0.5 s are allowed)")


if __name__ == "__main__":
    main()
