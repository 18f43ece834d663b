"""Two-step statistics of ordinal and continuous variables: closed forms, lavaan, invariances."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr, ndtri, owens_t
from scipy.stats import multivariate_normal

from tpn_sem.errors import DataError
from tpn_sem.moments.ordinal import (
    CategoricalMoments,
    Layout,
    Observations,
    PairScores,
    Regression,
    categorical_moments,
    cells,
    correlate,
    maximise,
    observations,
    predicted,
    regress,
    row_groups,
    scores,
    threshold_slopes,
)
from tpn_sem.numerics import density, density_slope, grid_distribution

REFERENCE = Path(__file__).parent / "reference"
CASES = json.loads((REFERENCE / "categorical.json").read_text())
CATEGORIES = {"a": 3, "y": 0, "b": 4, "c": 2, "z": 0, "e": 2, "g": 2}
MIXED = ["a", "y", "b", "c", "z"]


@cache
def data(name: str = "categorical") -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


def of(names: list[str], frame: pd.DataFrame, exogenous: tuple[str, ...] = (), **options: object):
    return categorical_moments(
        frame[names].to_numpy(float),
        tuple(CATEGORIES[name] for name in names),
        frame[list(exogenous)].to_numpy(float) if exogenous else None,
        **options,
    )


# ---------------------------------------------------------------- against lavaan


def case_frame(name: str) -> pd.DataFrame:
    frame = data("categorical_holes" if "holes" in name else "categorical")
    if name == "empty_cell_of_more":
        moved = np.where((frame["e"] == 1) & (frame["a"] == 0), 1, frame["a"])
        return frame.assign(a=moved)
    return frame


def case_moments(name: str) -> CategoricalMoments:
    case, frame = CASES[name], case_frame(name)
    weights = frame["w"].to_numpy() if "weights" in name else None
    return of(case["variables"], frame, tuple(case["exogenous"]), weights=weights)


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


# ---------------------------------------------------------------- closed forms


def from_table(counts: list[list[int]]) -> np.ndarray:
    table = np.array(counts)
    cells_of = [(i, j) for i, j in np.ndindex(table.shape) for _ in range(table[i, j])]
    return np.array(cells_of, dtype=float)


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


# ---------------------------------------------------------------- the bivariate normal


@pytest.mark.parametrize("rho", [-0.97, -0.5, 0.0, 0.31, 0.86, 0.96])
def test_distribution_is_that_of_scipy(rho: float) -> None:
    first, second = np.array([-2.0, -0.3, 0.9]), np.array([-1.1, 0.0, 0.4, 2.5])
    found = grid_distribution(first[None], second[None], np.array([rho]))[0]
    normal = multivariate_normal([0, 0], [[1, rho], [rho, 1]], abseps=1e-13, releps=1e-13)
    expected = [[normal.cdf([a, b]) for b in second] for a in first]
    assert found == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize("rho", [0.2999, 0.4999, 0.6999, 0.8499, 0.9499, 0.9899, 0.9999])
@pytest.mark.parametrize("sign", [-1, 1])
def test_distribution_at_equal_limits(rho: float, sign: int) -> None:
    """P(X <= a, Y <= a) by Owen's function, at the ends of the ranges of quadrature."""
    a = np.array([-2.5, -1.0, -0.01, 0.3, 1.7])
    r = sign * rho
    expected = ndtr(a) - 2 * owens_t(a, np.sqrt((1 - r) / (1 + r)))
    found = np.diagonal(grid_distribution(a[None], a[None], np.array([r]))[0])
    assert found == pytest.approx(expected, abs=1e-12)


def test_many_pairs_are_taken_in_chunks() -> None:
    random = np.random.default_rng(5)
    first, second = random.normal(size=(3000, 4)), random.normal(size=(3000, 3))
    rho = random.uniform(-0.99, 0.99, 3000)
    found = grid_distribution(first, second, rho)
    for k in (0, 1499, 2999):
        alone = grid_distribution(first[[k]], second[[k]], rho[[k]])[0]
        assert found[k] == pytest.approx(alone, abs=1e-12)


def difference(function, at: float, step: float = 1e-5) -> np.ndarray:
    return (function(at + step) - function(at - step)) / (2 * step)


def test_density_is_the_derivative_of_the_distribution() -> None:
    a, b = np.array([[-0.4, 1.2]]), np.array([[0.3, -0.8]])

    def at(r: float) -> np.ndarray:
        return grid_distribution(a, b, np.array([r]))[0]

    height = density(a[0][:, None], b[0][None], np.array(0.45))
    assert difference(at, 0.45) == pytest.approx(height, abs=1e-9)
    slope = height * density_slope(a[0][:, None], b[0][None], np.array(0.45))
    numeric = difference(lambda r: density(a[0][:, None], b[0][None], np.array(r)), 0.45)
    assert numeric == pytest.approx(slope, abs=1e-8)


def test_derivatives_of_cells() -> None:
    first, second = np.array([[-0.7, 0.4]]), np.array([[-1.0, 0.1, 0.8]])

    def at(r: float) -> np.ndarray:
        return cells(first, second, np.array([r])).probability

    found = cells(first, second, np.array([0.6]))
    assert found.probability.sum() == pytest.approx(1.0, abs=1e-12)
    assert difference(at, 0.6) == pytest.approx(found.slope, abs=1e-9)
    numeric = difference(lambda r: cells(first, second, np.array([r])).slope, 0.6)
    assert numeric == pytest.approx(found.bend, abs=1e-8)

    def moved(t: float) -> np.ndarray:
        return cells(np.array([[t, 0.4]]), second, np.array([0.6])).probability

    above = threshold_slopes(first, second, np.array([0.6]))[0, 0]
    numeric = difference(moved, -0.7)[0]
    assert numeric[0] == pytest.approx(above, abs=1e-9)
    assert numeric[1] == pytest.approx(-above, abs=1e-9)
    assert numeric[2] == pytest.approx(0.0 * above, abs=1e-9)


# ---------------------------------------------------------------- scores of rows


def log_densities(kind_places: tuple[int, int], block, rho: float) -> np.ndarray:
    """Log-likelihood of each row in two variables, by scipy."""
    (i, j), rows = kind_places, []
    for k in range(len(block.rows)):
        rows.append(_log_density(block, k, i, j, rho))
    return np.array(rows)


def _log_density(block, k: int, i: int, j: int, rho: float) -> float:
    rest = np.sqrt(1 - rho * rho)
    ordinal = [block.deviation[v] == 1.0 and block.residual[k, v] == 0.0 for v in (i, j)]
    if all(ordinal):
        normal = multivariate_normal([0, 0], [[1, rho], [rho, 1]], abseps=1e-13, releps=1e-13)

        def corner(a: float, b: float) -> float:
            return float(normal.cdf([a, b]))

        u, v = (block.lower[k, i], block.upper[k, i]), (block.lower[k, j], block.upper[k, j])
        total = corner(u[1], v[1]) - corner(u[0], v[1]) - corner(u[1], v[0]) + corner(u[0], v[0])
        return float(np.log(total))
    if not any(ordinal):
        deviations = block.deviation[[i, j]]
        z = block.residual[k, [i, j]]
        normal = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
        return float(normal.logpdf(z) - np.log(deviations).sum())
    o, c = (i, j) if ordinal[0] else (j, i)
    z = block.residual[k, c]
    share = ndtr((block.upper[k, o] - rho * z) / rest) - ndtr((block.lower[k, o] - rho * z) / rest)
    return float(np.log(share) - 0.5 * z * z - 0.5 * np.log(2 * np.pi) - np.log(block.deviation[c]))


def few_rows() -> tuple:
    frame = data().head(12)
    layout = Layout(tuple(CATEGORIES[name] for name in MIXED), 2)
    rows = observations(
        frame[MIXED].to_numpy(float), layout, frame[["x1", "x2"]].to_numpy(float), None
    )
    whole = observations(
        data()[MIXED].to_numpy(float), layout, data()[["x1", "x2"]].to_numpy(float), None
    )
    return layout, rows, regress(whole, layout)


def nudged(one: Regression, part: str, index: int, step: float) -> Regression:
    thresholds, slopes = one.thresholds.copy(), one.slopes.copy()
    mean, variance = one.mean, one.variance
    if part == "thresholds":
        thresholds[index] += step
    elif part == "slopes":
        slopes[index] += step
    elif part == "mean":
        mean += step
    else:
        variance += step
    return Regression(one.variable, thresholds, mean, slopes, variance)


def moves(one: Regression) -> list[tuple[str, int]]:
    slopes = [("slopes", k) for k in range(len(one.slopes))]
    if one.is_ordinal:
        return [*(("thresholds", k) for k in range(len(one.thresholds))), *slopes]
    return [("mean", 0), *slopes, ("variance", 0)]


def test_scores_of_regressions_are_derivatives() -> None:
    _, rows, regressions = few_rows()
    block = predicted(rows, regressions)
    for one in regressions:

        def value(step: float, part: str, index: int, one: Regression = one) -> np.ndarray:
            changed = nudged(one, part, index, step)
            all_of_them = tuple(changed if r is one else r for r in regressions)
            at = predicted(rows, all_of_them)
            v = one.variable
            if one.is_ordinal:
                return np.log(ndtr(at.upper[:, v]) - ndtr(at.lower[:, v]))
            return -0.5 * at.residual[:, v] ** 2 - np.log(at.deviation[v])

        numeric = [
            difference(lambda s, p=part, k=index: value(s, p, k), 0.0) for part, index in moves(one)
        ]
        assert scores(block, one) == pytest.approx(np.array(numeric).T, abs=1e-8)


@pytest.mark.parametrize("number", range(4))
def test_scores_of_pairs_are_derivatives(number: int) -> None:
    layout, rows, regressions = few_rows()
    group = list(row_groups(layout))[number].some(np.array([0]))
    block, rho = predicted(rows, regressions), 0.37
    pair = int(group.first[0]), int(group.second[0])
    found: PairScores = group.scores(block, np.array([rho]))
    numeric = difference(lambda r: log_densities(pair, block, r), rho, 1e-4)
    assert found.score[:, 0] == pytest.approx(numeric, abs=2e-7)
    numeric = difference(lambda r: group.scores(block, np.array([r])).score[:, 0], rho)
    assert (found.bend - found.score**2)[:, 0] == pytest.approx(numeric, abs=1e-7)
    for place, (up, down) in zip(pair, (found.first, found.second), strict=True):
        one = regressions[place]
        codes = rows.codes[:, place]
        for part, index in moves(one):

            def value(step: float, part=part, index=index, one=one) -> np.ndarray:
                changed = nudged(one, part, index, step)
                at = predicted(rows, tuple(changed if r is one else r for r in regressions))
                return log_densities(pair, at, rho)

            linear = -(up + down) if one.is_ordinal else up
            expected = {
                "thresholds": np.where(codes == index, up[:, 0], 0.0)
                + np.where(codes == index + 1, down[:, 0], 0.0),
                "mean": up[:, 0],
                "variance": down[:, 0],
                "slopes": linear[:, 0] * rows.exogenous[:, min(index, 1)],
            }[part]
            assert difference(value, 0.0, 1e-4) == pytest.approx(expected, abs=2e-6)


def test_tables_and_rows_agree() -> None:
    """With slopes of zero, but through the rows' own likelihoods."""
    frame = data()
    by_table = of(["a", "b", "c"], frame)
    layout = Layout((3, 4, 2), 1)
    rows = observations(
        frame[["a", "b", "c"]].to_numpy(float), layout, frame[["x1"]].to_numpy(), None
    )
    regressions = tuple(
        Regression(k, by_table.thresholds[k], 0.0, np.zeros(1), 1.0) for k in range(3)
    )
    (group,) = row_groups(layout)
    found = correlate(group, rows, regressions)
    expected = by_table.covariance[group.first, group.second]
    assert found == pytest.approx(expected, abs=1e-11)


# ---------------------------------------------------------------- invariances


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


# ---------------------------------------------------------------- missing answers


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


# ---------------------------------------------------------------- influence


@pytest.mark.parametrize("name", ["ordinal", "mixed_holes_weights", "mixed_exogenous_holes"])
def test_influence_is_what_a_row_changes(name: str) -> None:
    """Its mean outer product is the spread, its mean is zero."""
    found = case_moments(name)
    values = found.influence(slice(0, 250))
    assert values.T @ values / found.n_observations == pytest.approx(found.spread, rel=1e-10)
    assert np.abs(values.mean(axis=0)).max() < 1e-9
    parts = np.vstack([found.influence(slice(0, 100)), found.influence(slice(100, 250))])
    assert parts == pytest.approx(values, abs=1e-12)


def test_influence_of_a_row_more() -> None:
    """What some weight more for one row changes, in a large sample where models hold."""
    random = np.random.default_rng(11)
    y = random.normal(size=(20000, 1)) + random.normal(size=(20000, 3))
    rows = np.column_stack([np.digitize(y[:, 0], [-1, 0.5]), np.digitize(y[:, 1], [0]), y[:, 2]])
    found = categorical_moments(rows.astype(float), (3, 2, 0))
    for row in (3, 77):
        weights = np.ones(20000)
        weights[row] += 1.0
        change = categorical_moments(rows, (3, 2, 0), weights=weights).vector - found.vector
        expected = found.influence(slice(row, row + 1))[0]
        assert change * 20000 == pytest.approx(expected, abs=0.08)


@pytest.mark.parametrize("name", ["ordinal_holes", "mixed_exogenous_weights"])
def test_blocks_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = case_moments(name)
    expected = plain.vector, plain.spread
    monkeypatch.setattr(Observations.blocks, "__defaults__", (37,))
    monkeypatch.setattr("tpn_sem.moments.ordinal.ordinal_moments.BLOCK", 41)
    found = case_moments(name)
    assert found.vector == pytest.approx(expected[0], abs=1e-10)
    assert found.spread == pytest.approx(expected[1], rel=1e-8, abs=1e-10)


# ---------------------------------------------------------------- empty cells, bad data


def test_an_empty_cell_is_filled_and_told() -> None:
    rows = from_table([[30, 0], [10, 20]])
    found = categorical_moments(rows, (2, 2))
    same_margins = from_table([[59, 1], [21, 39]])
    assert found.empty_pairs == ((0, 1),)
    filled = categorical_moments(same_margins, (2, 2))
    assert found.covariance[0, 1] == pytest.approx(filled.covariance[0, 1], abs=1e-12)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 0.933714287889),
        ({"zero_add": (0.2, 0.0)}, 0.958606544300),
        ({"zero_keep_margins": False}, 0.936704177936),
    ],
)
def test_an_empty_cell_is_filled_as_by_lavaan(options: dict, expected: float) -> None:
    """`lavCor(data, ordered = c("a", "b"), zero.add = ..., zero.keep.margins = ...)`."""
    found = categorical_moments(from_table([[30, 0], [10, 20]]), (2, 2), **options)
    assert found.covariance[0, 1] == pytest.approx(expected, abs=1e-8)


def test_larger_tables_keep_their_empty_cells() -> None:
    rows = from_table([[30, 0, 15], [10, 20, 5]])
    found = categorical_moments(rows, (2, 3))
    assert found.empty_pairs == ((0, 1),)
    assert found.covariance[0, 1] == pytest.approx(0.2030662742, abs=1e-9)  # lavaan
    more = categorical_moments(rows, (2, 3), zero_add=(0.5, 0.5))
    assert more.covariance[0, 1] == pytest.approx(0.200249382153, abs=1e-9)  # lavaan


@pytest.mark.parametrize(
    "counts",
    [
        [[30, 0], [0, 20]],
        [[0, 30], [20, 0]],
        [[30, 0, 0], [0, 20, 0], [0, 0, 10]],
        [[30, 5, 0], [0, 0, 10]],
    ],
)
def test_perfect_association_is_refused(counts: list[list[int]]) -> None:
    rows = from_table(counts)
    third = np.arange(len(rows))[:, None] * 7 % 2
    rows, table = np.hstack([third, rows]), np.array(counts)
    with pytest.raises(DataError, match="perfectly associated: variable 1 and variable 2"):
        categorical_moments(rows, (2, *table.shape))


def test_equal_continuous_variables_are_refused() -> None:
    frame = data()
    rows = np.column_stack([frame["c"], frame["y"], 2 * frame["y"]])
    with pytest.raises(DataError, match="variable 1 and variable 2"):
        categorical_moments(rows, (2, 0, 0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": lambda f: f["a"] + 1}, "coded 0, 1, ...: see variable 0"),
        ({"a": lambda f: f["a"] + 0.5}, "coded 0, 1, ...: see variable 0"),
        (
            {"a": lambda f: 2.0 * (f["a"] > 0)},
            "nobody is in category 2 .from the lowest.",
        ),
        ({"y": lambda f: 3.1}, "variable 1 is constant"),
        ({"y": lambda f: np.nan}, "variable 1 has no values"),
        ({name: lambda f: np.nan for name in MIXED}, "All answers are missing"),
    ],
)
def test_bad_rows(change: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        of(MIXED, data().assign(**change))


@pytest.mark.parametrize("with_group", [False, True])
def test_exogenous_variables_that_say_nothing_new(with_group: bool) -> None:
    frame = data().assign(x3=lambda f: 2 * f["x1"] - f["x2"], one=1.0)
    names, message = (("x1", "x2", "x3"), "collinear") if with_group else (("one",), "constant")
    with pytest.raises(DataError, match=message):
        of(MIXED, frame, names)


def test_bad_arguments() -> None:
    rows, x = data()[["a", "b"]].to_numpy(float), data()[["x1"]].to_numpy(float)
    with pytest.raises(DataError, match="3 variables"):
        categorical_moments(rows, (3, 4, 2))
    with pytest.raises(DataError, match="Exogenous"):
        categorical_moments(rows, (3, 4), np.where(x > 2, np.nan, x))
    with pytest.raises(DataError, match="Weights"):
        categorical_moments(rows, (3, 4), weights=np.r_[0.0, np.ones(249)])
    with pytest.raises(DataError, match="fewer than two"):
        categorical_moments(0 * rows, (1, 1))


@pytest.mark.parametrize("other", ["b", "y"])
def test_variables_never_answered_together_are_refused(other: str) -> None:
    frame = data()
    half = np.arange(len(frame)) < 125
    apart = frame.assign(a=frame["a"].where(half), **{other: frame[other].where(~half)})
    with pytest.raises(DataError, match="together: variable 0 and variable 2"):
        of(["a", "c", other], apart)


def test_a_probit_without_maximum_is_refused() -> None:
    x = np.arange(40.0)[:, None]
    rows = np.column_stack([x[:, 0] > 20, np.arange(40) % 2]).astype(float)
    with pytest.raises(DataError, match="variable 0 perfectly"):
        categorical_moments(rows, (2, 2), x)


# ---------------------------------------------------------------- layout and Newton


def test_layout_orders_and_stacks() -> None:
    layout = Layout((3, 0, 2), 2)
    thresholds, mean = np.array([1.0, 2.0, 3.0]), np.array([0.0, 4.0, 0.0])
    slopes = np.arange(5.0, 11.0).reshape(3, 2)
    covariance = np.array([[1.0, 12.0, 13.0], [12.0, 11.0, 14.0], [13.0, 14.0, 1.0]])
    vector = layout.vector(thresholds, mean, slopes, covariance)
    assert vector == pytest.approx(np.arange(1.0, 15.0))
    assert layout.size == 14
    assert layout.blocks["slopes"] == slice(4, 10)
    assert [layout.slopes_of(1), layout.thresholds_of(2)] == [slice(6, 8), slice(2, 3)]
    stack = layout.vector(thresholds, mean, slopes, np.stack([covariance, 2 * covariance]))
    assert stack.shape == (2, 14)
    assert stack[1] - stack[0] == pytest.approx(np.r_[np.zeros(10), np.arange(11.0, 15.0)])


def test_newton_gives_up_on_a_likelihood_that_grows() -> None:
    def grows(rho: np.ndarray, which: np.ndarray) -> tuple:
        return np.ones(len(rho)), -np.ones(len(rho)), np.ones(len(rho))

    assert np.isnan(maximise(grows, np.array([0.1]))).all()
