"""The mode and its derivatives, against a likelihood written out and minimised by itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from approximate_cases import BOTH, SPEED, SPEEDED, rows
from scipy.optimize import minimize

import tpn_sem as ts
from tpn_sem.estimation import SumOfSquares
from tpn_sem.groups.approximate import (
    PosteriorMode,
    approximate_invariance,
    posterior_mode,
)


@cache
def mode(missing: str = "listwise", variance: float = 0.01) -> PosteriorMode:
    """One factor of the pupils; with "fiml" some answers are missing."""
    exact = ts.cfa(
        SPEED, rows(missing), group="school", std_lv=True, group_equal=BOTH, missing=missing
    )
    return posterior_mode(exact.estimation, BOTH, variance)


class Direct:
    """Minus the log posterior of one factor, three items and two groups, written out by itself."""

    def __init__(self, data: pd.DataFrame, variance: float):
        self.groups = [frame[SPEEDED].to_numpy() for _, frame in data.groupby("school", sort=False)]
        self.variance = variance
        sizes = [len(own) for own in self.groups]
        self.spread = np.sqrt(np.average([own.var(axis=0) for own in self.groups], 0, sizes))

    @staticmethod
    def read(x: np.ndarray) -> tuple[np.ndarray, ...]:
        """Loadings, intercepts and residual variances (2, 3 each); mean and variance (2,)."""
        items, (mean, variance) = x[:18].reshape(3, 2, 3), x[18:]
        return *items, np.array([0.0, mean]), np.array([1.0, variance])

    def __call__(self, x: np.ndarray) -> float:
        total = 0.0
        loadings, intercepts, residuals, means, variances = self.read(x)
        for place, data in enumerate(self.groups):
            own = loadings[place]
            covariance = variances[place] * np.outer(own, own) + np.diag(residuals[place])
            total += self.minus_log_likelihood(
                data - intercepts[place] - own * means[place], covariance
            )
        for values in (loadings, intercepts):
            deviation = (values - values.mean(axis=0)) / self.spread
            total += (deviation**2).sum() / (2.0 * self.variance)
        return total

    @staticmethod
    def minus_log_likelihood(centred: np.ndarray, covariance: np.ndarray) -> float:
        total = 0.0
        there = ~np.isnan(centred)
        for pattern in np.unique(there, axis=0):
            kept = centred[(there == pattern).all(axis=1)][:, pattern]
            own = covariance[np.ix_(pattern, pattern)]
            _, log_determinant = np.linalg.slogdet(own)
            constant = pattern.sum() * np.log(2.0 * np.pi) + log_determinant
            total += 0.5 * (len(kept) * constant + np.sum((kept @ np.linalg.inv(own)) * kept))
        return total

    def minimum(self) -> tuple[np.ndarray, np.ndarray]:
        """Where it is lowest, and the second derivatives there."""
        first = [own[~np.isnan(own).any(axis=1)] for own in self.groups]
        start = np.concatenate(
            [np.full(6, 0.6), *[own.mean(axis=0) for own in first], np.full(6, 0.6), [0.0, 1.0]]
        )
        x = minimize(self, start, method="BFGS", options={"gtol": 1e-2}).x
        for _ in range(3):  # Newton steps: values alone are too flat to tell points apart
            x = x - np.linalg.solve(hessian(self, x), slope(self, x))
        return x, (4.0 * hessian(self, x) - hessian(self, x, 4e-3)) / 3.0


def slope(function: object, x: np.ndarray, h: float = 1e-3) -> np.ndarray:
    """Central differences of fourth order, the parameter last."""
    columns = []
    for step in h * np.eye(len(x)):
        near = function(x + step) - function(x - step)
        far = function(x + 2 * step) - function(x - 2 * step)
        columns.append((8 * near - far) / (12 * h))
    return np.stack(columns, axis=-1)


def hessian(function: object, x: np.ndarray, h: float = 2e-3) -> np.ndarray:
    """Second derivatives by central differences, from steps along pairs of parameters."""
    size = len(x)
    steps = h * np.eye(size)
    found = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            values = [a * b * function(x + a * steps[i] + b * steps[j]) for a, b in signs]
            found[i, j] = found[j, i] = sum(values) / (4.0 * h * h)
    return found


@cache
def direct(missing: str) -> tuple[Direct, np.ndarray, np.ndarray]:
    found = Direct(rows(missing), 0.01)
    if missing == "fiml":  # the library's units are those of the likelihood, not of answers seen
        covariances = [sample.covariance for sample in mode("fiml").samples.groups]
        sizes = [len(own) for own in found.groups]
        found.spread = np.sqrt(np.diag(np.average(covariances, axis=0, weights=sizes)))
    return found, *found.minimum()


def read(found: PosteriorMode) -> np.ndarray:
    """The library's parameters in the order of `Direct`."""
    place = {(row.name, row.group): row.free for row in found.specification.table.free_rows}
    names = [
        *[(f"speed=~{item}", group) for group in (0, 1) for item in SPEEDED],
        *[(f"{item}~1", group) for group in (0, 1) for item in SPEEDED],
        *[(f"{item}~~{item}", group) for group in (0, 1) for item in SPEEDED],
        ("speed~1", 1),
        ("speed~~speed", 1),
    ]
    assert len(names) == len(found.parameters)
    return np.array([place[name] for name in names])


each_way = pytest.mark.parametrize(
    "missing", ["listwise", pytest.param("fiml", marks=pytest.mark.slow)]
)


@pytest.mark.slow
@each_way
def test_direct_minimisation_ends_in_the_same_place(missing: str) -> None:
    function, x, _ = direct(missing)
    found = mode(missing)
    np.testing.assert_allclose(found.parameters[read(found)], x, atol=1e-8)
    result = approximate_invariance(SPEED, rows(missing), group="school", missing=missing)
    assert result.log_posterior == pytest.approx(-function(x), abs=1e-7)
    np.testing.assert_allclose(result.parameters["estimate"][:6], x[:6].reshape(2, 3).T.ravel())


@pytest.mark.slow
@each_way
def test_posterior_deviations_are_those_of_the_inverse_hessian(missing: str) -> None:
    _, x, second = direct(missing)
    spread = np.linalg.inv(second)
    found = mode(missing)
    order = read(found)
    np.testing.assert_allclose(found.covariance[np.ix_(order, order)], spread, atol=1e-8)
    result = approximate_invariance(SPEED, rows(missing), group="school", missing=missing)
    later = result.factors.iloc[1]
    assert later["mean_sd"] == pytest.approx(np.sqrt(spread[18, 18]), rel=1e-7)
    assert later["variance_sd"] == pytest.approx(np.sqrt(spread[19, 19]), rel=1e-7)
    for item in range(3):  # of a loading: half of the difference between the groups
        contrast = np.zeros(20)
        contrast[[item, 3 + item]] = 0.5, -0.5
        row = result.parameters.iloc[2 * item]
        assert row["deviation"] == pytest.approx(contrast @ x, abs=1e-8)
        assert row["posterior_sd"] == pytest.approx(np.sqrt(contrast @ spread @ contrast), rel=1e-7)
        assert row["z"] == pytest.approx(row["deviation"] / row["posterior_sd"], rel=1e-12)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_derivatives_are_those_of_finite_differences(missing: str) -> None:
    objective = mode(missing).objective
    (penalty,) = objective.penalties
    assert isinstance(penalty, SumOfSquares)
    point = mode(missing).parameters + 0.05 * np.random.default_rng(1).standard_normal(20)

    def value(x: np.ndarray) -> np.ndarray:
        return objective.value(objective.imply(x))

    def gradient(x: np.ndarray) -> np.ndarray:
        implied = objective.imply(x)
        return objective.gradient(implied, objective.directions(implied))

    implied = objective.imply(point)
    directions = objective.directions(implied)
    np.testing.assert_allclose(gradient(point), slope(value, point), atol=1e-10)
    second = objective.observed_hessian(implied, directions)
    np.testing.assert_allclose(second, slope(gradient, point), atol=2e-9)
    plain = replace(objective, penalties=())
    prior = penalty.functions.T @ penalty.functions
    for name in ("expected_hessian", "observed_hessian"):
        with_prior, without = (
            getattr(one, name)(implied, directions) for one in (objective, plain)
        )
        np.testing.assert_allclose(with_prior - without, prior, atol=1e-12)
    stack = np.stack([point, mode(missing).parameters])
    np.testing.assert_allclose(value(stack), [value(one) for one in stack], rtol=1e-11)


def test_a_part_of_a_stack_keeps_the_penalty() -> None:
    objective = mode().objective
    groups = tuple(
        replace(
            group,
            covariance=np.stack([group.covariance, 2.0 * group.covariance]),
            mean=np.stack([group.mean, group.mean]),
        )
        for group in objective.samples.groups
    )
    stack = replace(objective, samples=replace(objective.samples, groups=groups))
    point = mode().parameters
    whole = stack.value(stack.imply(np.stack([point, point])))
    part = stack.part(np.array([False, True]))
    assert part.value(part.imply(point[None]))[0] == pytest.approx(whole[1], rel=1e-12)
    assert whole[0] == pytest.approx(objective.value(objective.imply(point)), rel=1e-12)
