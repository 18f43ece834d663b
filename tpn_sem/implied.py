"""Parameters to implied moments and their derivatives, in stacks: shape (batch, ...).

Every derivative of the implied covariance matrix of a reticular action model has rank two,
u v' + v u' with u a column of E = (I - A)^-1 and v a column of E S E' or of E. Only u and v are
formed, and every second-order quantity is a product of small Gram matrices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .linalg import Array, Indices, inverse_and_log_determinant, vech
from .matrices import COVARIANCE, INTERCEPT, PATH, Cells, Pattern, fill, total_effects
from .missing import Location, Patterns


@dataclass(frozen=True, eq=False)
class Implied:
    """Moments of all variables of one group.

    Attributes
    ----------
    effects : array, shape (..., v, v)
        Total effects E = (I - A)^-1.
    all_covariance : array, shape (..., v, v)
        Covariances of observed, then latent variables.
    all_mean : array, shape (..., v)
    n_observed : int
    """

    effects: Array
    all_covariance: Array
    all_mean: Array
    n_observed: int
    _located: dict[int, Location] = field(default_factory=dict, repr=False)

    def locate(self, patterns: Patterns) -> Location:
        """Patterns of missing answers as seen from these moments, computed once."""
        if id(patterns) not in self._located:
            self._located[id(patterns)] = patterns.at(self.mean, self.covariance)
        return self._located[id(patterns)]

    @property
    def covariance(self) -> Array:
        """Covariances of the observed variables, shape (..., p, p)."""
        return self.all_covariance[..., : self.n_observed, : self.n_observed]

    @property
    def mean(self) -> Array:
        """Means of the observed variables, shape (..., p)."""
        return self.all_mean[..., : self.n_observed]

    @cached_property
    def _inverted(self) -> tuple[Array, Array]:
        return inverse_and_log_determinant(self.covariance)

    @property
    def inverse(self) -> Array:
        """Inverse of `covariance`, shape (..., p, p)."""
        return self._inverted[0]

    @property
    def log_determinant(self) -> Array:
        """Log determinant of `covariance`, +inf where it is not positive definite, shape (...)."""
        return self._inverted[1]


@dataclass(frozen=True, eq=False)
class Directions:
    """Derivatives of the implied moments of one group along cells of A, S and m.

    The covariance matrix changes by u v' + v u', the mean by `mean`; shape (..., p, k) each,
    one column a cell.
    """

    u: Array
    v: Array
    mean: Array

    def slope(self, covariance: Array, mean: Array | None) -> Array:
        """tr(G dSigma) + g' dmu of every direction, shape (..., k), for symmetric G."""
        total: Array = 2.0 * np.einsum("...pk,...pk->...k", self.u, covariance @ self.v)
        if mean is not None:
            total = total + (mean[..., None, :] @ self.mean)[..., 0, :]
        return total

    def products(self, left: Array, right: Array) -> Array:
        """tr(P dSigma_k Q dSigma_l) for symmetric P and Q, shape (..., k, k)."""
        p_uu, p_uv, p_vv = self._grams(left)
        if left is right:
            return 2.0 * (p_uu * p_vv + p_uv * np.swapaxes(p_uv, -1, -2))
        q_uu, q_uv, q_vv = self._grams(right)
        mixed = p_uv * np.swapaxes(q_uv, -1, -2)
        return p_uu * q_vv + p_vv * q_uu + mixed + np.swapaxes(mixed, -1, -2)

    def _grams(self, weight: Array) -> tuple[Array, Array, Array]:
        transposed_u = np.swapaxes(self.u, -1, -2)
        weighted_v = weight @ self.v
        return (
            transposed_u @ (weight @ self.u),
            transposed_u @ weighted_v,
            np.swapaxes(self.v, -1, -2) @ weighted_v,
        )

    def mean_products(self, weight: Array) -> Array:
        """dmu_k' W dmu_l, shape (..., k, k)."""
        return np.swapaxes(self.mean, -1, -2) @ (weight @ self.mean)

    def information(self, weight: Array, means: bool) -> Array:
        """Half the Hessian of a quadratic form in the moments with weight W, shape (..., k, k).

        For W the inverse of the implied covariance matrix this is the expected information of one
        observation: tr(W dSigma W dSigma) / 2 + dmu' W dmu.
        """
        total = 0.5 * self.products(weight, weight)
        return total + self.mean_products(weight) if means else total

    def jacobian(self, means: bool) -> Array:
        """Derivatives of the mean, then of vech(covariance), shape (..., moments, k)."""
        change = self.u[..., :, None, :] * self.v[..., None, :, :]
        change = np.moveaxis(change + np.swapaxes(change, -3, -2), -1, -3)
        halves = np.swapaxes(vech(change), -1, -2)
        return np.concatenate([self.mean, halves], axis=-2) if means else halves


def imply(pattern: Pattern, values: Array) -> Implied:
    """Implied moments from the values of the cells, shape (..., n_cells)."""
    paths, covariances, intercepts = fill(pattern, values)
    effects = total_effects(pattern, paths)
    everything = effects @ covariances @ np.swapaxes(effects, -1, -2)
    mean = (effects @ intercepts[..., None])[..., 0]
    return Implied(effects, everything, mean, pattern.n_observed)


def differentiate(implied: Implied, cells: Cells) -> Directions:
    """First derivatives of the implied moments along cells. Bollen (1989, ch. 4)."""
    n = implied.n_observed
    u = implied.effects[..., :n, cells.row]
    v = _second_vector(implied, cells)[..., :n, :]
    factor = np.where(cells.kind == PATH, implied.all_mean[..., cells.column], 0.0)
    factor = np.where(cells.kind == INTERCEPT, 1.0, factor)
    return Directions(u, v, u * factor[..., None, :])


def _second_vector(implied: Implied, cells: Cells) -> Array:
    """The v of u v' + v u' over all variables, shape (..., v, k)."""
    path = cells.kind == PATH
    source = np.concatenate([implied.effects, implied.all_covariance], axis=-1)
    size = implied.effects.shape[-1]
    v = source[..., :, cells.column + size * path]
    half = (cells.kind == COVARIANCE) & (cells.row == cells.column)
    scale = np.where(half, 0.5, 1.0) * (cells.kind != INTERCEPT)
    return v * scale


def variance_slopes(implied: Implied, cells: Cells) -> Array:
    """Derivatives of the variances of all variables along cells, shape (..., v, k)."""
    return 2.0 * implied.effects[..., :, cells.row] * _second_vector(implied, cells)


def second_derivatives(
    implied: Implied, cells: Cells, covariance: Array, mean: Array | None
) -> Array:
    """tr(G d2Sigma_kl) + g' d2mu_kl, shape (..., k, k): what first derivatives leave out.

    Parameters
    ----------
    covariance : array G, shape (..., p, p), symmetric
    mean : array g, shape (..., p), or None
    """
    path = np.flatnonzero(cells.kind == PATH)
    size = len(cells.kind)
    total = np.zeros((*implied.all_mean.shape[:-1], size, size))
    if len(path) == 0:
        return total
    n = implied.n_observed
    observed = implied.effects[..., :n, :]
    transposed = np.swapaxes(observed, -1, -2)
    row, column = cells.row[path][:, None], cells.column[path][:, None]
    pulled = transposed @ covariance
    among_effects = pulled @ observed
    with_covariance = pulled @ implied.all_covariance[..., :n, :]
    pull = None if mean is None else (mean[..., None, :] @ observed)[..., 0, :]
    # a path A[i, j] and another path A[k, l]
    k, m = row.T, column.T
    crossed = with_covariance[..., k, column] * implied.effects[..., m, row]
    both = among_effects[..., row, k] * implied.all_covariance[..., column, m]
    both = both + crossed + np.swapaxes(crossed, -1, -2)
    if pull is not None:
        chained = 0.5 * pull[..., k] * implied.effects[..., m, row] * implied.all_mean[..., column]
        both = both + chained + np.swapaxes(chained, -1, -2)
    total[..., path[:, None], path] = 2.0 * both
    # a path A[i, j] and a (co)variance S[k, l]
    other = np.flatnonzero(cells.kind == COVARIANCE)
    k, m = cells.row[other][None, :], cells.column[other][None, :]
    mixed = among_effects[..., row, k] * implied.effects[..., column, m]
    mixed = mixed + among_effects[..., row, m] * implied.effects[..., column, k]
    _put(total, path, other, mixed * np.where(k == m, 1.0, 2.0))
    # a path A[i, j] and an intercept m[k]
    if pull is not None:
        other = np.flatnonzero(cells.kind == INTERCEPT)
        shifted = pull[..., row] * implied.effects[..., column, cells.row[other][None, :]]
        _put(total, path, other, shifted)
    return total


def _put(total: Array, rows: Indices, columns: Indices, block: Array) -> None:
    """Write a block of a symmetric matrix, and its mirror image."""
    total[..., rows[:, None], columns] = block
    total[..., columns[:, None], rows] = np.swapaxes(block, -1, -2)
