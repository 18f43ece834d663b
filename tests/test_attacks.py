"""A short share of the attack on the library; `python -m fuzz` is the whole of it."""

from __future__ import annotations

import random

import pytest

from fuzz import calls, files, frames, ordinal, texts
from fuzz.judge import judged
from tpn_sem import TpnSemError

ATTACKS = {"texts": texts, "frames": frames, "ordinal": ordinal, "calls": calls, "files": files}
QUICK = {"texts": 1500, "frames": 30, "ordinal": 10, "calls": 200, "files": 20}
LONG = {"texts": 21_500, "frames": 1530, "ordinal": 260, "calls": 5200, "files": 420}


def attack(name: str, seed: int, count: int) -> list[str]:
    """What was found by so many cases."""
    found = []
    for number in range(count):
        title = f"{name} {seed} {number}"
        parts, run = ATTACKS[name].case(random.Random(title))
        finding = judged(lambda run=run, parts=parts: run(**parts))
        if finding is not None:
            found.append(f"{title}: {finding.what}")
    return found


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_falls(name: str) -> None:
    assert attack(name, 1, QUICK[name]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_falls_for_longer(name: str) -> None:
    assert attack(name, 2, LONG[name]) == []


def test_an_unknown_option_is_an_error_wherever_a_user_calls() -> None:
    for owner, name in calls.callables():
        if calls.is_called(owner, name):
            with pytest.raises(TpnSemError):
                calls.run(owner, name, [], {"no such option": 1})
