"""Refits to resampled rows: four factors, 20 items, 440 rows, one thread.

    python benchmarks/bootstrap.py [--replicates 1000] [--peers 100] [--rounds 5]
                                   [--out results.csv]

lavaan makes `--peers` replicates a time and semopy a tenth of that, where they are installed; all
times are given for a single replicate. The last table is the gain by a second process, on 20 times
as many replicates.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
import warnings
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd
from single_fit import MODEL, read_data
from timing import InR, Times, measure, per_replicate, timed

import tpn_sem as ts


class Ours:
    """This library, in this process."""

    def __init__(self, data: pd.DataFrame, replicates: int):
        self.name = f"tpn_sem {ts.__version__}"
        self.replicates = replicates
        self.fit = ts.sem(MODEL, data)

    def run(self, repetitions: int) -> Times:
        return per_replicate(
            timed(lambda: ts.bootstrap(self.fit, self.replicates, seed=1), repetitions),
            self.replicates,
        )

    def close(self) -> None:
        pass


class Lavaan(InR):
    """lavaan's bootstrapLavaan."""

    def __init__(self, data: pd.DataFrame, replicates: int):
        self.replicates = replicates
        super().__init__("lavaan_bootstrap.R", data, MODEL, str(replicates))

    def run(self, repetitions: int) -> Times:
        return per_replicate(super().run(1 if repetitions > 1 else repetitions), self.replicates)


class Semopy:
    """semopy, which has no bootstrap: its fit, to rows drawn by hand."""

    def __init__(self, data: pd.DataFrame, replicates: int):
        import semopy

        self.semopy, self.data, self.replicates = semopy, data, replicates
        self.name = f"semopy {version('semopy')}"
        self.random = np.random.default_rng(1)

    def many(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = self.semopy.Model(MODEL)
            for _ in range(self.replicates):
                drawn = self.random.integers(len(self.data), size=len(self.data))
                model.fit(self.data.iloc[drawn])

    def run(self, repetitions: int) -> Times:
        return per_replicate(timed(self.many, 1), self.replicates)

    def close(self) -> None:
        pass


def find_programs(data: pd.DataFrame, replicates: int, peers: int) -> list:
    programs: list = [Ours(data, replicates)]
    if shutil.which("Rscript"):
        try:
            programs.append(Lavaan(data, peers))
        except RuntimeError as error:
            print(f"lavaan is not timed: {error}", file=sys.stderr)
    try:
        programs.append(Semopy(data, max(1, peers // 10)))
    except (ImportError, PackageNotFoundError):
        print("semopy is not timed: it is not installed", file=sys.stderr)
    return programs


def scaling(data: pd.DataFrame, replicates: int, rounds: int) -> pd.DataFrame:
    """Wall time with one process and with two, in turn; the second is warm."""
    fit = ts.sem(MODEL, data)
    times: dict[int, list[float]] = {1: [], 2: []}
    for workers in times:
        ts.bootstrap(fit, 320, seed=1, workers=workers)
    for _ in range(rounds):
        for workers, spent in times.items():
            start = time.perf_counter()
            ts.bootstrap(fit, replicates, seed=1, workers=workers)
            spent.append(time.perf_counter() - start)
    wall = pd.Series({workers: float(np.median(spent)) for workers, spent in times.items()})
    table = pd.DataFrame({"wall_s": wall, "gain": wall[1] / wall})
    table.index.name = "workers"
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--peers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out")
    options = parser.parse_args()
    data = read_data(0.0)
    programs = find_programs(data, options.replicates, options.peers)
    try:
        table = measure(programs, options.rounds, 2)
    finally:
        for program in programs:
            program.close()
    print(table.to_string(index=False, float_format="{:.3f}".format))
    print()
    print(scaling(data, 20 * options.replicates, options.rounds).to_string())
    if options.out:
        table.to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
