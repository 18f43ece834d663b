"""Start values of models in which factors lie over others: method, general, specific factors."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.estimation.second_starts import overlying_factors
from tpn_sem.estimation.start_values import Quiet, start_values

FACTORS = ("NPC", "KSSE", "KS", "KR")
ITEMS = {name: tuple(f"{name.lower()}{place}" for place in range(1, 6)) for name in FACTORS}
EVERY = tuple(item for own in ITEMS.values() for item in own)
FOUR = "\n".join(f"{name} =~ {' + '.join(own)}" for name, own in ITEMS.items())
ORTHOGONAL = "\n".join(f"M ~~ 0*{name}" for name in FACTORS)
FREE = f"{FOUR}\nM =~ NA*{' + '.join(EVERY)}\nM ~~ 1*M\n{ORTHOGONAL}"
MARKED = f"{FOUR}\nM =~ {' + '.join(EVERY)}\n{ORTHOGONAL}"


# Which factors lie over others --------------------------------------------------------------------


def test_a_method_factor_lies_over_the_others() -> None:
    over, under = overlying_factors({**ITEMS, "M": EVERY})
    assert over == {"M"}
    assert under == set(FACTORS)


def test_a_specific_factor_lies_over_one() -> None:
    """Bifactor S-1: the general factor has items of its own, the specific one has none."""
    items = {"KE": ITEMS["KS"] + ITEMS["KR"], "KRs": ITEMS["KR"], "NPC": ITEMS["NPC"]}
    assert overlying_factors(items) == ({"KRs"}, {"KE"})


def test_factors_of_the_same_items_do_not_lie_over_each_other() -> None:
    growth = {"level": ("t1", "t2", "t3"), "slope": ("t1", "t2", "t3")}
    assert overlying_factors(growth) == (frozenset(), frozenset())
    assert overlying_factors(ITEMS) == (frozenset(), frozenset())
    assert overlying_factors({}) == (frozenset(), frozenset())


# Values -------------------------------------------------------------------------------------------


def test_quiet_factors_leave_the_others_where_they_would_be_alone() -> None:
    data = datasets.teachers()
    alone = quietly(ts.sem, FOUR, data).estimation
    both = quietly(ts.sem, FREE, data, max_iterations=1).estimation
    quiet = Quiet(frozenset({"M"}), 0.2)
    values = dict(zip(both.names, start_values(both.objective, {}, quiet), strict=True))
    before = dict(zip(alone.names, start_values(alone.objective), strict=True))
    deviations = np.sqrt(np.diag(both.samples.groups[0].covariance))
    for name, value in before.items():
        left, operator, right = name.partition("~~")
        if operator and left == right and left in EVERY:
            value -= 0.04 * deviations[EVERY.index(left)] ** 2  # what the method takes
        assert values[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    for item, deviation in zip(EVERY, deviations, strict=True):
        assert values[f"M=~{item}"] == pytest.approx(0.2 * deviation, rel=1e-9)


def test_a_quiet_factor_keeps_its_marker() -> None:
    both = quietly(ts.sem, MARKED, datasets.teachers(), max_iterations=1).estimation
    values = dict(
        zip(
            both.names,
            start_values(both.objective, {}, Quiet(frozenset({"M"}), 0.3)),
            strict=True,
        )
    )
    deviations = np.sqrt(np.diag(both.samples.groups[0].covariance))
    assert values["M~~M"] == pytest.approx((0.3 * deviations[0]) ** 2, rel=1e-9)
    assert values["M=~npc2"] == pytest.approx(deviations[1] / deviations[0], rel=1e-9)


# What is reached ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_free_method_loadings_reach_the_minimum() -> None:
    """Its value is that from start(0.16) for all method loadings."""
    fit = quietly(ts.sem, FREE, datasets.teachers(), missing="fiml")
    begun = FREE.replace("NA*npc1", "NA*npc1 + " + " + ".join(f"start(0.16)*{i}" for i in EVERY))
    other = quietly(ts.sem, begun, datasets.teachers(), missing="fiml")
    assert fit.admissible
    assert fit.measures["df"] == 144
    assert fit.measures["chisq"] == pytest.approx(162.115, abs=5e-4)
    assert fit.measures["bic"] == pytest.approx(20246.211, abs=5e-4)
    assert fit.measures["chisq"] == pytest.approx(other.measures["chisq"], abs=1e-6)
    assert any("usual start values led nowhere" in note for note in fit.notes)


@pytest.mark.slow
def test_it_takes_few_other_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small starts end in the same minimum, which is then taken."""
    where = sys.modules["tpn_sem.estimation.second_starts"]
    tried = where._tried
    begun = []

    def counted(*arguments: object) -> object:
        begun.append(1)
        return tried(*arguments)

    monkeypatch.setattr(where, "_tried", counted)
    assert quietly(ts.sem, FREE, datasets.teachers(), missing="fiml").converged
    assert len(begun) == 2


def test_ordinary_models_begin_once(monkeypatch: pytest.MonkeyPatch) -> None:
    where = sys.modules["tpn_sem.estimation.estimate"]

    def never(*_: object) -> None:
        raise AssertionError("second starts were taken")

    monkeypatch.setattr(where, "best_of_second_starts", never)
    assert quietly(ts.sem, FOUR, datasets.teachers()).converged


def test_a_quiet_factor_explains_nothing_else_yet() -> None:
    text = f"{FREE}\nmentoring ~ M"
    both = quietly(ts.sem, text, datasets.teachers(), max_iterations=1).estimation
    begun = start_values(both.objective, {}, Quiet(frozenset({"M"}), 0.2))
    assert dict(zip(both.names, begun, strict=True))["mentoring~M"] == pytest.approx(0.0, abs=1e-12)
