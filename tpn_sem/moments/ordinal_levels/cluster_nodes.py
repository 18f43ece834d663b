"""Nodes at which the parts of clusters are integrated out, in units of their deviation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...numerics import Array

_REACH = 6.5  # deviations beyond which a cluster's part does not lie
_SPACING = 1.1  # of nodes, in deviations of a cluster's part given its rows
_MOST_OF_PAIRS = 13  # nodes for each of two parts, where a number is asked for; as lavaan


@dataclass(frozen=True, eq=False)
class Nodes:
    """Places of standard normal parts, and the logarithms of their weights.

    Attributes
    ----------
    places : array, shape (d, M) or (d, J, M)
        For d parts of a cluster; the same for all clusters, or each its own.
    log_weights : array, shape (M,) or (J, M)
    """

    places: Array
    log_weights: Array


@lru_cache(maxsize=16)
def gauss_hermite(count: int) -> Nodes:
    """Nodes of Gauss and Hermite's rule for one part, shape (1, count)."""
    places, weights = np.polynomial.hermite_e.hermegauss(count)
    with np.errstate(divide="ignore"):
        return Nodes(places[None], np.log(weights / np.sqrt(2.0 * np.pi)))


def nodes_of_items(asked: int | None, precision: float) -> Nodes:
    """Nodes for one part: as many as asked for, or evenly spaced ones, as near as data need.

    The trapezoidal rule of a smooth function is wrong by exp(-2 (pi s / h)^2) for a spacing of h
    and a function as wide as a normal density with deviation s: 7e-8 here.

    Parameters
    ----------
    asked : int or None
    precision : float
        Of the part of the largest cluster given its rows, at most.
    """
    if asked is not None:
        return gauss_hermite(asked)
    places = _even(precision)
    return Nodes(places[None], _log_density(places, places[1] - places[0]))


def nodes_of_pairs(asked: int | None, spread: Array) -> Nodes:
    """The same for two parts.

    Parameters
    ----------
    asked : int or None
    spread : array, shape (2, 2)
        Covariance matrix of the parts of the largest cluster given its rows, at least.
    """
    if asked is not None:
        one = gauss_hermite(min(asked, _MOST_OF_PAIRS))
        along, across = np.meshgrid(one.places[0], one.places[0], indexing="ij")
        weights = np.add.outer(one.log_weights, one.log_weights)
        return Nodes(np.stack([along.ravel(), across.ravel()]), weights.ravel())
    first, second = (_even(1.0 / value) for value in np.diag(spread))
    along, across = (side.ravel() for side in np.meshgrid(first, second, indexing="ij"))
    inside = along**2 + across**2 <= _REACH**2
    along, across = along[inside], across[inside]
    weights = _log_density(along, first[1] - first[0])
    weights = weights + _log_density(across, second[1] - second[0])
    return Nodes(np.stack([along, across]), weights)


def nodes_around(centres: Array, spreads: Array, count: int) -> Nodes:
    """Nodes of each cluster about where its two parts lie given its rows.

    Gauss and Hermite's rule after a change of variables (Naylor & Smith, 1982; Liu & Pierce, 1994).

    Parameters
    ----------
    centres : array, shape (J, 2)
    spreads : array, shape (J, 2, 2)
        Covariance matrices.
    count : int
        Nodes for each of the parts.
    """
    one = gauss_hermite(count)
    grid = np.stack(np.meshgrid(one.places[0], one.places[0], indexing="ij")).reshape(2, -1)
    weights = np.add.outer(one.log_weights, one.log_weights).ravel()
    factors = np.linalg.cholesky(spreads)
    places = centres[:, :, None] + factors @ grid
    change = 0.5 * (grid**2).sum(axis=0) - 0.5 * (places**2).sum(axis=1)
    size = np.log(factors[:, 0, 0] * factors[:, 1, 1])
    return Nodes(np.moveaxis(places, 1, 0), weights + change + size[:, None])


def _even(precision: float) -> Array:
    half = int(np.ceil(_REACH * np.sqrt(precision) / _SPACING))
    return np.linspace(-_REACH, _REACH, 2 * half + 1)


def _log_density(places: Array, spacing: float) -> Array:
    return np.asarray(np.log(spacing) - 0.5 * places**2 - 0.5 * np.log(2.0 * np.pi))


def posterior(joint: Array) -> tuple[Array, Array]:
    """Log-likelihoods, shape (J,), and shares of the nodes, (J, M), from logs of their product."""
    peak = joint.max(axis=1)
    shares = np.exp(joint - peak[:, None])
    total = shares.sum(axis=1)
    return peak + np.log(total), shares / total[:, None]
