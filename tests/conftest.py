"""Reference values and data that the tests share."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.triangle import Study, study
from tpn_sem.triangle.page import write_report

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"

# What several files of tests share stands in modules called *_cases; their asserts explain too.
pytest.register_assert_rewrite(*(path.stem for path in HERE.glob("*_cases.py")))


@cache
def reference_data(name: str) -> pd.DataFrame:
    """A data set that lavaan was run on."""
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


@cache
def reference_case(name: str) -> dict:
    """lavaan's frozen values for one case."""
    return json.loads((REFERENCE / "lavaan" / f"{name}.json").read_text())


def quietly(call: Callable, *arguments: object, **options: object):  # type: ignore[no-untyped-def]
    """What the call gives, its warnings unsaid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return call(*arguments, **options)


def assert_same_numbers(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Tables of one computation done twice: with other workers, after a journey, from one seed.

    Threads and processes may add up in another order, which changes digits near the 15th; what
    an iteration makes of that stays well below 1e-10.
    """
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-10, atol=1e-11)


@pytest.fixture
def holzinger() -> pd.DataFrame:
    """301 pupils of two schools."""
    return reference_data("HolzingerSwineford1939").copy()


@pytest.fixture
def four_factors() -> pd.DataFrame:
    """20 simulated items of four factors."""
    return reference_data("simulated_four_factors").copy()


@pytest.fixture(scope="session")
def whole_study() -> Study:
    """All variants of the triangle on the synthetic survey, in groups: half a minute."""
    return study(ts.datasets.teachers(), group="location", permutations=19, scrutiny=False)


@pytest.fixture(scope="session")
def folder(whole_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What that study writes."""
    target = tmp_path_factory.mktemp("study")
    write_report(whole_study, target, ts.__version__)
    return target


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests of the study first, and leave most cases of large families to the slow ones.

    Those that need the whole study are so in one worker, which runs it once; they are slow, as are
    comparisons with the older lavaan, and of the cases marked ``sampled(step)`` all but every
    step-th, from the first. Steps share no factor with the number of kinds that are crossed, so
    that each is met.
    """
    counts: Counter[str] = Counter()
    for item in items:
        sampled = item.get_closest_marker("sampled")
        needs_study = "whole_study" in getattr(item, "fixturenames", ())
        if needs_study or "0.6-14" in item.name:
            item.add_marker(pytest.mark.slow)
        elif sampled is not None and item.get_closest_marker("slow") is None:
            family = item.nodeid.partition("[")[0]
            if counts[family] % sampled.args[0]:
                item.add_marker(pytest.mark.slow)
            counts[family] += 1
    items.sort(key=lambda item: "whole_study" not in getattr(item, "fixturenames", ()))
