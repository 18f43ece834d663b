"""Cut-offs by simulation: what is drawn is as wrong as asked, and bounds are what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly

import tpn_sem as ts
from tpn_sem.numerics import correlation
from tpn_sem.populations import Population, RandomMisfit, added_paths

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PUPILS = ts.datasets.holzinger_swineford_1939()
TEACHERS = ts.datasets.teachers()
ITEMS = "NPC =~ npc1 + npc2 + npc3 + npc4\nKSSE =~ ksse1 + ksse2 + ksse3 + ksse4"


def moments_of(fit: ts.Fit, populations: tuple[Population, ...]) -> dict[str, ts.SampleMoments]:
    names = fit.estimation.specification.observed
    found = {}
    for sample, one in zip(fit.estimation.samples.groups, populations, strict=True):
        n = sample.n_observations
        found[sample.label] = ts.SampleMoments(
            one.covariance * n / (n - 1), one.mean, n, names=names
        )
    return found


@pytest.mark.parametrize("equal", [(), ("loadings", "intercepts")])
def test_random_misfit_leaves_the_best_parameters_where_they_are(equal: tuple[str, ...]) -> None:
    fit = ts.cfa(THREE, PUPILS, group="school", group_equal=equal)
    populations = RandomMisfit(fit.estimation, 0.05).draw(np.random.default_rng(1))
    residuals = []
    for one, implied in zip(populations, fit.estimation.implied, strict=True):
        gap = correlation(one.covariance) - correlation(implied.covariance)
        residuals.append(gap[np.tril_indices(9, -1)])
        np.testing.assert_allclose(np.diag(one.covariance), np.diag(implied.covariance))
    assert np.sqrt(np.mean(np.concatenate(residuals) ** 2)) == pytest.approx(0.05)
    again = ts.cfa(THREE, moments_of(fit, populations), group_equal=equal)
    np.testing.assert_allclose(again.coef, fit.coef, rtol=1e-6, atol=1e-7)
    assert again.measures["rmsea"] > 0.03


def test_random_misfit_of_least_squares_and_of_ordinal_items() -> None:
    fit = ts.cfa(THREE, PUPILS, estimator="ULS")
    (one,) = RandomMisfit(fit.estimation, 0.04).draw(np.random.default_rng(2))
    names = fit.estimation.specification.observed
    moments = ts.SampleMoments(one.covariance, None, len(PUPILS), names=names)
    again = ts.cfa(THREE, moments, estimator="ULS")
    np.testing.assert_allclose(again.coef, fit.coef, rtol=1e-5, atol=1e-6)
    fit = quietly(ts.cfa, ITEMS, TEACHERS, ordered=True, missing="pairwise")
    (one,) = RandomMisfit(fit.estimation, 0.06).draw(np.random.default_rng(3))
    assert sorted(one.cuts) == list(range(8))
    draw = one.draw(np.random.default_rng(4), 100_000)
    frame = pd.DataFrame(draw, columns=fit.estimation.specification.observed)
    again = quietly(ts.cfa, ITEMS, frame, ordered=True)
    assert again.measures["srmr"] == pytest.approx(0.06, abs=0.012)
    loadings = fit.coef.index.str.contains("=~")
    np.testing.assert_allclose(again.coef[loadings], fit.coef[loadings], atol=0.06)


def test_added_paths_are_standardised_and_keep_the_variances() -> None:
    fit = ts.cfa(THREE, PUPILS)
    text = "visual =~ .3*x9\nx1 ~~ .25*x4"
    (one,) = added_paths(fit.estimation, ts.Model(text).statements)
    before = fit.estimation.implied[0].covariance
    np.testing.assert_allclose(np.diag(one.covariance), np.diag(before))
    again = ts.cfa(THREE + "\nvisual =~ x9\nx1 ~~ x4", moments_of(fit, (one,))[""])
    assert again.measures["chisq"] == pytest.approx(0.0, abs=1e-6)
    found = again.standardized().set_index(["lhs", "op", "rhs"])["estimate"]
    assert found["visual", "=~", "x9"] == pytest.approx(0.3, abs=1e-5)
    residuals = fit.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    expected = 0.25 * np.sqrt(residuals["x1", "~~", "x1"] * residuals["x4", "~~", "x4"])
    own = again.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    assert own["x1", "~~", "x4"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.slow
def test_bounds_and_shares_by_their_definitions() -> None:
    fit = ts.cfa(THREE, ts.simulate(ts.cfa(THREE, PUPILS), 400, seed=3))
    found = ts.cutoffs(
        fit, 100, seed=1, misfit=[0.04, "visual =~ .35*x9"], indices=["cfi", "rmsea"]
    )
    good = found.replicates["none", "cfi"]
    assert found.table.loc[("cfi", "none"), "bound"] == pytest.approx(good.quantile(0.05))
    bad = found.replicates["0.04", "rmsea"]
    row = found.table.loc[("rmsea", "0.04")]
    assert row["bound"] == pytest.approx(bad.quantile(0.05))
    holds = found.table.loc[("rmsea", "none"), "bound"]
    assert row["detected"] == pytest.approx((bad > holds).mean())
    assert row["detected"] > 0.8
    observed = found.table.loc[("cfi", "none"), "observed"]
    assert observed == pytest.approx(fit.measures["cfi"], rel=1e-9)
    assert found.table.loc[("cfi", "none"), "reached"]
    assert "as good as where the model holds; better than" in found.verdicts["cfi"]
    assert len(found.problems) == 0
    # where the model holds, the mean of chi-square is the degrees of freedom: RMSEA is often 0
    assert 0.35 < (found.replicates["none", "rmsea"] < 1e-9).mean() < 0.75


@pytest.mark.slow
def test_data_like_the_users_own() -> None:
    data = TEACHERS.assign(z=TEACHERS["mentoring"])
    fit = quietly(
        ts.cfa, ITEMS + "\nNPC ~ z", data, missing="fiml", cluster="school", group="location"
    )
    found = quietly(ts.cutoffs, fit, 12, seed=2, misfit=0.05)
    assert 0.0 < found.icc < 0.2
    assert list(found.table.index.get_level_values(0).unique()) == [
        "cfi_robust",
        "tli_robust",
        "rmsea_robust",
        "srmr",
    ]
    told = ts.cutoffs(fit, 4, seed=2, misfit=[], icc=0.3)
    assert told.icc == pytest.approx(0.3, rel=1e-12)
    assert list(told.table.index.get_level_values(1).unique()) == ["none"]
    fit = quietly(ts.cfa, ITEMS, TEACHERS, ordered=True, missing="pairwise")
    found = quietly(ts.cutoffs, fit, 10, seed=2, misfit=0.06)
    assert found.table.loc[("srmr", "0.06"), "detected"] == pytest.approx(1.0)
    assert "cfi_robust" in found.verdicts


@pytest.mark.slow
def test_workers_do_not_change_the_numbers() -> None:
    fit = ts.cfa(THREE, PUPILS)
    one, two = (ts.cutoffs(fit, 20, seed=4, misfit=0.05, workers=workers) for workers in (1, 2))
    assert_same_numbers(one.replicates, two.replicates)


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (THREE, {"misfit": 0.9}, "between 0 and .5"),
        (THREE, {"misfit": None}, "misfit= is a number, a text"),
        (THREE, {"seed": "x"}, "seed= is a whole number or None"),
        (THREE, {"misfit": 0.45}, "leave no covariance matrix"),
        (THREE, {"misfit": "visual =~ x9"}, "with its standardised value"),
        (THREE, {"misfit": "visual =~ .3*x10"}, "'x10' is not in the model"),
        (THREE, {"misfit": "visual =~ .99*x5"}, "leaves no variance"),
        (THREE, {"indices": ["cif"]}, "indices='cif' is not known"),
        (THREE, {"indices": ["chisq"]}, "no index of how good a fit is"),
        (THREE, {"icc": 0.1}, "needs a fit with cluster="),
        ("visual =~ x1 + x2 + x3", {}, "no degrees of freedom"),
    ],
)
def test_what_cannot_be(text: str, options: dict, says: str) -> None:
    fit = ts.cfa(text, PUPILS)
    with pytest.raises(ts.TpnSemError, match=says):
        ts.cutoffs(fit, **{"n": 5, **options})


def test_a_text_is_no_fit() -> None:
    for ask in (ts.cutoffs, ts.bootstrap):
        with pytest.raises(ts.TpnSemError, match="fit a model first"):
            ask(THREE)
    with pytest.raises(ts.TpnSemError, match="population= is a Fit, a Model or a text"):
        ts.power(PUPILS, "fit", 100)


def test_moments_have_no_rows() -> None:
    moments = ts.SampleMoments.from_data(PUPILS[[f"x{k}" for k in range(1, 10)]])
    with pytest.raises(ts.TpnSemError, match="need rows of data"):
        ts.cutoffs(ts.cfa(THREE, moments))
