"""Parameters to implied moments and their derivatives, in stacks: shape (batch, ...).

Every derivative of the implied covariance matrix of a reticular action model has rank two,
u v' + v u' with u a column of E = (I - A)^-1 and v a column of E S E' or of E. Only u and v are
formed, and every second-order quantity is a product of small Gram matrices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np

from ...numerics import (
    Array,
    Indices,
    half_indices,
    inverse_and_log_determinant,
    is_positive_definite,
    unvech,
    vech,
)
from ...specification import COVARIANCE, INTERCEPT, Cells, Pattern, fill, total_effects

Seen = TypeVar("Seen", covariant=True)


class Located(Protocol[Seen]):
    """What data say of moments, wherever these are."""

    def at(self, mean: Array, covariance: Array) -> Seen:
        """As seen from moments, shapes (..., p) and (..., p, p)."""


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
    values : array, shape (..., n_cells)
        Values of all cells that imply them.
    """

    effects: Array
    all_covariance: Array
    all_mean: Array
    n_observed: int
    values: Array
    _located: dict[int, Any] = field(default_factory=dict, repr=False)

    def locate(self, known: Located[Seen]) -> Seen:
        """Patterns of missing answers, or clusters, as seen from these moments, computed once."""
        if id(known) not in self._located:
            self._located[id(known)] = known.at(self.mean, self.covariance)
        seen: Seen = self._located[id(known)]
        return seen

    def vector(self, means: bool) -> Array:
        """What the sample's `vector` is compared with: mean, vech(covariance), shape (..., m)."""
        half = vech(self.covariance)
        return np.concatenate([self.mean, half], axis=-1) if means else half

    def along(self, cells: Cells) -> Directions:
        """First derivatives of the implied moments along cells."""
        return Directions(self, cells)

    def second_derivatives(self, cells: Cells, covariance: Array, mean: Array | None) -> Array:
        """tr(G d2Sigma_kl) + g' d2mu_kl, shape (..., k, k): what first derivatives leave out.

        Parameters
        ----------
        covariance : array G, shape (..., p, p), symmetric
        mean : array g, shape (..., p), or None
        """
        return _second_derivatives(self, cells, covariance, mean)

    def variance_slopes(self, cells: Cells) -> Array:
        """Derivatives of the variances of all variables along cells, shape (..., v, k)."""
        return 2.0 * self.effects.take(cells.row, axis=-1) * _second_vector(self, cells)

    def value_slopes(self, pattern: Pattern) -> Array:
        """Derivatives of all cells along the free ones, shape (..., n_cells, n_free_cells)."""
        slopes = self._dependent_slopes(pattern)
        slopes[..., pattern.free_cells, np.arange(len(pattern.free_cells))] = 1.0
        return slopes

    def _dependent_slopes(self, pattern: Pattern) -> Array:
        """The same of cells that follow from others; zero elsewhere."""
        return np.zeros((*self.values.shape[:-1], len(pattern.kind), len(pattern.free_cells)))

    @property
    def units(self) -> Array:
        """What data are divided by to have the units of `all_covariance`, shape (..., p)."""
        return np.ones(self.mean.shape)

    @property
    def cuts(self) -> dict[int, Array]:
        """Thresholds of ordinal variables by their place; none where all are continuous."""
        return {}

    @property
    def is_usable(self) -> bool:
        """Whether an optimiser can begin here: a likelihood needs a positive determinant."""
        return is_positive_definite(self.covariance)

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

    Bollen (1989, ch. 4). The covariance matrix changes by u v' + v u', the mean by `mean`;
    shape (..., p, k) each, one column a cell.
    """

    implied: Implied
    cells: Cells

    @cached_property
    def u(self) -> Array:
        """Columns of E, shape (..., p, k)."""
        return self._observed_effects.take(self.cells.row, axis=-1)

    @cached_property
    def v(self) -> Array:
        """Columns of E S E' for paths and of E for covariances, shape (..., p, k)."""
        return _second_vector(self.implied, self.cells)[..., : self.implied.n_observed, :]

    @cached_property
    def mean(self) -> Array:
        """Changes of the mean, shape (..., p, k)."""
        return self.u * self._mean_factor[..., None, :]

    @property
    def changes(self) -> Array:
        """Changes of the covariance matrix, u v' + v u', shape (..., k, p, p)."""
        change = self.u[..., :, None, :] * self.v[..., None, :, :]
        return np.moveaxis(change + np.swapaxes(change, -3, -2), -1, -3)

    @property
    def _observed_effects(self) -> Array:
        return self.implied.effects[..., : self.implied.n_observed, :]

    @cached_property
    def _mean_factor(self) -> Array:
        cells = self.cells
        means = self.implied.all_mean.take(cells.origin, axis=-1)
        return np.asarray(means * cells.is_path + cells.is_intercept)

    def slope(self, covariance: Array, mean: Array | None) -> Array:
        """tr(G dSigma) + g' dmu of every direction, shape (..., k), for symmetric G.

        The traces are entries of E'GE and of E'G(ESE'), so that no direction is formed.
        """
        cells, observed = self.cells, self._observed_effects
        size = observed.shape[-1]
        onto = np.swapaxes(observed, -1, -2) @ covariance
        moments = self.implied.all_covariance[..., : self.implied.n_observed, :]
        traces = np.concatenate([onto @ observed, onto @ moments], axis=-1)
        flat = traces.reshape(*traces.shape[:-2], 2 * size * size)
        place = cells.row * (2 * size) + cells.origin + size * cells.is_path
        total: Array = flat.take(place, axis=-1) * (2.0 * cells.weight)
        if mean is not None:
            pull = (mean[..., None, :] @ observed)[..., 0, :]
            total = total + pull.take(cells.row, axis=-1) * self._mean_factor
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

    def information_with(self, added: Directions, weight: Array, means: bool) -> Array:
        """The same of other directions with these, shape (c, k)."""
        u, v = weight @ self.u, weight @ self.v
        ours, theirs = np.swapaxes(added.u, -1, -2), np.swapaxes(added.v, -1, -2)
        total = (ours @ u) * (theirs @ v) + (ours @ v) * (theirs @ u)
        if means:
            total = total + np.swapaxes(added.mean, -1, -2) @ (weight @ self.mean)
        return np.asarray(total)

    def own_information(self, weight: Array, means: bool) -> Array:
        """The diagonal of `information`, shape (c,)."""
        u, v = weight @ self.u, weight @ self.v
        total = (self.u * u).sum(-2) * (self.v * v).sum(-2) + (self.u * v).sum(-2) ** 2
        if means:
            total = total + (self.mean * (weight @ self.mean)).sum(-2)
        return np.asarray(total)

    def turned(self, vector: Array) -> Array:
        """dSigma_k h of a vector, shape (..., p), and every direction, shape (..., p, k)."""
        row = vector[..., None, :]
        return np.asarray(self.u * (row @ self.v) + self.v * (row @ self.u))

    def squares(self, pulls: Array) -> Array:
        """Half of h' dSigma_k h of vectors, shape (rows, p), shape (rows, k)."""
        return np.asarray((pulls @ self.u) * (pulls @ self.v))

    def pull(self, change: Array, means: bool) -> Array:
        """Slope along the directions of a function with derivatives `change`, shape (..., m).

        These are in the mean, then vech(covariance); the result has shape (..., k).
        """
        return self.slope(*split_slope(change, self.implied.n_observed, means))

    def jacobian(self, means: bool) -> Array:
        """Derivatives of the mean, then of vech(covariance), shape (..., moments, k)."""
        halves = np.swapaxes(vech(self.changes), -1, -2)
        return np.concatenate([self.mean, halves], axis=-2) if means else halves


def moment_directions(implied: Implied) -> Directions:
    """Directions in which each moment changes alone: means, then vech(covariance)."""
    p = implied.n_observed
    rows, columns = half_indices(p)
    kind = np.repeat([INTERCEPT, COVARIANCE], [p, len(rows)])
    every = np.arange(p)
    cells = Cells(kind, np.concatenate([every, rows]), np.concatenate([every, columns]))
    return Directions(free_moments(implied.mean, implied.covariance), cells)


def free_moments(mean: Array, covariance: Array) -> Implied:
    """Moments that no model restricts, shapes (p,) and (p, p)."""
    p = len(mean)
    return Implied(np.eye(p), covariance, mean, p, np.zeros(0))


def split_slope(change: Array, p: int, means: bool) -> tuple[Array, Array | None]:
    """Derivatives in the mean, then vech(covariance), as G and g: tr(G dSigma) + g' dmu.

    Off-diagonal entries are shared by both halves of G.
    """
    mean = None
    if means:
        mean, change = change[..., :p], change[..., p:]
    half = unvech(change, p)
    return 0.5 * (half + half * np.eye(p)), mean


def imply_moments(pattern: Pattern, values: Array) -> Implied:
    """Implied moments from the values of the cells, shape (..., n_cells)."""
    paths, covariances, intercepts = fill(pattern, values)
    effects = total_effects(pattern, paths)
    everything = effects @ covariances @ np.swapaxes(effects, -1, -2)
    mean = (effects @ intercepts[..., None])[..., 0]
    return Implied(effects, everything, mean, pattern.n_observed, values)


def _second_vector(implied: Implied, cells: Cells) -> Array:
    """The v of u v' + v u' over all variables, shape (..., v, k)."""
    source = np.concatenate([implied.effects, implied.all_covariance], axis=-1)
    size = implied.effects.shape[-1]
    v: Array = source.take(cells.origin + size * cells.is_path, axis=-1)
    return v * cells.weight


def _second_derivatives(
    implied: Implied, cells: Cells, covariance: Array, mean: Array | None
) -> Array:
    """See `Implied.second_derivatives`; a derivative along paths has closed forms."""
    path = cells.paths
    size = len(cells.kind)
    total = np.zeros((*implied.all_mean.shape[:-1], size, size))
    if len(path) == 0:
        return total
    n = implied.n_observed
    observed = implied.effects[..., :n, :]
    row, column = cells.row[path], cells.column[path]
    onto = observed.take(row, axis=-1).swapaxes(-1, -2) @ covariance  # e_i' E' G of a path A[i, j]
    from_effects = implied.effects.take(column, axis=-2)
    among_effects = onto @ observed
    # a path A[i, j] and another path A[k, l]
    chain = from_effects.take(row, axis=-1)
    crossed = (onto @ implied.all_covariance[..., :n, :]).take(column, axis=-1) * chain
    both = among_effects.take(row, axis=-1) * _block(implied.all_covariance, column, column)
    both = both + crossed + crossed.swapaxes(-1, -2)
    if mean is not None:
        pull = (mean[..., None, :] @ observed)[..., 0, :]
        means = implied.all_mean.take(column, axis=-1)
        chained = 0.5 * pull.take(row, axis=-1)[..., None] * means[..., None, :] * chain
        both = both + chained + chained.swapaxes(-1, -2)
    total[..., path[:, None], path] = 2.0 * both
    # a path A[i, j] and a (co)variance S[k, l]
    other = cells.covariances
    k, m = cells.row[other], cells.column[other]
    mixed = among_effects.take(k, axis=-1) * from_effects.take(m, axis=-1)
    mixed = mixed + among_effects.take(m, axis=-1) * from_effects.take(k, axis=-1)
    _put(total, path, other, mixed * (2.0 * cells.weight[other]))
    # a path A[i, j] and an intercept m[k]
    if mean is not None:
        other = cells.intercepts
        shifted = pull.take(row, axis=-1)[..., None] * from_effects.take(cells.row[other], axis=-1)
        _put(total, path, other, shifted)
    return total


def _block(matrix: Array, rows: Indices, columns: Indices) -> Array:
    """Chosen rows and columns of matrices, shape (..., rows, columns)."""
    return matrix.take(rows, axis=-2).take(columns, axis=-1)


def _put(total: Array, rows: Indices, columns: Indices, block: Array) -> None:
    """Write a block of a symmetric matrix, and its mirror image."""
    total[..., rows[:, None], columns] = block
    total[..., columns[:, None], rows] = np.swapaxes(block, -1, -2)
