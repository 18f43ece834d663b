"""Exploratory factors: 20 items, 4 factors, geomin from 30 starts, standard errors; beside lavaan.

    python benchmarks/efa.py [--rounds 3] [--block 1] [--starts 30]

Timed are `ts.efa(data, 4, starts=30)` with its loadings and standard errors, and lavaan's
`efa(data, nfactors = 4, rotation = "geomin", rotation.args = list(rstarts = 30))`, which has both,
too; epsilon is .001 in both. Data are the 500 rows of
tests/reference/data/simulated_four_factors.csv.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import warnings

from timing import ROOT, InR, Times, measure, timed  # first: it sets one thread

import pandas as pd  # isort: skip

import tpn_sem as ts  # isort: skip
from tpn_sem.exploratory_factors import efa  # isort: skip

FACTORS = 4


class Ours:
    """This library, in this process."""

    def __init__(self, data: pd.DataFrame, starts: int):
        self.name, self.data, self.starts = f"tpn_sem {ts.__version__}", data, starts

    def task(self) -> None:
        found = efa(self.data, FACTORS, starts=self.starts)
        assert found.loadings.shape == found.standard_errors.shape

    def run(self, repetitions: int) -> Times:
        return timed(self.task, 5 * repetitions)

    def close(self) -> None:
        pass


class Lavaan(InR):
    """efa in R; no more than one warm-up, as it takes long."""

    def __init__(self, data: pd.DataFrame, starts: int):
        super().__init__("lavaan_efa.R", data, str(FACTORS), str(starts))

    def run(self, repetitions: int) -> Times:
        return super().run(1 if repetitions > 1 else repetitions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--block", type=int, default=1)
    parser.add_argument("--starts", type=int, default=30)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    folder = ROOT / "tests" / "reference" / "data"
    data = pd.read_csv(folder / "simulated_four_factors.csv")[[f"y{k}" for k in range(1, 21)]]
    programs: list = [Ours(data, options.starts)]
    if shutil.which("Rscript"):
        try:
            programs.append(Lavaan(data, options.starts))
        except RuntimeError as error:
            print(f"lavaan is not timed: {error}", file=sys.stderr)
    try:
        table = measure(programs, options.rounds, options.block)
    finally:
        for program in programs:
            program.close()
    print(table.to_string(index=False, float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
