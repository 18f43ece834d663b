"""Scores of rows are derivatives; influence is what a row changes."""

from __future__ import annotations

import numpy as np
import pytest
from categorical_cases import CATEGORIES, MIXED, case_moments, data, difference, of
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from tpn_sem.moments.ordinal import (
    Layout,
    Observations,
    PairScores,
    Regression,
    categorical_moments,
    correlate,
    observations,
    predicted,
    regress,
    row_groups,
    scores,
)

# scores of rows -----------------------------------------------------------------------------------


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
        normal = {"cov": [[1, rho], [rho, 1]], "abseps": 1e-13, "releps": 1e-13}

        def corner(a: float, b: float) -> float:
            return float(multivariate_normal.cdf([a, b], **normal))

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


# influence ----------------------------------------------------------------------------------------


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
