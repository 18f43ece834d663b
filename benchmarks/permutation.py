"""Permutations of a ladder of invariance: 20 items, two groups, 440 rows in 29 schools.

    python benchmarks/permutation.py [--permutations 1000] [--peers 20] [--rounds 3]

The first table is the step from metric to scalar invariance beside semTools' permuteMeasEq, where
that is installed, for a single permutation. The second is whole ladders, continuous and ordinal,
with whole schools dealt anew, in one process and in two.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
import warnings

from timing import InR, Times, measure, per_replicate, timed  # first: it sets one thread

import numpy as np  # isort: skip
import pandas as pd  # isort: skip

import tpn_sem as ts  # isort: skip

MODEL = "\n".join(
    f"{factor} =~ " + " + ".join(f"{factor.lower()}{k}" for k in range(1, 6))
    for factor in ("NPC", "KSSE", "KS", "KR")
)


def survey() -> pd.DataFrame:
    frame = ts.datasets.teachers(missing=0).rename(columns={"location": "group"})
    items = [name for name in frame if name.rstrip("12345") in ("npc", "ksse", "ks", "kr")]
    return frame[[*items, "group", "school"]]


class Ours:
    """This library, in this process."""

    def __init__(self, data: pd.DataFrame, permutations: int):
        self.name, self.permutations = f"tpn_sem {ts.__version__}", permutations
        steps = ("metric", "scalar")
        self.ladder = ts.invariance(MODEL, data, group="group", steps=steps)

    def run(self, repetitions: int) -> Times:
        times = timed(lambda: ts.permutation(self.ladder, self.permutations, seed=1), repetitions)
        return per_replicate(times, self.permutations)

    def close(self) -> None:
        pass


class SemTools(InR):
    """permuteMeasEq."""

    def __init__(self, data: pd.DataFrame, permutations: int):
        self.permutations = permutations
        super().__init__("semtools_permutation.R", data, MODEL, str(permutations))
        self.name += " semTools"

    def run(self, repetitions: int) -> Times:
        return per_replicate(super().run(1 if repetitions > 1 else repetitions), self.permutations)


def ladders(data: pd.DataFrame, permutations: int) -> pd.DataFrame:
    """Wall time of whole ladders, by items and processes."""
    rows = []
    for kind, options in (
        ("continuous", {}),
        ("ordinal", {"ordered": True, "empty_categories": "collapse"}),
    ):
        ladder = ts.invariance(MODEL, data, group="group", cluster="school", **options)
        for workers in (1, 2):
            ts.permutation(ladder, 16, seed=1, workers=workers)
            start = time.perf_counter()
            ts.permutation(ladder, permutations, seed=1, workers=workers)
            spent = time.perf_counter() - start
            rows.append((kind, len(ladder.fits), workers, permutations, spent))
    columns = ["items", "steps", "processes", "permutations", "wall_s"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--permutations", type=int, default=1000)
    parser.add_argument("--peers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = survey()
    assert np.isfinite(data.drop(columns=["group", "school"]).to_numpy()).all()
    programs: list = [Ours(data, 200)]
    if shutil.which("Rscript"):
        try:
            programs.append(SemTools(data, options.peers))
        except RuntimeError as error:
            print(f"semTools is not timed: {error}", file=sys.stderr)
    try:
        table = measure(programs, options.rounds, 2)
    finally:
        for program in programs:
            program.close()
    print(table.to_string(index=False, float_format="{:.3f}".format))
    print()
    print(ladders(data, options.permutations).to_string(index=False, float_format="{:.1f}".format))


if __name__ == "__main__":
    main()
