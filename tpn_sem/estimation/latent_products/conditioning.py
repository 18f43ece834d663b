"""Latent moderated structural equations: given some factors the others are normal.

Klein & Moosbrugger (2000). Given the factors that are conditioned on, f = mean + L z, every product
is linear in the others, and rows are normal; z is integrated out over nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from ...numerics import Array, Indices
from ..quadrature import Nodes, root_slope
from .linear_part import LinearPart, LinearSlopes, ProductLayout
from .row_frame import FrameSlopes, PatternedRows, RowFrame


def conditioned_on(members: tuple[tuple[int, ...], ...], latent: frozenset[int]) -> tuple[int, ...]:
    """The fewest latent factors given which every product is linear in the others; none if none."""
    factors = sorted({one for product in members for one in product} & latent)
    for size in range(1, len(factors) + 1):
        for chosen in combinations(factors, size):
            if all(sum(one not in chosen for one in product) <= 1 for product in members):
                return chosen
    return ()


@dataclass(frozen=True, eq=False)
class Conditioned:
    """The layout of a group's products given some of their factors.

    Attributes
    ----------
    layout : ProductLayout
    given : int array, shape (c,)
        Places of the factors conditioned on, among the factors.
    left : int array, shape (r,)
        Places of the factors that products are linear in.
    powers : int array, shape (h, c)
        How often each factor that is conditioned on stands in each product.
    partner : int array, shape (h,)
        Place in `left` of what is left of each product, -1 where nothing is.
    """

    layout: ProductLayout
    given: Indices
    left: Indices
    powers: Indices
    partner: Indices


def condition(layout: ProductLayout) -> Conditioned:
    """The fewest factors to condition on, and what is left of each product."""
    latent = np.flatnonzero(layout.factors >= layout.n_observed).tolist()
    given = conditioned_on(layout.members, frozenset(latent))
    others = [[one for one in product if one not in given] for product in layout.members]
    left = sorted({one for product in others for one in product})
    powers = [[product.count(one) for one in given] for product in layout.members]
    return Conditioned(
        layout,
        np.array(given, dtype=np.intp),
        np.array(left, dtype=np.intp),
        np.array(powers, dtype=np.intp).reshape(len(layout.members), len(given)),
        np.array([left.index(one[0]) if one else -1 for one in others], dtype=np.intp),
    )


@dataclass(frozen=True, eq=False)
class ConditionalModel:
    """The model at the nodes: y = mean + T z + e + P (D (f + T z + e) + k), cov(e) = `rest`."""

    conditioned: Conditioned
    linear: LinearPart
    nodes: Nodes

    @cached_property
    def root(self) -> Array:
        """L, the Cholesky factor of the covariances of what is conditioned on, shape (c, c)."""
        given = self._given
        among = self.linear.covariance[np.ix_(given, given)]
        return np.asarray(np.linalg.cholesky(among), dtype=float)

    @cached_property
    def pull(self) -> Array:
        """T: what z does to observed variables and factors, shape (p + f, c)."""
        inverse = np.linalg.inv(self.root)
        return np.asarray(self.linear.covariance[:, self._given] @ inverse.T)

    @cached_property
    def rest(self) -> Array:
        """Covariances given z, shape (p + f, p + f)."""
        return np.asarray(self.linear.covariance - self.pull @ self.pull.T)

    @cached_property
    def factor_values(self) -> Array:
        """The factors conditioned on, at each node, shape (k, c)."""
        return np.asarray(self.linear.mean[self._given] + self.nodes.places @ self.root.T)

    @cached_property
    def multipliers(self) -> Array:
        """Products of what is conditioned on, at each node, shape (k, h)."""
        return np.asarray((self.factor_values[:, None, :] ** self.conditioned.powers).prod(-1))

    @cached_property
    def slopes(self) -> Array:
        """D: what each factor that is left does to each outcome, shape (k, m, r)."""
        found = np.zeros((len(self.nodes.places), *self._shape))
        terms = self.linear.coefficients * self.multipliers[:, None, :]
        for product, partner in enumerate(self.conditioned.partner):
            if partner >= 0:
                found[:, :, partner] += terms[:, :, product]
        return found

    @cached_property
    def levels(self) -> Array:
        """k: what products of nothing but z's factors add to each outcome, shape (k, m)."""
        alone = self.conditioned.partner < 0
        return np.asarray(self.multipliers[:, alone] @ self.linear.coefficients[:, alone].T)

    @cached_property
    def left_means(self) -> Array:
        """Means of the factors that are left, at each node, shape (k, r)."""
        left = self._left
        return np.asarray(self.linear.mean[left] + self.nodes.places @ self.pull[left].T)

    @cached_property
    def spread(self) -> Array:
        """Covariances of the coefficients of the directions, shape (k, u, u)."""
        m, r = self._shape
        width = m + r + len(self._given)
        among = self.rest[np.ix_(self._left, self._left)]
        spread = np.zeros((len(self.nodes.places), width, width))
        turned = self.slopes @ among
        spread[:, :m, :m] = turned @ np.swapaxes(self.slopes, -1, -2)
        spread[:, :m, m : m + r] = self.slopes
        spread[:, m : m + r, :m] = np.swapaxes(self.slopes, -1, -2)
        return spread

    @cached_property
    def shift(self) -> Array:
        """Means of the coefficients of the directions, shape (k, u)."""
        r = len(self._left)
        outcome = (self.slopes @ self.left_means[..., None])[..., 0] + self.levels
        middle = np.zeros((len(outcome), r))
        return np.concatenate([outcome, middle, self.nodes.places], axis=1)

    def frame(self, rows: PatternedRows) -> RowFrame:
        """Rows along the outcomes, the factors that are left and what is conditioned on."""
        p = self._p
        directions = np.hstack([self.linear.loadings, self.rest[:p, self._left], self.pull[:p]])
        return RowFrame(rows, self.linear.mean[:p], self.rest[:p, :p], directions)

    @property
    def _p(self) -> int:
        return self.conditioned.layout.n_observed

    @cached_property
    def _given(self) -> Indices:
        return self._p + self.conditioned.given

    @cached_property
    def _left(self) -> Indices:
        return self._p + self.conditioned.left

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.conditioned.layout.outcomes), len(self.conditioned.left)

    def gather(self, part: FrameSlopes) -> LinearSlopes:
        """Derivatives in the linear part from those of the rows' frame."""
        m, r = self._shape
        p, given, left = self._p, self._given, self._left
        size = len(self.linear.mean)
        mean, rest, pull = np.zeros(size), np.zeros((size, size)), np.zeros(self.pull.shape)
        mean[:p], rest[:p, :p] = part.centre, part.base
        loadings = part.directions[:, :m]
        rest[:p, left] += part.directions[:, m : m + r]
        pull[:p] = part.directions[:, m + r :]
        spread, outcome = part.spread, part.shift[:, :m]
        within = spread[:, :m, :m]
        among = self.rest[np.ix_(left, left)]
        slopes = 2.0 * (within @ self.slopes @ among + spread[:, :m, m : m + r])
        slopes = slopes + outcome[:, :, None] * self.left_means[:, None, :]
        turned = np.swapaxes(self.slopes, -1, -2)
        rest[np.ix_(left, left)] += (turned @ within @ self.slopes).sum(axis=0)
        by_left = (turned @ outcome[..., None])[..., 0]
        mean[left] += by_left.sum(axis=0)
        pull[left] += by_left.T @ self.nodes.places
        coefficients, values = self._by_products(slopes, outcome)
        mean[given] += values.sum(axis=0)
        return self._through_root(mean, rest, pull, loadings, coefficients, values)

    def _by_products(self, slopes: Array, outcome: Array) -> tuple[Array, Array]:
        """Derivatives in the coefficients, (m, h), and in the factors at the nodes, (k, c)."""
        conditioned, coefficients = self.conditioned, self.linear.coefficients
        terms = np.stack(
            [slopes[:, :, one] if one >= 0 else outcome for one in conditioned.partner], axis=-1
        )
        by_coefficient = (terms * self.multipliers[:, None, :]).sum(axis=0)
        by_multiplier = (terms * coefficients).sum(axis=1)
        values = np.zeros_like(self.factor_values)
        for product, powers in enumerate(conditioned.powers):
            for place, power in enumerate(powers):
                if power:
                    lower = powers.copy()
                    lower[place] -= 1
                    change = power * (self.factor_values**lower).prod(axis=1)
                    values[:, place] += by_multiplier[:, product] * change
        return by_coefficient, values

    def _through_root(
        self,
        mean: Array,
        rest: Array,
        pull: Array,
        loadings: Array,
        coefficients: Array,
        values: Array,
    ) -> LinearSlopes:
        """From derivatives in `rest`, `pull` and the factors at the nodes to the covariances."""
        given, inverse = self._given, np.linalg.inv(self.root)
        pull = pull - (rest + rest.T) @ self.pull
        covariance = rest.copy()
        covariance[:, given] += pull @ inverse
        root = values.T @ self.nodes.places - inverse.T @ pull.T @ self.pull
        covariance[np.ix_(given, given)] += root_slope(self.root, root)
        return LinearSlopes(mean, covariance, loadings, coefficients)
