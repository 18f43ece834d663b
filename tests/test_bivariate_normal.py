"""The bivariate normal distribution and its derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from categorical_cases import difference
from scipy.special import ndtr, owens_t
from scipy.stats import multivariate_normal

from tpn_sem.moments.ordinal import (
    cells,
    threshold_slopes,
)
from tpn_sem.numerics import density, density_slope, grid_distribution


@pytest.mark.parametrize("rho", [-0.97, -0.5, 0.0, 0.31, 0.86, 0.96])
def test_distribution_is_that_of_scipy(rho: float) -> None:
    first, second = np.array([-2.0, -0.3, 0.9]), np.array([-1.1, 0.0, 0.4, 2.5])
    found = grid_distribution(first[None], second[None], np.array([rho]))[0]
    normal = {"cov": [[1, rho], [rho, 1]], "abseps": 1e-13, "releps": 1e-13}
    expected = [[multivariate_normal.cdf([a, b], **normal) for b in second] for a in first]
    assert found == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.sampled(3)
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
