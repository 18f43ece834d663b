"""Distributions with a given skewness and kurtosis, joined by given covariances.

Fleishman (1978): a cubic polynomial of a normal variable has the first four moments wanted. Vale &
Maurelli (1983): normal variables are correlated such that the polynomials have the correlations
wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import ModelError, OptionError
from ..numerics import Array, Indices, correlation, is_positive_definite


@dataclass(frozen=True, eq=False)
class Margins:
    """Polynomials of correlated normal variables.

    Attributes
    ----------
    coefficients : array, shape (p, 4)
        Of 1, z, z squared and z cubed.
    correlations : array, shape (p, p)
        Of the normal variables.
    deviations : array, shape (p,)
    shared : float
        The share of the normal variables' variances that clusters have in common.
    """

    coefficients: Array
    correlations: Array
    deviations: Array
    shared: float = 0.0

    def draw(self, generator: np.random.Generator, n: int, members: Indices | None) -> Array:
        """Values with mean zero, shape (n, p)."""
        root = np.linalg.cholesky(self.correlations).T
        normal = generator.standard_normal((n, len(root))) @ root
        if members is not None:
            common = generator.standard_normal((int(members.max()) + 1, len(root))) @ root
            normal = np.sqrt(1.0 - self.shared) * normal
            normal += np.sqrt(self.shared) * common[members]
        constant, linear, square, cube = self.coefficients.T
        polynomial = constant + normal * (linear + normal * (square + normal * cube))
        return np.asarray(polynomial * self.deviations)


def margins(
    covariance: Array,
    skewness: Array,
    kurtosis: Array,
    names: tuple[str, ...],
    shared: float = 0.0,
) -> Margins:
    """Margins with the covariance matrix, skewness and excess kurtosis wanted, shape (p,) each.

    Raises
    ------
    OptionError
        Where no polynomial has such a skewness and kurtosis.
    ModelError
        Where no normal variables give these correlations.
    """
    coefficients = np.array(
        [polynomial(*wanted) for wanted in zip(skewness, kurtosis, names, strict=True)]
    )
    correlations = _normal_correlations(correlation(covariance), coefficients)
    if not is_positive_definite(correlations):
        raise ModelError(
            "no correlated normal variables give these correlations with this skewness and "
            "kurtosis; ask for less of these."
        )
    return Margins(coefficients, correlations, np.sqrt(np.diag(covariance)), shared)


def polynomial(skewness: float, kurtosis: float, name: str) -> Array:
    """Fleishman's coefficients, shape (4,), of a variable with mean zero and variance one."""
    from scipy.optimize import root

    def gaps(unknown: Array) -> Array:
        b, c, d = unknown
        variance = b**2 + 6 * b * d + 2 * c**2 + 15 * d**2
        third = 2 * c * (b**2 + 24 * b * d + 105 * d**2 + 2)
        fourth = 24 * (
            b * d
            + c**2 * (1 + b**2 + 28 * b * d)
            + d**2 * (12 + 48 * b * d + 141 * c**2 + 225 * d**2)
        )
        return np.array([variance - 1.0, third - skewness, fourth - kurtosis])

    found = root(gaps, np.array([1.0, skewness / 6.0, kurtosis / 48.0]), tol=1e-12)
    if np.abs(gaps(found.x)).max() > 1e-8:
        least = 1.588 * skewness**2 - 1.13
        raise OptionError(
            f"{name!r} cannot have skewness {skewness:g} with excess kurtosis {kurtosis:g}: raise "
            f"the kurtosis to {least:.2f} or more."
        )
    b, c, d = found.x
    return np.array([-c, b, c, d])


def _normal_correlations(wanted: Array, coefficients: Array) -> Array:
    """Correlations of normal variables whose polynomials have the correlations wanted.

    Vale & Maurelli (1983, equation 11), by Newton steps on all pairs at once: roots, not minima,
    and so not the loop of `numerics.optimiser`.
    """
    _, b, c, d = coefficients.T
    linear = np.multiply.outer(b, b) + 3 * np.multiply.outer(b, d) + 3 * np.multiply.outer(d, b)
    linear += 9 * np.multiply.outer(d, d)
    square, cube = 2 * np.multiply.outer(c, c), 6 * np.multiply.outer(d, d)
    found = wanted.copy()
    for _ in range(50):
        gap = found * (linear + found * (square + found * cube)) - wanted
        step = gap / (linear + found * (2 * square + 3 * found * cube))
        found = np.clip(found - step, -1.0, 1.0)
        if np.abs(step).max() < 1e-14:
            break
    np.fill_diagonal(found, 1.0)
    return found
