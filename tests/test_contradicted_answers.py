"""Correlations of items where most answers agree and a few contradict: tiny cells that are seen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from categorical_cases import from_table
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import log_ndtr, ndtri

from tpn_sem.errors import DataError
from tpn_sem.moments.ordinal import Layout, categorical_moments, counted_statistics
from tpn_sem.numerics import log_rectangle

DIAGONAL = [
    [30, 2, 0, 0, 2],
    [1, 70, 3, 0, 0],
    [0, 4, 120, 5, 0],
    [0, 0, 6, 110, 2],
    [1, 0, 0, 3, 90],
]
REVERSED = [row[::-1] for row in DIAGONAL]
BROAD = [[400, 9, 0], [7, 30, 8], [1, 6, 500]]
LARGE = [[50000, 30, 0, 1], [20, 60000, 40, 0], [0, 30, 70000, 50], [1, 0, 60, 40000]]


def log_share(low: float, high: float, left: float, right: float, rho: float) -> float:
    """Logarithm of P(low < X <= high, left < Y <= right) by adaptive quadrature around its peak."""
    rest = np.sqrt(1 - rho * rho)

    def height(x: float) -> float:
        near, far = (left - rho * x) / rest, (right - rho * x) / rest
        if near + far > 0:
            near, far = -far, -near
        below, above = log_ndtr(near), log_ndtr(far)
        return float(above + np.log1p(-np.exp(below - above)) - x * x / 2)

    found = minimize_scalar(
        lambda x: -height(x), bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    peak, places = height(found.x), [found.x]
    for width in (1e-3, 1e-2, 0.1, 0.5):
        places += [x for x in (found.x - width, found.x + width) if low < x < high]
    edges = np.unique([low, *places, high])
    total = sum(
        quad(lambda x: np.exp(height(x) - peak), a, b, epsabs=1e-14, epsrel=1e-11)[0]
        for a, b in pairwise(edges)
    )
    return float(peak + np.log(total / np.sqrt(2 * np.pi)))


def log_likelihood(counts: np.ndarray, rho: float) -> float:
    n = counts.sum()
    first = np.r_[-12, ndtri(counts.sum(1).cumsum()[:-1] / n), 12]
    second = np.r_[-12, ndtri(counts.sum(0).cumsum()[:-1] / n), 12]
    return sum(
        count * log_share(first[i], first[i + 1], second[j], second[j + 1], rho)
        for (i, j), count in np.ndenumerate(counts)
        if count
    )


def highest(counts: list[list[int]]) -> float:
    """The highest maximum of the likelihood: a dense grid, then a narrowed one."""
    table, grid = np.array(counts), np.linspace(-4.5, 4.5, 61)
    values = [log_likelihood(table, np.tanh(z)) for z in grid]
    best = int(np.argmax(values))
    found = minimize_scalar(
        lambda z: -log_likelihood(table, np.tanh(z)),
        bounds=(grid[best - 1], grid[best + 1]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(np.tanh(found.x))


@pytest.mark.slow
@pytest.mark.parametrize("counts", [DIAGONAL, REVERSED, BROAD, LARGE])
def test_contradicted_correlation_is_the_highest_maximum(counts: list[list[int]]) -> None:
    """Tolerance: a likelihood that is flat to rounding tells the maximum to 1e-7 or so."""
    table = np.array(counts)
    layout = Layout(table.shape)
    margins = np.diag(table.sum(1)), np.diag(table.sum(0))
    cross = np.block([[margins[0], table], [table.T, margins[1]]]).astype(float)
    found = counted_statistics(cross, float(table.sum()), layout).covariance[0, 1]
    assert found == pytest.approx(highest(counts), abs=1e-6)


def test_contradicted_correlation_is_not_near_one() -> None:
    found = categorical_moments(from_table(DIAGONAL), (5, 5))
    assert found.covariance[0, 1] == pytest.approx(0.94566, abs=5e-6)


@pytest.mark.parametrize(
    ("low", "high", "left", "right", "rho"),
    [
        (1.2, 12.0, -12.0, -1.4, 0.9),
        (1.2, 12.0, -12.0, -1.4, 0.999),
        (-0.2, 0.3, 1.0, 1.1, 0.98),
        (-2.0, -1.0, -1.5, -0.8, -0.95),
        (0.5, 1.5, -1.0, 0.2, 0.0),
    ],
)
def test_logarithm_of_a_tiny_rectangle(
    low: float, high: float, left: float, right: float, rho: float
) -> None:
    sides = (np.array([side]) for side in (low, high, left, right, rho))
    expected = log_share(low, high, left, right, rho)
    assert log_rectangle(*sides)[0] == pytest.approx(expected, rel=1e-10, abs=1e-9)


def test_contradicted_items_given_a_predictor() -> None:
    """Row by row: a predictor without effect changes the correlation little."""
    rows = from_table(DIAGONAL)
    predictor = np.random.default_rng(2).normal(size=(len(rows), 1))
    found = categorical_moments(rows, (5, 5), predictor)
    assert found.covariance[0, 1] == pytest.approx(0.9457, abs=0.01)


def test_contradicted_polyserial_correlation() -> None:
    """One row of 600 is grossly out of line; the score at the correlation found is zero."""
    random = np.random.default_rng(4)
    y = random.normal(size=600)
    item = np.digitize(y + 0.02 * random.normal(size=600), [-1.0, 0.0, 1.0]).astype(float)
    item[np.argmax(y)] = 0.0
    found = categorical_moments(np.column_stack([item, y]), (4, 0))
    rho, z = found.covariance[0, 1] / np.sqrt(found.covariance[1, 1]), (y - y.mean()) / y.std()
    edges = np.r_[-40, found.thresholds[0], 40]

    def value(r: float) -> float:
        rest = np.sqrt(1 - r * r)
        low, high = ((edges[item.astype(int) + k] - r * z) / rest for k in (0, 1))
        low, high = np.where(low + high > 0, [-high, -low], [low, high])
        below, above = log_ndtr(low), log_ndtr(high)
        return float((above + np.log1p(-np.exp(below - above))).sum())

    grid = np.tanh(np.linspace(-5, 5, 2001))
    best = grid[np.argmax([value(r) for r in grid])]
    assert rho == pytest.approx(best, abs=2e-3)


def test_staircases_are_still_refused() -> None:
    with pytest.raises(DataError, match="perfectly associated"):
        categorical_moments(from_table([[30, 5, 0], [0, 0, 10]]), (2, 3))
