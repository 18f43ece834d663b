"""No path costs a fifth more calls or memory than is stored; see `benchmarks/operations.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import operations

HELP = "; if that is meant: python benchmarks/operations.py --store"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", operations.PATHS)
def test_a_path_costs_no_more_than_is_stored(name: str) -> None:
    found = operations.cost(operations.PATHS[name])
    problems = operations.grown(name, found, operations.stored()[name])
    assert not problems, "; ".join(problems) + HELP


def test_every_stored_path_is_measured() -> None:
    assert set(operations.stored()) == set(operations.PATHS)


def test_counts_are_the_same_each_time() -> None:
    path = operations.PATHS["the same again"]
    path()
    assert operations.counted(path) == operations.counted(path) > 500


def test_more_work_is_noticed() -> None:
    known = operations.cost(operations.PATHS["the same again"])

    def slower() -> None:
        fit = operations.fitted(operations.model_text(), operations.DATA)
        _ = fit.modification_indices(), np.ones((600, 600))

    found = operations.cost(slower)
    problems = operations.grown("slower", found, known)
    assert [problem.split()[1] for problem in problems] == ["calls", "peak_kb"]
    assert operations.grown("the same", known, known) == []


def test_a_doctored_figure_fails() -> None:
    found = {"calls": 1300.0, "peak_kb": 100.0}
    assert operations.grown("a", found, {"calls": 1000.0, "peak_kb": 100.0}) == [
        "a: calls 1000 became 1300"
    ]
