"""Moderated factor models, against OpenMx and models of two groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from moderated_cases import IMPACT, ONE, OPENMX, TWO, impact, items, openmx_case, pupils, stuck

import tpn_sem as ts
from tpn_sem import errors
from tpn_sem.groups.moderation import moderated

# Against OpenMx -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPENMX)
def test_estimates_are_openmx(name: str) -> None:
    fit, case = openmx_case(name), OPENMX[name]
    names = ["lhs", "op", "rhs", "moderator"]
    theirs = pd.DataFrame(case["estimates"])
    both = theirs.merge(fit.estimates, on=names, suffixes=("_openmx", ""), validate="1:1")
    assert len(both) == len(theirs) == fit.npar
    assert -2.0 * fit.logl == pytest.approx(case["minus_two_log_likelihood"], rel=1e-11)
    np.testing.assert_allclose(both["estimate"], both["estimate_openmx"], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(both["se"], both["se_openmx"], rtol=1e-7)  # numerical Hessian


def test_rows_without_a_moderator_are_dropped_aloud() -> None:
    data = pupils("hs_missing")
    lost = int(data["years"].isna().sum())
    with pytest.warns(errors.DataWarning) as caught:
        fit = moderated("f =~ x1 + x4 + x5", data, moderators=["years", "male"], missing="fiml")
    said = f"{lost} of 301 rows were dropped because a moderator is missing (years {lost}): "
    assert [note.startswith(said) for note in fit.notes] == [True, False]
    assert sorted(str(one.message) for one in caught) == sorted(fit.notes)
    assert fit.n_dropped == lost + 1 == 301 - fit.n_observations  # one gave no answer at all
    with pytest.warns(errors.DataWarning, match=r"rows were dropped because an answer is missing"):
        fit = moderated("f =~ x1 + x4 + x5", data.dropna(subset="years"), moderators="years")
    complete = data.dropna(subset="years").reset_index()[["x1", "x4", "x5"]].dropna()
    assert fit.n_observations == len(complete)
    np.testing.assert_array_equal(fit.estimation.rows.places, complete.index)
    whole = data.dropna(subset=["years", "x1", "x4", "x5"])
    alone = moderated("f =~ x1 + x4 + x5", whole, moderators="years")
    assert fit.logl == pytest.approx(alone.logl, rel=1e-11)  # sums of some 300 logarithms


# Against models of two groups ---------------------------------------------------------------------


LEVELS = {
    "configural": (["loadings", "intercepts", "residuals", "lv_covariances"], []),
    "metric": (
        ["lv_variances", "intercepts", "residuals", "lv_covariances"],
        ["loadings"],
    ),
    "scalar": (
        [*IMPACT, "residuals", "lv_covariances"],
        ["loadings", "intercepts"],
    ),
    "strict": ([*IMPACT, "lv_covariances"], ["loadings", "intercepts", "residuals"]),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("cluster", [None, "room"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_binary_moderator_makes_two_groups(level: str, cluster: str | None) -> None:
    """The clusters are in both groups, so that C / (C - 1) is the same for each."""
    sets, equal = LEVELS[level]
    data = pupils().sort_values("pasteur", kind="stable")
    options = {"cluster": cluster} if cluster else {}
    groups = quietly(
        ts.cfa,
        TWO,
        data,
        group="pasteur",
        group_equal=equal,
        std_lv=True,
        information="observed",
        **options,
    )
    fit = quietly(moderated, TWO, data, moderators="pasteur", moderated=sets, **options)
    assert fit.logl == pytest.approx(groups.measures["logl"], rel=1e-11)
    assert fit.npar == groups.estimation.n_parameters
    assert fit.bic == pytest.approx(groups.measures["bic"], rel=1e-11)
    names = ["lhs", "op", "rhs"]
    for place, value in enumerate((0, 1)):
        theirs = groups.estimates[groups.estimates["group"] == groups.group_labels[place]]
        both = fit.at(pasteur=value).merge(theirs, on=names, suffixes=("", "_group"))
        assert len(both) == len(theirs)
        np.testing.assert_allclose(both["estimate"], both["estimate_group"], rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(both["se"], both["se_group"], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(both["ci_lower"], both["ci_lower_group"], rtol=1e-5, atol=1e-6)


def test_likelihood_ratios_are_those_of_two_groups() -> None:
    fits = {
        level: quietly(moderated, TWO, pupils(), moderators="pasteur", moderated=sets)
        for level, (sets, _) in LEVELS.items()
    }
    ladder = ts.invariance(TWO, pupils(), group="pasteur", method="standard")
    test = fits["strict"].likelihood_ratio(fits["scalar"])
    assert test.statistic == pytest.approx(ladder.table.loc["strict", "chisq_diff"], rel=1e-9)
    assert test.degrees_of_freedom == ladder.table.loc["strict", "df_diff"] == 6
    assert test.p_value == pytest.approx(ladder.table.loc["strict", "p_diff"], rel=1e-8)
    assert test.null_hypothesis.startswith("no moderation of x1 ~~ x1 by pasteur, x2 ~~ x2 by")
    turned = fits["scalar"].likelihood_ratio(fits["strict"])
    assert turned.statistic == pytest.approx(test.statistic, rel=1e-10)
    assert turned.degrees_of_freedom == test.degrees_of_freedom
    assert turned.p_value == pytest.approx(test.p_value, rel=1e-9)
    assert turned.null_hypothesis == test.null_hypothesis


def test_the_scaled_likelihood_ratio_is_that_of_two_groups() -> None:
    data, both = pupils(), []
    options = {"cluster": "room", "std_lv": True, "information": "observed"}
    options["test"] = "yuan_bentler_mplus"  # its traces cancel to those of the log-likelihoods
    for level in ("strict", "scalar"):
        equal = LEVELS[level][1]
        both.append(quietly(ts.cfa, TWO, data, group="pasteur", group_equal=equal, **options))
    compared = quietly(ts.compare, *both, method="satorra_bentler_2001")
    theirs = compared["chisq_diff"].iloc[-1]
    fits = [
        quietly(
            moderated, TWO, data, moderators="pasteur", moderated=LEVELS[level][0], cluster="room"
        )
        for level in ("strict", "scalar")
    ]
    plain = 2.0 * (fits[1].logl - fits[0].logl)
    scaled = fits[0].likelihood_ratio(fits[1]).statistic
    assert abs(scaled - plain) > 0.01
    assert scaled == pytest.approx(theirs, rel=1e-7)


# What is asked ------------------------------------------------------------------------------------


def test_impact_is_the_default_and_order_does_not_matter() -> None:
    table = impact().estimates
    moved = table[table["moderator"] != ""]
    assert set(moved["lhs"]) == {"verbal"}
    assert list(moved["scale"]) == ["log", "log", "linear", "linear"]
    assert list(table.columns) == [
        *("lhs", "op", "rhs", "moderator", "scale"),
        *("estimate", "se", "z", "p_value", "ci_lower", "ci_upper"),
    ]
    fixed = table[(table["lhs"] == "verbal") & (table["op"] != "=~") & (table["moderator"] == "")]
    np.testing.assert_allclose(fixed["estimate"], [1.0, 0.0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(fixed["se"], 0.0, atol=1e-12)
    turned = moderated(ONE, pupils(), moderators=["male", "years"], moderated=IMPACT)
    assert turned.logl == pytest.approx(impact().logl, rel=1e-11)
    assert impact().logl < items().logl
    test = items().likelihood_ratio(impact())
    assert test.degrees_of_freedom == 5
    assert "verbal =~ x5 by years" in test.null_hypothesis


def test_labels_hold_where_moderators_are_zero_and_definitions_follow() -> None:
    text = "verbal =~ a*x4 + a*x5 + x6 + b*x1\ntwice := 2 * a + b"
    sets = [*IMPACT, "verbal =~ x5"]
    fit = moderated(text, pupils(), moderators="years", moderated=sets)
    free = moderated(ONE, pupils(), moderators="years", moderated=sets)
    value = fit.estimates.set_index(["lhs", "op", "rhs", "moderator"])
    a, b = (value.loc[("verbal", "=~", item, ""), "estimate"] for item in ("x4", "x1"))
    assert value.loc[("verbal", "=~", "x5", ""), "estimate"] == pytest.approx(a, rel=1e-12)
    assert value.loc[("verbal", "=~", "x5", "years"), "estimate"] != 0.0
    twice = fit.estimates[fit.estimates["op"] == ":="].iloc[0]
    assert twice["estimate"] == pytest.approx(2 * a + b, rel=1e-12)
    covariance = fit.estimation.covariance
    base = fit.estimation.design.base
    slope = np.zeros(fit.npar)
    cells = fit.estimation.design.pattern
    rows = [fit.estimation.specification.table.rows[place].name for place in cells.table_rows]
    slope[: base.shape[1]] = 2 * base[rows.index("verbal=~x4")] + base[rows.index("verbal=~x1")]
    assert twice["se"] == pytest.approx(np.sqrt(slope @ covariance @ slope))
    test = fit.likelihood_ratio(free)
    assert (test.degrees_of_freedom, test.null_hypothesis) == (1, "the constraints hold")
    assert test.statistic == pytest.approx(2 * (free.logl - fit.logl))


def test_residual_covariances_and_regressions_are_moderated() -> None:
    text = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual\nx2 ~~ x9"
    fit = moderated(
        text,
        pupils(),
        moderators="pasteur",
        moderated=["loadings", "intercepts", "residuals", "residual_covariances", "regressions"],
    )
    groups = ts.cfa(text, pupils(), group="pasteur", std_lv=True)
    assert fit.logl == pytest.approx(groups.measures["logl"], rel=1e-11)
    assert (fit.estimates["scale"] == "log").sum() == 6


def test_a_fit_shows_itself() -> None:
    text = repr(impact())
    assert text.startswith("moderated by years, male: 301 rows, 16 parameters, log-likelihood -")
    assert "verbal measured by" in text
    assert "<table" in impact()._repr_html_()
    assert "not converged" in repr(stuck())


def test_start_values_and_models_are_taken() -> None:
    started = moderated(
        ts.Model(ONE), pupils(), moderators=["years", "male"], start={"verbal=~x4": 0.5}
    )
    np.testing.assert_allclose(
        started.estimates["estimate"], impact().estimates["estimate"], rtol=1e-9, atol=1e-10
    )
    crossed = moderated(TWO, pupils(), moderators="years", orthogonal=True, missing="fiml")
    covariance = crossed.at().query("lhs == 'visual' and rhs == 'speed'")["estimate"].item()
    assert covariance == pytest.approx(0.0, abs=1e-12)
