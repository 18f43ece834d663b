"""Factor scores of incomplete rows and of other data, their errors, and plausible values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PUPILS = ts.datasets.holzinger_swineford_1939()
ITEMS = [f"x{place}" for place in range(1, 10)]
GAPS = PUPILS.assign(**PUPILS[ITEMS].mask(np.random.default_rng(21).random((len(PUPILS), 9)) < 0.2))
GRADES = PUPILS.assign(
    **PUPILS[ITEMS].apply(lambda column: pd.cut(column, 4, labels=False).astype(float) + 1.0)
)


def normal_posterior(fit: ts.Fit, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The factors' mean and covariance given one row's answers, by the joint distribution."""
    implied = fit.estimation.implied[0]
    there = np.flatnonzero(~np.isnan(answers))
    joint, n = implied.all_covariance, 9
    weights = joint[n:][:, there] @ np.linalg.inv(joint[np.ix_(there, there)])
    mean = weights @ (answers[there] - implied.mean[there])
    return mean, joint[n:, n:] - weights @ joint[there][:, n:]


def test_every_row_with_an_answer_has_a_score() -> None:
    fit = quietly(ts.cfa, THREE, GAPS, missing="fiml")
    scores = fit.factor_scores(standard_errors=True)
    assert len(scores) == len(PUPILS)
    assert scores.notna().all().all()
    for row in (0, 17, 300):
        mean, spread = normal_posterior(fit, GAPS[ITEMS].iloc[row].to_numpy())
        own = scores.iloc[row]
        np.testing.assert_allclose(own[["visual", "textual", "speed"]], mean, rtol=1e-8)
        errors = own[["visual_se", "textual_se", "speed_se"]]
        np.testing.assert_allclose(errors.to_numpy(float), np.sqrt(np.diag(spread)), rtol=1e-8)


def test_complete_rows_score_alike_with_the_same_parameters() -> None:
    listwise = ts.cfa(THREE, PUPILS, mean_structure=True)
    full = ts.cfa(THREE, PUPILS, missing="fiml")
    for method in ("regression", "Bartlett"):
        one, other = listwise.factor_scores(method), full.factor_scores(method)
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_bartlett_needs_an_answer_for_every_factor() -> None:
    data = PUPILS.copy()
    data.loc[data.index[0], ["x1", "x2", "x3"]] = np.nan
    fit = quietly(ts.cfa, THREE, data, missing="fiml")
    scores = fit.factor_scores("Bartlett")
    assert scores.iloc[0].isna().all()
    assert scores.iloc[1:].notna().all().all()
    assert fit.factor_scores().notna().all().all()


def test_other_rows_are_scored_as_the_ones_of_the_fit() -> None:
    fit = ts.cfa(THREE, PUPILS, group="school")
    again = fit.factor_scores(data=PUPILS)
    pd.testing.assert_frame_equal(again, fit.factor_scores(), rtol=1e-10)
    few = fit.factor_scores(data=PUPILS.iloc[[250, 3]])
    assert list(few.index) == list(PUPILS.index[[250, 3]])
    plain = ts.cfa(THREE, PUPILS)
    np.testing.assert_allclose(
        plain.factor_scores(data=PUPILS.iloc[:1]), plain.factor_scores().iloc[:1], rtol=1e-10
    )


def test_other_answers_keep_the_codes_of_the_fit() -> None:
    fit = quietly(ts.cfa, THREE, GRADES, ordered=True)
    middle = GRADES[(GRADES[ITEMS] > 1).all(axis=1)].iloc[:5]
    ours = fit.factor_scores(data=middle)
    np.testing.assert_allclose(ours, fit.factor_scores().loc[middle.index], rtol=1e-8, atol=1e-9)
    with pytest.raises(ts.TpnSemError, match="answer 9"):
        fit.factor_scores(data=GRADES.iloc[:5].assign(x3=9.0))


def test_plausible_values_have_the_factors_distribution() -> None:
    fit = quietly(ts.cfa, THREE, GAPS, missing="fiml")
    draws = fit.factor_scores(n_draws=200, seed=1)
    assert len(draws) == 200 * len(PUPILS)
    names = ["visual", "textual", "speed"]
    implied = fit.estimation.implied[0].all_covariance[9:, 9:]
    among = draws[names].cov().to_numpy()
    assert np.abs(among - implied).max() < 0.12 * np.sqrt(np.diag(implied)).max() ** 2
    scores = fit.factor_scores(standard_errors=True)
    own = draws.groupby(level=0)["visual"]
    np.testing.assert_allclose(own.mean(), scores["visual"], atol=5 * 0.8 / np.sqrt(200))
    ratio = (own.std() / scores["visual_se"]).mean()
    assert ratio == pytest.approx(1.0, abs=0.02)


def test_plausible_values_of_ordinal_items_are_draws_from_the_posterior() -> None:
    text = "visual =~ x1 + x2 + x3"
    fit = quietly(ts.cfa, text, GRADES, ordered=True)
    draws = fit.factor_scores(n_draws=200, seed=2).groupby(level=0)["visual"]
    scores = fit.factor_scores(standard_errors=True)
    assert (draws.std() / scores["visual_se"]).mean() == pytest.approx(1.0, abs=0.06)
    total = fit.factor_scores(n_draws=20, seed=3)["visual"].var()
    assert total == pytest.approx(fit.coef["visual~~visual"], rel=0.12)


def test_reliability_is_the_share_of_variance_that_scores_have() -> None:
    fit = ts.cfa(THREE, PUPILS)
    scores = fit.factor_scores(standard_errors=True)
    variance = fit.coef["visual~~visual"]
    spread = scores["visual"].var(ddof=0)
    assert scores["visual_reliability"].iloc[0] == pytest.approx(
        1.0 - scores["visual_se"].iloc[0] ** 2 / variance
    )
    assert spread / variance == pytest.approx(scores["visual_reliability"].iloc[0], rel=0.02)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"seed": 3}, "n_draws"),
        ({"n_draws": 0}, "from 1"),
        ({"n_draws": 5, "standard_errors": True}, "leave method= and"),
        ({"data": PUPILS.drop(columns="x4")}, "x4"),
        ({"data": [1, 2]}, "DataFrame"),
        ({"data": PUPILS.iloc[:0]}, "no rows"),
        ({"n_draws": 2, "seed": "x"}, "whole number"),
        ({"standard_errors": "yes"}, "True or False"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        ts.cfa(THREE, PUPILS).factor_scores(**options)
