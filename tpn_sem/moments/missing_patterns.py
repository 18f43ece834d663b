"""Missing answers by pattern: rows that have the same variables are summed up together.

Everything is a stack over patterns, padded with zeros where a pattern lacks a variable, so that
the memory needed is patterns x p^2, and the second-order quantities are products of two such
stacks: the derivatives of the moments come in only afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..numerics import Array, Indices, Mask, half_indices, half_weights, inverse_and_log_determinant


@dataclass(frozen=True, eq=False)
class Patterns:
    """The rows of one group, by which variables they have.

    Attributes
    ----------
    observed : bool array, shape (J, p)
        The variables of each pattern.
    shares : array, shape (J,)
        Each pattern's share of the rows, by their weights.
    mean : array, shape (J, p)
        Zero where a variable is missing, as in `covariance`.
    covariance : array, shape (J, p, p)
        Around the pattern's own mean, divisor the number of its rows.
    member : int array, shape (n,)
        The pattern of each row.
    """

    observed: Mask
    shares: Array
    mean: Array
    covariance: Array
    member: Indices

    @property
    def are_complete(self) -> bool:
        """Whether nothing is missing."""
        return bool(self.observed.all())

    @cached_property
    def pairs(self) -> Mask:
        """Which pairs of variables each pattern has, shape (J, p, p)."""
        return self.observed[:, :, None] & self.observed[:, None, :]

    @cached_property
    def seen(self) -> Mask:
        """Which pairs of variables any row has, shape (p, p)."""
        return np.asarray(self.pairs.any(axis=0))

    def of(self, places: Indices) -> Patterns:
        """The same rows with some of the variables only."""
        return Patterns(
            self.observed[:, places],
            self.shares,
            self.mean[:, places],
            self.covariance[:, places[:, None], places],
            self.member,
        )

    def at(self, mean: Array, covariance: Array) -> PatternLikelihood:
        """The patterns as seen from a mean, shape (..., p), and a covariance, (..., p, p)."""
        padded = np.where(self.pairs, covariance[..., None, :, :], np.eye(self.mean.shape[1]))
        inverse, log_determinant = inverse_and_log_determinant(padded)
        inverse = np.where(self.pairs, inverse, 0.0)
        distance = np.where(self.observed, self.mean - mean[..., None, :], 0.0)
        return PatternLikelihood(self, inverse, log_determinant, distance)


@dataclass(frozen=True, eq=False)
class PatternLikelihood:
    """Log-likelihood of patterns at a mean and covariance matrix, and its derivatives.

    Attributes
    ----------
    patterns : Patterns
    inverse : array W, shape (..., J, p, p)
        Of the covariance matrix of each pattern's variables.
    log_determinant : array, shape (..., J)
    distance : array d, shape (..., J, p)
        Pattern means less the mean.
    """

    patterns: Patterns
    inverse: Array
    log_determinant: Array
    distance: Array

    @cached_property
    def _second_moment(self) -> Array:
        outer = self.distance[..., :, None] * self.distance[..., None, :]
        return np.asarray(self.patterns.covariance + outer)

    @cached_property
    def _sandwich(self) -> Array:
        return np.asarray(self.inverse @ self._second_moment @ self.inverse)

    @cached_property
    def _pull(self) -> Array:
        """W d, shape (..., J, p)."""
        return np.asarray((self.inverse @ self.distance[..., None])[..., 0])

    @property
    def deviance(self) -> Array:
        """-2 log-likelihood of one row without its constant, shape (...)."""
        fit = (self.inverse * self._second_moment).sum((-2, -1))
        return np.asarray((self.log_determinant + fit) @ self.patterns.shares)

    @cached_property
    def slope(self) -> tuple[Array, Array]:
        """Derivative of the deviance: tr(G dSigma) + g' dmu; shapes (..., p, p) and (..., p)."""
        shares = self.patterns.shares
        matrix = np.einsum("j,...jab->...ab", shares, self.inverse - self._sandwich)
        return matrix, -2.0 * np.einsum("j,...ja->...a", shares, self._pull)

    @cached_property
    def information(self) -> Array:
        """Expected information of one row in mean and vech(covariance), shape (..., m, m)."""
        weighted = self._weighted_inverse
        mean = weighted.sum(-3)
        products = np.swapaxes(_halves(self.inverse), -1, -2) @ _halves(weighted)
        return _join(mean, None, 2.0 * _symmetrised(products, mean.shape[-1]))

    @cached_property
    def curvature(self) -> Array:
        """Observed information of one row in the same moments, shape (..., m, m)."""
        weighted = self._weighted_inverse
        mean = weighted.sum(-3)
        p = mean.shape[-1]
        other = _halves(2.0 * self._sandwich - self.inverse)
        products = np.swapaxes(_halves(weighted), -1, -2) @ other
        products = products + np.swapaxes(products, -1, -2)
        across = np.swapaxes(self._pull, -1, -2) @ _halves(weighted)
        return _join(mean, _crossed(across, p), _symmetrised(products, p))

    @cached_property
    def _weighted_inverse(self) -> Array:
        return np.asarray(self.patterns.shares[:, None, None] * self.inverse)


def find_patterns(rows: Array, weights: Array | None = None) -> Patterns:
    """Sum up rows by pattern.

    Parameters
    ----------
    rows : array, shape (n, p)
        NaN where an answer is missing; each row has at least one.
    weights : array, shape (n,), optional
    """
    observed, member = _distinct(~np.isnan(rows))
    order = np.argsort(member, kind="stable")
    ends = np.cumsum(np.bincount(member, minlength=len(observed)))
    weight = np.ones(len(rows)) if weights is None else weights
    p = rows.shape[1]
    mean, covariance = np.zeros((len(observed), p)), np.zeros((len(observed), p, p))
    totals = np.zeros(len(observed))
    for place, inside in enumerate(np.split(order, ends[:-1])):
        here = np.where(observed[place], rows[inside], 0.0)
        share = weight[inside] / weight[inside].sum()
        totals[place] = weight[inside].sum()
        mean[place] = share @ here
        centred = np.where(observed[place], here - mean[place], 0.0)
        covariance[place] = (share[:, None] * centred).T @ centred
    return Patterns(observed, totals / totals.sum(), mean, covariance, member)


def _distinct(observed: Mask) -> tuple[Mask, Indices]:
    """The different rows, in the order of their bits, and which of them each row is."""
    if observed.shape[1] > 64:
        different, member = np.unique(observed, axis=0, return_inverse=True)
        return different, member.reshape(-1)
    packed = np.zeros((len(observed), 8), dtype=np.uint8)
    bits = np.packbits(observed, axis=1)
    packed[:, : bits.shape[1]] = bits
    _, first, member = np.unique(
        packed.view(">u8")[:, 0].astype(np.uint64), return_index=True, return_inverse=True
    )
    return observed[first], np.asarray(member.reshape(-1), dtype=np.intp)


def _halves(stack: Array) -> Array:
    """Lower triangles of a stack of symmetric matrices, shape (..., J, p(p+1)/2)."""
    rows, columns = half_indices(stack.shape[-1])
    return stack[..., rows, columns]


@lru_cache(maxsize=8)
def _crossings(p: int) -> tuple[Indices, Indices, Array]:
    """Places of P[ac] Q[bd] and P[ad] Q[bc] in a flat matrix over half pairs, and their weights."""
    rows, columns = half_indices(p)
    size = len(rows)
    place = np.zeros((p, p), dtype=np.intp)
    place[rows, columns] = place[columns, rows] = np.arange(size)
    ac, bd = place[np.ix_(rows, rows)], place[np.ix_(columns, columns)]
    ad, bc = place[np.ix_(rows, columns)], place[np.ix_(columns, rows)]
    weight = half_weights(p)
    return ac * size + bd, ad * size + bc, 0.125 * weight[:, None] * weight


def _symmetrised(products: Array, p: int) -> Array:
    """Sum P[ac] Q[bd] + P[ad] Q[bc] over half pairs (ab), (cd), weighted as vech needs it."""
    straight, crossed, weight = _crossings(p)
    flat = products.reshape(*products.shape[:-2], -1)
    return np.asarray((flat.take(straight, axis=-1) + flat.take(crossed, axis=-1)) * weight)


def _crossed(across: Array, p: int) -> Array:
    """Sum over patterns of W[c, a] h[b] + W[c, b] h[a], shape (..., p, p(p+1)/2)."""
    rows, columns = half_indices(p)
    place = np.zeros((p, p), dtype=np.intp)
    place[rows, columns] = place[columns, rows] = np.arange(len(rows))
    c = np.arange(p)[:, None]
    total = across[..., columns, place[c, rows]] + across[..., rows, place[c, columns]]
    return np.asarray(0.5 * half_weights(p) * total)


def _join(mean: Array, cross: Array | None, halves: Array) -> Array:
    p = mean.shape[-1]
    total = np.zeros((*mean.shape[:-2], p + halves.shape[-1], p + halves.shape[-1]))
    total[..., :p, :p] = mean
    total[..., p:, p:] = halves
    if cross is not None:
        total[..., :p, p:] = cross
        total[..., p:, :p] = np.swapaxes(cross, -1, -2)
    return total
