"""Robust moments and two-stage fits: rsem's numbers, derivatives, and what is refused."""

from __future__ import annotations

import json
import pickle
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.moments import find_patterns
from tpn_sem.numerics import unvech
from tpn_sem.sensitivity import RobustTwoStage, robust_two_stage
from tpn_sem.sensitivity.robust_moments import RobustMoments, robust_moments
from tpn_sem.sensitivity.row_weights import RowWeights

WITNESS = json.loads((REFERENCE / "influence.json").read_text(encoding="utf-8"))["robust"]
NINE = [f"x{place}" for place in range(1, 10)]
PUPILS = (
    "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
    "speed ~ visual + textual"
)
DATA = {"complete": "HolzingerSwineford1939", "some": "HolzingerSwineford1939"}
CASES = ("complete", "some", "incomplete")


@cache
def data(case: str) -> pd.DataFrame:
    return reference_data(DATA.get(case, "hs_missing"))


@cache
def moments(case: str) -> RobustMoments:
    return robust_moments(data(case)[NINE].to_numpy(dtype=float), WITNESS[case]["varphi"])


@cache
def fitted(case: str) -> RobustTwoStage:
    found: RobustTwoStage = quietly(
        robust_two_stage, PUPILS, data(case), tuning=WITNESS[case]["varphi"]
    )
    return found


@cache
def contaminated() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of two regressions in one model, and the same with nine of them far away."""
    rng = np.random.default_rng(5)
    factor = rng.normal(size=300)
    outcome = 0.5 * factor + rng.normal(size=300)
    items = np.column_stack([factor] * 3 + [outcome] * 3) + 0.6 * rng.normal(size=(300, 6))
    clean = pd.DataFrame(items, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    dirty = clean.copy()
    dirty.iloc[:9, :3] += 4.0
    dirty.iloc[:9, 3:] -= 4.0
    return clean, dirty


TWO = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ A"


@pytest.mark.parametrize("case", CASES)
def test_moments_are_those_of_rsem(case: str) -> None:
    """rsem's algorithm stops some 1e-6 before the solution."""
    witness, found = WITNESS[case], moments(case)
    np.testing.assert_allclose(found.mean, witness["mean"], rtol=1e-6)
    np.testing.assert_allclose(found.covariance, witness["covariance"], rtol=0, atol=2e-6)
    own = (found.influence() ** 2).mean(axis=0)
    np.testing.assert_allclose(own, witness["spread"], rtol=5e-6)
    weights = found.weights.first(found.squares)
    if case != "incomplete":  # whose rows rsem puts into another order
        np.testing.assert_allclose(weights, witness["w1"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_fit_is_that_of_rsem(case: str) -> None:
    """rsem counts n - 1 where the divisor of its covariances is n."""
    witness, found = WITNESS[case], fitted(case).robust
    places = [witness["names"].index(name) for name in found.coef.index]
    np.testing.assert_allclose(found.coef, np.array(witness["estimates"])[places], atol=2e-6)
    less = (found.n_observations - 1) / found.n_observations
    errors = np.sqrt(np.diag(found.vcov) / less)
    np.testing.assert_allclose(errors, np.array(witness["se"])[places], rtol=5e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_tests_are_those_of_rsem(case: str) -> None:
    """Rescaled, adjusted, and residual-based (corrected, and as F) statistics."""
    witness, found = WITNESS[case]["tests"], fitted(case).robust
    n = found.n_observations
    rescaled = found.test("satorra_bentler").statistic * (n - 1) / n
    assert rescaled == pytest.approx(witness["TRML"][0], rel=5e-6)
    adjusted = found.test("mean_var_adjusted")
    assert adjusted.statistic * (n - 1) / n == pytest.approx(witness["TAML"][0], rel=5e-6)
    assert adjusted.degrees_of_freedom == pytest.approx(witness["TAML"][1], rel=5e-6)
    residual = found.test("browne_residual_adf").statistic * (n - 1) / n
    corrected = residual / (1.0 + residual / (n - 1))
    assert corrected == pytest.approx(witness["TCRADF"][0], rel=5e-6)
    df = found.estimation.degrees_of_freedom
    assert residual * (n - df) / ((n - 1) * df) == pytest.approx(witness["TRF"][0], rel=5e-6)


@pytest.mark.parametrize("case", ["complete", "incomplete"])
def test_slopes_are_numerical_derivatives_of_the_estimating_equations(case: str) -> None:
    found, p, step = moments(case), 9, 1e-6
    point = np.concatenate([found.mean, found.covariance[np.triu_indices(p)]])
    first, second = np.triu_indices(p)
    point[p:] = found.covariance[second, first]

    def equations(at: np.ndarray) -> np.ndarray:
        return found.at(at[:p], unvech(at[p:], p)).equations().mean(axis=0)

    columns = [
        (equations(point + step * one) - equations(point - step * one)) / (2 * step)
        for one in np.eye(len(point))
    ]
    slopes = found.slopes()
    np.testing.assert_allclose(-np.array(columns).T, slopes, rtol=0, atol=1e-7 * slopes.max())


@pytest.mark.parametrize("case", CASES)
def test_estimating_equations_hold(case: str) -> None:
    assert np.abs(moments(case).equations().mean(axis=0)).max() < 1e-12


def test_without_downweighting_it_is_maximum_likelihood() -> None:
    """Of complete rows; with gaps, two stages are another estimator than full information."""
    found = quietly(robust_two_stage, PUPILS, data("complete"), tuning=0.0)
    usual = ts.sem(PUPILS, data("complete"), estimator="MLM")
    np.testing.assert_allclose(found.robust.coef[usual.coef.index], usual.coef, atol=1e-8)
    errors = np.sqrt(np.diag(found.robust.vcov.loc[usual.coef.index, usual.coef.index]))
    np.testing.assert_allclose(errors**2, np.diag(usual.vcov), rtol=0.01)  # which divides by n - 1
    assert (found.weights["weight"] == 1.0).all()
    assert "0 of 301 rows" in repr(found)
    two = ts.sem(PUPILS, data("incomplete"), estimator="MLR", missing="robust_two_stage")
    robust = quietly(robust_two_stage, PUPILS, data("incomplete"), tuning=0.0).robust
    np.testing.assert_allclose(robust.coef[two.coef.index], two.coef, atol=1e-7)


def test_weights_of_normal_rows_keep_covariances_unbiased() -> None:
    weights = RowWeights.of(np.full(200_000, 4), 0.1)
    squares = np.random.default_rng(1).chisquare(4, 200_000)
    assert (weights.first(squares) < 1.0).mean() == pytest.approx(0.1, abs=0.003)
    assert (squares * weights.second(squares)).mean() == pytest.approx(4.0, abs=0.05)


def test_rows_far_away_move_the_robust_path_less() -> None:
    clean, dirty = contaminated()
    true = ts.sem(TWO, clean).coef["B~A"]
    found = quietly(robust_two_stage, TWO, dirty, tuning=0.1)
    row = found.paths.loc["B~A"]
    assert abs(row["estimate_robust"] - true) < 0.6 * abs(row["estimate"] - true)
    assert found.weights["weight"].nsmallest(9).index.max() < 9
    assert "count less" in repr(found)
    assert "A → B" in repr(found)
    assert "<table" in found._repr_html_()


def test_groups_have_moments_of_their_own_and_clusters_count_in_errors() -> None:
    frame = reference_data("hs_clustered")
    grouped = quietly(robust_two_stage, PUPILS, frame, group="school")
    alone = quietly(robust_two_stage, PUPILS, frame[frame["school"] == "Pasteur"])
    assert grouped.robust.coef["speed~visual"] == pytest.approx(
        alone.robust.coef["speed~visual"], abs=1e-7
    )
    clustered = quietly(robust_two_stage, PUPILS, frame, cluster="classroom")
    plain = quietly(robust_two_stage, PUPILS, frame)
    np.testing.assert_allclose(clustered.robust.coef, plain.robust.coef, atol=1e-9)
    ratio = np.diag(clustered.robust.vcov) / np.diag(plain.robust.vcov)
    assert np.abs(ratio - 1.0).max() > 0.05


def test_a_result_survives_a_journey() -> None:
    found = fitted("complete")
    again = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again.paths, found.paths)
    table = found.paths
    table["estimate"] = 0.0
    assert (found.paths["estimate"] != 0.0).all()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"tuning": 0.7}, OptionError, "tuning"),
        ({"estimator": "WLSMV"}, OptionError, "no effect"),
        ({"missing": "listwise"}, OptionError, "no effect"),
        ({"parameters": ["speed~visuel"]}, OptionError, "did you mean 'speed~visual'"),
        ({"grup": "school"}, OptionError, "did you mean 'group'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        quietly(robust_two_stage, PUPILS, data("complete"), **options)


def test_moments_and_too_few_rows_are_refused() -> None:
    frame = data("complete")[NINE]
    with pytest.raises((NotAvailableError, OptionError)):
        quietly(robust_two_stage, PUPILS, ts.SampleMoments.from_data(frame))
    with pytest.raises(DataError, match="robust means and covariances"):
        robust_moments(frame.head(8).to_numpy(dtype=float), 0.1)
    bound = RobustMoments(
        np.array([[1.0], [-1.0]]),
        find_patterns(np.array([[1.0], [-1.0]])),
        RowWeights(np.array([0.5, 0.5]), np.ones(2)),
        np.zeros(1),
        np.eye(1),
    )
    with pytest.raises(DataError, match="every row"):
        bound.checked(0.5, "")
