"""Ladders of models that identify themselves, with labels, markers and known exceptions."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from conftest import quietly
from group_comparison_cases import GRADES, PUPILS, THREE, pupils

import tpn_sem as ts
from tpn_sem.errors import (
    ComparisonWarning,
    ModelError,
    OptionError,
)

MARKED = "f =~ 1*x1 + x2 + x3 + x4"


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{"partial": True}, {"ordered": True}], ids=["search", "ordinal"]
)
def test_a_marker_of_the_text_gives_the_unit(options: dict) -> None:
    """Unit variances beside it would be one restriction too many."""
    data = GRADES if "ordered" in options else PUPILS
    one, two = (
        quietly(ts.invariance, text, data, group="school", **options)
        for text in (MARKED, MARKED.replace("1*", ""))
    )
    steps = [step for step in one.fits if step in two.fits and "partial" not in step]
    assert len(steps) >= 3
    for measure in ("chisq", "df"):
        np.testing.assert_allclose(
            [one.fits[step].measures[measure] for step in steps[:3]],
            [two.fits[step].measures[measure] for step in steps[:3]],
            rtol=1e-6,
        )
    assert "f =~ x1" not in one.freed


def test_one_label_for_all_groups_is_said_aloud() -> None:
    with pytest.warns(ComparisonWarning, match=r"one label for all groups \(b\)"):
        found = ts.invariance("f =~ x1 + b*x2 + b*x3 + x4", PUPILS, group="school", partial=True)
    assert found.table["df_diff"].dropna().gt(0).all()
    assert any("write c(b1, b2)" in note for note in found.notes)
    with pytest.raises(ModelError, match=r"label 'b' holds a loading equal"):
        ts.invariance("f =~ x1 + b*x2 + b*x3 + x4", GRADES, group="school", ordered=True)


SECOND_ORDER = THREE + "\nability =~ visual + textual + speed"


def test_intercepts_of_factors_that_measure_a_factor_can_be_exceptions() -> None:
    ladder = ts.invariance(SECOND_ORDER, PUPILS, group="school", partial=True)
    assert ladder.freed == ("textual ~ 1", "x3 ~ 1", "x7 ~ 1")
    known = ts.invariance(
        SECOND_ORDER, PUPILS, group="school", group_partial=list(ladder.freed), std_lv=True
    )
    assert known.table.loc["scalar", "chisq"] == pytest.approx(
        ladder.table.loc["partial scalar", "chisq"], rel=1e-8
    )


def test_exceptions_that_users_name_are_left_as_they_are() -> None:
    known = ts.invariance(
        THREE, PUPILS, group="school", std_lv=True, group_partial=["textual =~ x6"]
    )
    assert known.freed == ("textual =~ x6",)
    lavaans = ts.cfa(
        THREE,
        PUPILS,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=["textual =~ x6"],
    )
    assert known.table.loc["scalar", "chisq"] == pytest.approx(lavaans.measures["chisq"], rel=1e-8)
    for text in ("visual =~ x1", "textual ~ 1"):
        with pytest.raises(OptionError, match="fixed in all groups"):
            ts.invariance(THREE, PUPILS, group="school", group_partial=[text])


def test_a_scalar_fit_converges_with_few_equal_parameters() -> None:
    options = {"group_equal": ["loadings", "intercepts", "residuals"]}
    freed = ["speed =~ x9", "x9 ~ 1"]
    two = "textual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
    fits = [
        ts.cfa(two, PUPILS, group="sex", std_lv=unit, group_partial=freed, **options)
        for unit in (True, False)
    ]
    for fit in fits:
        assert fit.measures["chisq"] == pytest.approx(43.597, abs=5e-4)  # lavaan's


def test_ladders_can_be_kept_and_climbed_again() -> None:
    again = pickle.loads(pickle.dumps(pupils()))
    assert again.reached == "partial scalar"
    assert again.again(PUPILS).freed == pupils().freed
    assert len(repr(again.searches)) < 500
