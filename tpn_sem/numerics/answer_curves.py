"""Distribution functions of latent responses: normal ogives and logistic curves."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.special import expit, ndtr

from .bivariate_normal import normal_density
from .linalg import Array

LOGISTIC_UNIT = 1.702
"""What logistic curves are steeper by, to be within .01 of normal ones. Haley (1952)."""


class Curve(Protocol):
    """A cumulative distribution function and its density."""

    def cumulative(self, x: Array) -> Array:
        """Probabilities, same shape as x."""

    def density(self, x: Array) -> Array:
        """Slopes, same shape as x."""


class NormalOgive:
    """The normal distribution function."""

    def cumulative(self, x: Array) -> Array:
        """Probabilities, same shape as x."""
        return np.asarray(ndtr(x))

    def density(self, x: Array) -> Array:
        """Slopes, same shape as x."""
        return np.asarray(normal_density(x))


class Logistic:
    """The logistic distribution function."""

    def cumulative(self, x: Array) -> Array:
        """Probabilities, same shape as x."""
        return np.asarray(expit(x))

    def density(self, x: Array) -> Array:
        """Slopes, same shape as x."""
        p = expit(x)
        return np.asarray(p * (1.0 - p))


CURVES: dict[str, Curve] = {"normal": NormalOgive(), "logistic": Logistic()}
