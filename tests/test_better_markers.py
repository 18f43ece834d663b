"""Another marker where the first indicator is poor: lavaan 0.7-2's choices and numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import PUPILS, beside, fit_of

import tpn_sem as ts
from tpn_sem.errors import NotEstimatedError, OptionError

CASES: dict[str, Any] = json.loads((REFERENCE / "better_markers.json").read_text())["cases"]
FOUR = CASES["far"]["model"]
SWITCHED = ("just_above", "far", "two_factors", "two_factors_both", "groups", "equal", "fiml")


def switched(fit: ts.Fit) -> list[str]:
    return [note for note in fit.notes if "bad_marker_crit=" in note]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_choices_and_numbers_are_lavaans(name: str) -> None:
    case = CASES[name]
    fit = fit_of(case)
    ours, theirs = beside(fit.estimates, case, "estimate", "est", "se", "se")
    np.testing.assert_allclose(ours[:, 0], theirs[:, 0], rtol=5e-6, atol=5e-6)
    known = theirs[:, 1] > 0
    np.testing.assert_allclose(ours[known, 1], theirs[known, 1], rtol=5e-6)
    assert fit.measures["chisq"] == pytest.approx(case["measures"]["chisq"], rel=1e-7)


@pytest.mark.parametrize("name", SWITCHED)
def test_a_switch_is_said(name: str) -> None:
    assert switched(fit_of(CASES[name]))


def test_the_note_names_both() -> None:
    (note,) = switched(fit_of(CASES["far"]))
    assert note.startswith("f has its unit from x1 and not from x2")
    assert "0.53 and 0.35" in note
    assert len(switched(fit_of(CASES["two_factors_both"]))) == 2
    for name in ("below", "too_far", "groups_below"):
        assert not switched(fit_of(CASES[name]))


def test_by_default_nothing_is_switched() -> None:
    fit = quietly(ts.cfa, FOUR, PUPILS)
    assert not switched(fit)
    assert fit.estimates.loc["f =~ x2", "estimate"] == 1.0


@pytest.mark.parametrize(
    "model",
    [
        "f =~ 1*x2 + x1 + x3 + x4",  # a marker that the text fixes
        "f =~ x2 + 1*x1 + x3 + x4",
        "f =~ x2 + a*x1 + b*x3 + lower(0)*x4",  # no other that carries nothing
        "f =~ x2 + x1",
        'efa("b")*f + efa("b")*g =~ x2 + x1 + x3 + x4 + x5 + x6',
    ],
)
def test_what_is_written_stays(model: str) -> None:
    extra = "; f ~~ 0.5*f" if model == "f =~ x2 + x1" else ""
    assert not switched(quietly(ts.cfa, model + extra, PUPILS, bad_marker_crit=0.4))


def test_a_labelled_loading_is_left_alone() -> None:
    (note,) = switched(quietly(ts.cfa, "f =~ x2 + a*x1 + x3 + x4", PUPILS, bad_marker_crit=0.4))
    assert "from x3" in note


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"bad_marker_crit": -0.1}, "from 0"),
        ({"bad_marker_crit": 1.0}, "below 1"),
        ({"bad_marker_crit": "yes"}, "bad_marker_crit"),
        ({"bad_marker_crit": 0.1, "std_lv": True}, "beside std_lv="),
        ({"bad_marker_crit": 0.1, "effect_coding": True}, "beside effect_coding="),
        ({"bad_marker_crit": 0.1, "auto_fix_first": False}, "beside auto_fix_first="),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        quietly(ts.cfa, FOUR, PUPILS, **options)


def test_levels_refuse() -> None:
    text = "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nf =~ x1 + x2 + x3"
    with pytest.raises(NotEstimatedError, match="bad_marker_crit="):
        quietly(ts.sem, text, PUPILS, cluster="agemo", bad_marker_crit=0.1)
