"""Incomplete data: each row with what it has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from robust_cases import ITEMS, ONE, PUPILS, THREE, with_gaps
from scipy.stats import multivariate_normal

import tpn_sem as ts
from tpn_sem.moments import find_patterns, half_gradient, saturate
from tpn_sem.numerics import unvech, vech

# Full information ---------------------------------------------------------------------------------


def pattern_point() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = with_gaps(0.3)[ITEMS[:4]].to_numpy()
    rows = rows[~np.isnan(rows).all(axis=1)]
    mean, covariance = np.nanmean(rows, axis=0) + 0.1, np.diag(np.nanvar(rows, axis=0)) + 0.2
    return rows, mean, covariance


def test_deviance_is_that_of_each_row_with_what_it_has() -> None:
    rows, mean, covariance = pattern_point()
    total = 0.0
    for row in rows:
        there = ~np.isnan(row)
        density = multivariate_normal(mean[there], covariance[np.ix_(there, there)])
        total -= 2.0 * density.logpdf(row[there]) + there.sum() * np.log(2.0 * np.pi)
    deviance = find_patterns(rows).at(mean, covariance).deviance
    assert deviance == pytest.approx(total / len(rows), rel=1e-12)


def test_slope_and_curvature_are_derivatives() -> None:
    rows, mean, covariance = pattern_point()
    patterns, p, step = find_patterns(rows), len(mean), 1e-5
    point = np.concatenate([mean, vech(covariance)])

    def gradient(at: np.ndarray) -> np.ndarray:
        return half_gradient(*patterns.at(at[:p], unvech(at[p:], p)).slope)

    def value(at: np.ndarray) -> float:
        return 0.5 * float(patterns.at(at[:p], unvech(at[p:], p)).deviance)

    moves = step * np.eye(len(point))
    slopes = [(value(point + move) - value(point - move)) / (2 * step) for move in moves]
    curves = [(gradient(point + move) - gradient(point - move)) / (2 * step) for move in moves]
    np.testing.assert_allclose(gradient(point), slopes, atol=1e-8)
    np.testing.assert_allclose(patterns.at(mean, covariance).curvature, curves, atol=1e-8)


def test_complete_patterns_have_the_information_of_normal_data() -> None:
    rows = PUPILS[ITEMS].to_numpy()
    patterns = find_patterns(rows)
    mean, covariance = saturate(patterns, (rows.mean(0), np.eye(9))) or (0.0, 0.0)
    np.testing.assert_allclose(covariance, np.cov(rows.T, bias=True), rtol=1e-11)
    here = patterns.at(mean, covariance)
    np.testing.assert_allclose(here.information, here.curvature, rtol=1e-9, atol=1e-11)


def test_without_gaps_full_information_is_maximum_likelihood() -> None:
    plain = ts.cfa(THREE, PUPILS, mean_structure=True, information="observed")
    full = ts.cfa(THREE, PUPILS, missing="fiml")
    pd.testing.assert_frame_equal(full.estimates, plain.estimates, rtol=1e-6, atol=1e-8)
    shared = ["chisq", "logl", "aic", "baseline_chisq", "srmr", "gfi_lisrel"]
    np.testing.assert_allclose(full.measures[shared], plain.measures[shared], rtol=1e-8)
    assert full.measures["cfi_robust"] == pytest.approx(plain.measures["cfi"], abs=1e-6)


def test_saturated_moments_by_em_alone() -> None:
    rows = with_gaps(0.3)[ITEMS].dropna(how="all").to_numpy()
    found = saturate(find_patterns(rows), (np.nanmean(rows, 0), np.diag(np.nanvar(rows, 0))))
    assert found is not None
    mean, covariance = found
    for _ in range(3):  # an expectation-maximisation step written out, row by row
        expected, extra = np.zeros_like(rows), np.zeros_like(covariance)
        for place, row in enumerate(rows):
            o, m = ~np.isnan(row), np.isnan(row)
            slopes = covariance[np.ix_(m, o)] @ np.linalg.inv(covariance[np.ix_(o, o)])
            expected[place] = np.where(o, row, 0.0)
            expected[place, m] = mean[m] + slopes @ (row[o] - mean[o])
            block = covariance[np.ix_(m, m)] - slopes @ covariance[np.ix_(o, m)]
            extra[np.ix_(m, m)] += block
        new = expected.mean(0)
        np.testing.assert_allclose(new, mean, atol=1e-8)
        spread = np.cov(expected.T, bias=True) + extra / len(rows)
        np.testing.assert_allclose(spread, covariance, atol=1e-8)


def test_rows_without_a_predictor_are_dropped_and_named() -> None:
    data = with_gaps(0.1, columns=[*ITEMS, "agemo"])
    model = "visual =~ x1 + x2 + x3\nvisual ~ agemo"
    with pytest.warns(ts.TpnSemWarning, match=r"a predictor that is taken as given.*agemo"):
        fit = ts.sem(model, data, missing="fiml")
    assert fit.n_observations == data["agemo"].notna().sum()
    both = quietly(ts.sem, model, data, missing="fiml_x")
    assert both.n_observations > fit.n_observations


def test_answers_skipped_by_design_are_apart() -> None:
    data = PUPILS.copy()
    data.loc[:99, "x4"] = -9
    data["no_x5"] = (np.arange(len(data)) % 3 == 0).astype(int)
    with pytest.warns(ts.TpnSemWarning, match="skipped by design, apart from missing.*x4 100"):
        by_code = ts.cfa(ONE, data, missing="fiml", skipped=-9)
    assert by_code.n_observations == len(data)
    assert any("skipped by design" in note for note in by_code.notes)
    by_column = quietly(
        ts.sem, "visual =~ x1 + x2 + x3 + x5", data, missing="fiml", skipped={"x5": "no_x5"}
    )
    gaps = PUPILS.assign(x5=PUPILS["x5"].mask(data["no_x5"] == 1))
    other = quietly(ts.sem, "visual =~ x1 + x2 + x3 + x5", gaps, missing="fiml")
    np.testing.assert_allclose(by_column.coef, other.coef, rtol=1e-10)


# What can't be ------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
def test_predictors_count_as_given_with_and_without_missing_answers() -> None:
    """With complete answers both ways see the same test; rural is a property of the school."""
    survey = ts.datasets.teachers()
    items = [f"{name}{i}" for name in ("npc", "ksse") for i in range(1, 6)]
    survey = survey.dropna(subset=items)
    survey["rural"] = (survey["location"] == "rural").astype(float)
    text = (
        f"NPC =~ {' + '.join(items[:5])}; KSSE =~ {' + '.join(items[5:])}; KSSE ~ NPC + rural; "
        "NPC ~ rural"
    )
    traces = [
        ts.sem(text, survey, missing=missing, estimator="MLR", cluster="school")
        .test("satorra_bentler")
        .trace
        for missing in ("listwise", "fiml")
    ]
    assert traces[0] == pytest.approx(traces[1], rel=0.01)


@pytest.mark.parametrize("shift", [1e5, 1e7])
def test_means_far_from_zero_are_no_obstacle(shift: float) -> None:
    items = [f"x{place}" for place in range(1, 10)]
    data = ts.datasets.holzinger_swineford_1939()[items]
    data = data.mask(np.random.default_rng(1).random(data.shape) < 0.15)
    near, far = (
        ts.cfa("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6", moved, missing="fiml")
        for moved in (data, data + shift * data.std())
    )
    assert far.measures["chisq"] == pytest.approx(near.measures["chisq"], rel=1e-6)
