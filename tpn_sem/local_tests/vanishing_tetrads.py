"""Tetrads that a model makes vanish, and what they restrict together.

A tetrad is cov(a, b) cov(c, d) - cov(a, c) cov(b, d). Bollen & Ting (1993): which ones vanish is
found from implied covariances, here at random parameter values (see `generic_structure`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..equations import GenericStructure, vanishes
from ..numerics import Array, Indices, Mask, half_places

MOST = 20_000  # tetrads that are looked at further
_CHUNK = 2_000
_RANK = 1e-10  # of an eigenvalue, over the largest, that counts as zero


@dataclass(frozen=True, eq=False)
class Tetrads:
    """Some tetrads s[0] s[1] - s[2] s[3] of p variables.

    Attributes
    ----------
    items : int array, shape (k, 4)
        a, b, c, d of cov(a, b) cov(c, d) - cov(a, c) cov(b, d).
    n_found : int
        How many vanish; more than k where there are very many.
    """

    items: Indices
    n_found: int

    def __len__(self) -> int:
        return len(self.items)

    def places(self, p: int) -> Indices:
        """Places in vech of ab, cd, ac, bd, shape (k, 4)."""
        square = half_places(p)
        a, b, c, d = self.items.T
        return np.stack([square[a, b], square[c, d], square[a, c], square[b, d]], axis=1)

    def values(self, covariance: Array) -> Array:
        """The tetrads of covariance matrices, shape (..., k)."""
        return _products(covariance, self.items)[0]

    def slopes(self, covariance: Array) -> Array:
        """Derivatives in ab, cd, ac, bd, shape (k, 4)."""
        a, b, c, d = self.items.T
        return np.stack(
            [covariance[c, d], covariance[a, b], -covariance[b, d], -covariance[a, c]], axis=1
        )

    def gradient(self, covariance: Array) -> Array:
        """The same in all of vech, shape (k, h)."""
        p = len(covariance)
        whole = np.zeros((len(self), p * (p + 1) // 2))
        np.put_along_axis(whole, self.places(p), self.slopes(covariance), axis=1)
        return whole

    def errors(self, covariance: Array, spread: Array) -> Array:
        """Standard errors of each tetrad by the delta method, shape (k,)."""
        places, slopes = self.places(len(covariance)), self.slopes(covariance)
        among = spread[places[:, :, None], places[:, None, :]]
        variance = np.einsum("ki,kij,kj->k", slopes, among, slopes)
        return np.sqrt(np.maximum(variance, 0.0))

    def part(self, places: Indices) -> Tetrads:
        """Some of them."""
        return Tetrads(self.items[places], self.n_found)


def implied_tetrads(structure: GenericStructure) -> Tetrads:
    """The tetrads of a group's variables that vanish whatever the parameters are."""
    p = len(structure.pattern.modelled)
    items = _all_tetrads(p)
    if not len(items):
        return Tetrads(items, 0)
    covariance = structure.covariance[:, :p, :p]
    found = vanishes(*_products(covariance, items))
    a, b, c, d = items.T
    moves = np.stack(
        [covariance[:, a, b], covariance[:, c, d], covariance[:, a, c], covariance[:, b, d]]
    )
    alive: Mask = np.any(moves != 0.0, axis=(0, 1))  # all four zero: nothing to test
    kept = items[found & alive]
    step = -(-len(kept) // MOST) if len(kept) > MOST else 1
    return Tetrads(kept[::step], len(kept))


def _all_tetrads(p: int) -> Indices:
    """Three tetrads of each four variables, shape (k, 4)."""
    four = np.array(list(combinations(range(p), 4)), dtype=np.intp).reshape(-1, 4)
    orders = ([0, 1, 2, 3], [0, 1, 3, 2], [0, 2, 3, 1])
    return np.concatenate([four[:, order] for order in orders])


def _products(covariance: Array, items: Indices) -> tuple[Array, Array]:
    """Tetrads, and the sums of their terms' sizes, shape (..., k) each."""
    a, b, c, d = items.T
    first = covariance[..., a, b] * covariance[..., c, d]
    second = covariance[..., a, c] * covariance[..., b, d]
    return first - second, np.abs(first) + np.abs(second)


def spanned(tetrads: Tetrads, implied: Array, spread: Array) -> Array:
    """What the tetrads restrict, at the implied covariances: a basis of their gradients, (r, h).

    r is the number of independent tetrads. Gradients are scaled to length one, in units of the
    covariances' standard errors.
    """
    units = np.sqrt(np.maximum(np.diag(spread), 0.0))
    total = np.zeros((len(units), len(units)))
    for start in range(0, len(tetrads), _CHUNK):
        part = tetrads.part(np.arange(start, min(start + _CHUNK, len(tetrads))))
        rows = part.gradient(implied) * units
        lengths = np.sqrt((rows**2).sum(axis=1, keepdims=True))
        rows = rows / np.where(lengths > 0.0, lengths, 1.0)
        total += rows.T @ rows
    told = np.flatnonzero(np.diag(total) > 0.0)
    values, vectors = np.linalg.eigh(total[np.ix_(told, told)])
    kept = vectors[:, values > _RANK * max(float(values[-1]), 1e-300)]
    basis = np.zeros((kept.shape[1], len(units)))
    basis[:, told] = kept.T / units[told]
    return basis
