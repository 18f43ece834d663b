"""What alignment says, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from alignment_cases import PUPILS, SPEED, THREE, drawn_fit, invariant_fit, moments, pupils

import tpn_sem as ts
from tpn_sem.errors import ConvergenceWarning, IdentificationWarning, NotAvailableError, OptionError
from tpn_sem.groups.alignment import (
    Alignment,
    align,
    alignment,
    configural,
)


def test_tables_and_notes_are_shown() -> None:
    found = alignment(pupils(std_lv=True), seed=1)
    for text in (" ".join(repr(found).split()), found._repr_html_()):
        assert "(d^2 + 0.01)^0.25" in text
        assert "30 (loadings) and 30 (intercepts, thresholds) of 30 starts" in text
        assert "11% of the item parameters are not invariant." in text
        assert "textual=~x4" in text
        assert "2.487*" in text
    assert found.reference == "Pasteur"
    assert found.share_noninvariant == pytest.approx(4 / 38)


def test_many_parameters_that_differ_are_noted() -> None:
    found = alignment(draw_apart(), seed=1)
    assert found.share_noninvariant > 0.25
    assert "more than the 25%" in found.notes[-1]


def draw_apart() -> ts.Fit:
    """Three groups that share hardly anything."""
    generator, data = np.random.default_rng(2), {}
    for group in range(3):
        loadings = generator.uniform(0.4, 1.6, (4, 1))
        level = generator.uniform(-2.0, 2.0, 4)
        data[f"g{group}"] = moments(loadings, level, np.zeros(1), np.eye(1), 5000)
    return ts.cfa("f =~ y1 + y2 + y3 + y4", data, std_lv=True)


def test_a_minimum_that_one_start_found_is_warned_of() -> None:
    with pytest.warns(ConvergenceWarning, match=r"only one of 1 starts .* Raise starts="):
        found = alignment(drawn_fit(), starts=1)
    assert any("only one of 1 starts" in note for note in found.notes)


def test_free_means_that_are_hardly_identified_are_warned_of() -> None:
    with pytest.warns(IdentificationWarning, match="poorly identified"):
        found = alignment(pupils(std_lv=True), method="free", seed=1)
    assert found.reference is None
    assert "product of each factor's variances" in found.notes[0]
    np.testing.assert_allclose(found.factors.groupby("factor")["variance"].prod(), 1.0)


def test_free_means_are_refused_where_they_are_not_identified_at_all() -> None:
    with pytest.raises(NotAvailableError, match=r"flat at its minimum.*take method='fixed'"):
        alignment(invariant_fit(), method="free", seed=1)


def test_factors_without_loadings_are_refused() -> None:
    start = configural(drawn_fit().estimation)
    nothing = replace(start, loadings=np.zeros_like(start.loadings))
    with pytest.raises(NotAvailableError, match="loadings near zero"):
        align(nothing, "fixed", 0, power=0.5, epsilon=0.01, starts=2,
              generator=np.random.default_rng(1))  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "fixd"}, "did you mean 'fixed'"),
        ({"reference": "Pastor"}, "did you mean 'Pasteur'.*'Pasteur', 'Grant-White'"),
        ({"reference": 3}, "reference= is a text or None, not 3"),
        ({"method": "free", "reference": "Pasteur"}, "leave reference out"),
        ({"starts": 0}, "whole number"),
        ({"starts": 2.5}, "whole number"),
        ({"power": 3.0}, "power is a number above 0 and at most 2"),
        ({"epsilon": 0.0}, "epsilon is a number above 0, "),
        ({"epsilon": "small"}, "epsilon= is a number"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        alignment(pupils(std_lv=True), **options)


def test_only_a_fit_is_taken() -> None:
    with pytest.raises(OptionError, match="fit= is a Fit or an InvarianceLadder"):
        alignment(THREE)  # type: ignore[arg-type]


REFUSED: dict[str, tuple[str, dict[str, object], str]] = {
    "one group": (THREE, {"group": None}, "fit the model with group="),
    "no factor": ("x1 ~~ x2", {}, "the model has none"),
    "regression": (SPEED + "\nspeed ~ ageyr", {}, "'speed~ageyr'"),
    "second order": (THREE + "\nall =~ visual + textual + speed", {}, "'all=~visual'"),
    "no means": (THREE, {"mean_structure": False}, "mean_structure=True"),
    "no errors": (THREE, {"se": "none"}, "no covariance matrix"),
    "equal loadings": (THREE, {"group_equal": "loadings"}, "not configural"),
    "equal intercepts": (
        THREE,
        {"group_equal": ("loadings", "intercepts")},
        "holds parameters equal between groups",
    ),
    "one equal loading": (
        "speed =~ x7 + c(a, a)*x8 + x9 + x1",
        {},
        r"holds parameters equal between groups \('speed=~x",
    ),
    "equal in a group": ("speed =~ x7 + c(a, b)*x8 + c(a, b)*x9 + x1", {}, "in group 'Pasteur'"),
    "two fixed": (SPEED + "\nspeed ~~ 1*speed", {}, "restricts 'speed=~x7' in group 'Pasteur'"),
    "not everywhere": ("speed =~ x7 + x8 + x9 + c(NA, 0)*x1", {}, "'?speed=~x1 is not in every"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", REFUSED)
def test_fits_that_cannot_be_aligned(case: str) -> None:
    text, options, message = REFUSED[case]
    fit = ts.cfa(text, PUPILS, **{"group": "school"} | options)
    with pytest.raises(NotAvailableError, match=message):
        alignment(fit)


def test_a_fit_that_did_not_converge_is_refused() -> None:
    with pytest.warns(ConvergenceWarning):
        fit = ts.cfa(THREE, PUPILS, group="school", max_iterations=1)
    with pytest.raises(NotAvailableError, match="did not converge"):
        alignment(fit)


def test_a_factor_without_variance_is_refused() -> None:
    text = "speed =~ 1*x7 + x8 + x9\nspeed ~~ c(NA, -0.1)*speed"
    with pytest.warns(ts.TpnSemWarning):
        fit = ts.cfa(text, PUPILS, group="school")
    with pytest.raises(NotAvailableError, match=r"variance speed~~speed is -0\.1 in group"):
        alignment(fit)


def test_the_result_is_what_it_says() -> None:
    found = alignment(drawn_fit(), seed=1)
    assert isinstance(found, Alignment)
    assert list(found.factors.columns) == [
        "factor", "group", "mean", "mean_se", "mean_lower", "mean_upper",
        "variance", "variance_se", "variance_lower", "variance_upper",
    ]  # fmt: skip
    assert len(found.parameters) == 4 * 10
    assert (
        found.items["n_invariant"].tolist()
        == found.parameters.groupby(["lhs", "op", "rhs"], sort=False)["invariant"].sum().tolist()
    )
