"""Two-step statistics of ordinal and continuous variables: lavaan, closed forms, invariances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from categorical_cases import CASES, CATEGORIES, MIXED, case_moments, data, from_table, of
from scipy.special import ndtri

from tpn_sem.moments.ordinal import (
    categorical_moments,
)

# against lavaan -----------------------------------------------------------------------------------


def statistic_names(case: dict) -> list[str]:
    """lavaan's names of the statistics in the order of the layout."""
    names, exogenous = case["variables"], case["exogenous"]
    continuous = [name for name in names if name not in case["ordered"]]
    return [
        *(f"{v}|t{k}" for v in names for k in range(1, CATEGORIES[v])),
        *(f"{v}~1" for v in continuous),
        *(f"{v}~{x}" for v in names for x in exogenous),
        *(f"{v}~~{v}" for v in continuous),
        *(f"{v}~~{w}" for k, v in enumerate(names) for w in names[k + 1 :]),
    ]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_statistics_are_those_of_lavaan(name: str) -> None:
    """lavaan's correlations are as exact as its optimiser, which stops near 1e-7."""
    case, found = CASES[name], case_moments(name)
    thresholds = np.array(list(case["thresholds"].values()))
    exact = 5e-8 if case["exogenous"] else 1e-12
    assert np.concatenate(found.thresholds) == pytest.approx(thresholds, abs=exact)
    assert found.mean == pytest.approx(np.array(case["mean"]), abs=1e-12)
    assert found.covariance == pytest.approx(np.array(case["covariance"]), abs=3e-7)
    if case["exogenous"]:
        assert found.slopes == pytest.approx(np.array(case["slopes"]), abs=1e-8)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_spread_is_that_of_lavaan(name: str) -> None:
    """Relative to standard deviations. lavaan's statistic for a mean is minus the mean."""
    case, found = CASES[name], case_moments(name)
    names = statistic_names(case)
    order = [case["names"].index(one) for one in names]
    sign = np.array([-1.0 if one.endswith("~1") else 1.0 for one in names])
    gamma = np.array(case["gamma"])[np.ix_(order, order)] * np.outer(sign, sign)
    deviation = np.sqrt(np.diagonal(gamma))
    relative = (found.spread - gamma) / np.outer(deviation, deviation)
    assert np.abs(relative).max() < 1e-6


# closed forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [30, 50, 70, 91, 99])
def test_tetrachoric_of_medians(together: int) -> None:
    apart = 100 - together
    rows = from_table([[together, apart], [apart, together]])
    found = categorical_moments(rows, (2, 2))
    assert found.covariance[0, 1] == pytest.approx(np.sin(2 * np.pi * (together / 200 - 0.25)))
    assert found.vector[:2] == pytest.approx([0.0, 0.0], abs=1e-12)


def test_thresholds_are_quantiles_with_their_binomial_variance() -> None:
    rows = from_table([[10, 20], [30, 15], [20, 5]])
    found = categorical_moments(rows, (3, 2))
    shares = np.array([0.3, 0.75])
    assert found.thresholds[0] == pytest.approx(ndtri(shares))
    height = np.exp(-0.5 * ndtri(shares) ** 2) / np.sqrt(2 * np.pi)
    assert np.diagonal(found.spread)[:2] == pytest.approx(shares * (1 - shares) / height**2)


def test_continuous_variables_have_their_moments() -> None:
    rows = data()[["y", "z", "x1"]].to_numpy(float)
    found = categorical_moments(rows, (0, 0, 0))
    assert found.mean == pytest.approx(rows.mean(axis=0), abs=1e-11)
    assert found.covariance == pytest.approx(np.cov(rows.T, bias=True), rel=1e-11)


def test_linear_regressions_are_least_squares() -> None:
    rows, x = data()[["y", "z"]].to_numpy(float), data()[["x1", "x2"]].to_numpy(float)
    found = categorical_moments(rows, (0, 0), x)
    design = np.column_stack([np.ones(len(x)), x])
    expected, *_ = np.linalg.lstsq(design, rows, rcond=None)
    assert np.column_stack([found.mean, found.slopes]) == pytest.approx(expected.T)
    gap = rows - design @ expected
    assert found.covariance == pytest.approx(gap.T @ gap / len(x), rel=1e-11)


def test_a_predictor_in_groups_gives_thresholds_of_groups() -> None:
    """A binary variable and a binary predictor: the probit slope is a difference of quantiles."""
    frame = data()
    found = of(["c", "g"], frame, ("x2",))
    shares = frame.groupby("x2")["c"].mean()
    low, high = ndtri(1 - shares[0]), ndtri(1 - shares[1])
    assert found.thresholds[0] == pytest.approx([low], abs=1e-10)
    assert found.slopes[0] == pytest.approx([low - high], abs=1e-10)


# invariances --------------------------------------------------------------------------------------


def test_reversing_codes_turns_signs() -> None:
    frame = data()
    plain = of(MIXED, frame, ("x1", "x2"))
    turned = of(MIXED, frame.assign(b=3 - frame["b"]), ("x1", "x2"))
    sign = np.array([1.0, 1.0, -1.0, 1.0, 1.0])
    assert turned.covariance == pytest.approx(plain.covariance * np.outer(sign, sign), abs=1e-10)
    assert turned.thresholds[2] == pytest.approx(-plain.thresholds[2][::-1], abs=1e-10)
    assert turned.slopes == pytest.approx(plain.slopes * sign[:, None], abs=1e-10)


def test_units_of_continuous_variables() -> None:
    frame = data()
    plain, scaled = of(MIXED, frame), of(MIXED, frame.assign(y=10 * frame["y"] + 3))
    unit = np.array([1.0, 10.0, 1.0, 1.0, 1.0])
    assert scaled.covariance == pytest.approx(plain.covariance * np.outer(unit, unit), rel=1e-9)
    layout = plain.layout
    factor = layout.vector(np.ones(6), np.array(unit), np.ones((5, 0)), np.outer(unit, unit))
    assert scaled.spread == pytest.approx(plain.spread * np.outer(factor, factor), rel=1e-7)


def test_order_of_variables() -> None:
    """The same numbers, wherever a variable stands."""
    frame, turned = data(), MIXED[::-1]
    plain, other = of(MIXED, frame), of(turned, frame)
    assert other.covariance == pytest.approx(plain.covariance[::-1, ::-1], rel=1e-10)
    first, second = plain.layout.pairs
    start = plain.layout.blocks["covariances"].start
    place = {(i, j): start + k for k, (i, j) in enumerate(zip(first, second, strict=True))}
    order = [place[4 - j, 4 - i] for i, j in zip(first, second, strict=True)]
    found = other.spread[start:, start:]
    assert found == pytest.approx(plain.spread[np.ix_(order, order)], rel=1e-9)


@pytest.mark.parametrize("exogenous", [(), ("x1",)])
def test_weight_two_is_the_row_twice(exogenous: tuple[str, ...]) -> None:
    frame = data().head(150)
    weights = np.where(np.arange(150) < 40, 2.0, 1.0)
    twice = pd.concat([frame, frame.head(40)], ignore_index=True)
    weighted = of(MIXED, frame, exogenous, weights=weights)
    assert weighted.vector == pytest.approx(of(MIXED, twice, exogenous).vector, abs=1e-11)
    again = of(MIXED, frame, exogenous, weights=7 * weights)
    assert again.spread == pytest.approx(weighted.spread, rel=1e-9)


def test_equal_weights_are_none() -> None:
    plain, weighted = of(MIXED, data()), of(MIXED, data(), weights=np.full(250, 3.0))
    assert weighted.vector == pytest.approx(plain.vector, abs=1e-12)
    assert weighted.spread == pytest.approx(plain.spread, rel=1e-10)


# missing answers ----------------------------------------------------------------------------------


def test_each_statistic_uses_the_rows_that_have_it() -> None:
    frame = data("categorical_holes")
    found = of(MIXED, frame)
    assert found.n_observations == 250
    whole = frame["b"].dropna()
    assert found.thresholds[2] == pytest.approx(ndtri([(whole <= k).mean() for k in range(3)]))
    assert found.mean[1] == pytest.approx(frame["y"].mean())
    assert found.covariance[1, 1] == pytest.approx(frame["y"].var(ddof=0))


def test_rows_without_answers_do_not_count() -> None:
    frame = data()
    rows = np.vstack([frame[MIXED].to_numpy(float), np.full((30, 5), np.nan)])
    x = np.r_[frame["x1"].to_numpy(), np.ones(30)][:, None]
    weights = np.r_[frame["w"].to_numpy(), np.full(30, 5.0)]
    categories = tuple(CATEGORIES[name] for name in MIXED)
    found = categorical_moments(rows, categories, x, weights)
    plain = of(MIXED, frame, ("x1",), weights=frame["w"].to_numpy())
    assert found.n_observations == 250
    assert found.vector == pytest.approx(plain.vector, abs=1e-11)
    assert found.spread == pytest.approx(plain.spread, rel=1e-8)
    assert found.influence(slice(250, 280)) == pytest.approx(0.0, abs=1e-12)
