"""Latent responses at the nodes of the factors that are integrated out.

With predictors x, of mean c, the factors are g = mean + E_g c + L z, where z has the mean
W (x - c) with W = L^-1 E_g, and covariance matrix I. Items and multiplied factors are
t = mean + E c + T z + D (x - c) with D = E - T W, which is zero but for what predictors affect
directly; where there are products h(f), items are shifted by P C h(f). Answers are independent
given z. Bock & Aitkin (1981); Klein & Moosbrugger (2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, cholesky
from ..implied import ImpliedResponses, MomentSlopes, no_slopes
from ..latent_products import coefficients_of
from ..quadrature import Nodes, root_slope
from .response_layout import ResponseLayout


@dataclass(frozen=True, eq=False)
class ResponseModel:
    """One group's latent responses at the nodes.

    Attributes
    ----------
    layout : ResponseLayout
    implied : ImpliedResponses
        At one parameter vector.
    nodes : Nodes
    unit : float
        Variance of the residual of a latent response whose deviation counts as one.
    centre : array, shape (q,)
        Means of the predictors.
    """

    layout: ResponseLayout
    implied: ImpliedResponses
    nodes: Nodes
    unit: float
    centre: Array

    @cached_property
    def root(self) -> Array | None:
        """L, shape (c, c); None where the factors' covariances are not positive definite."""
        places = self.layout.factors
        among = self.implied.given.all_covariance[np.ix_(places, places)]
        return cholesky(among) if np.isfinite(among).all() else None

    @cached_property
    def inverse_root(self) -> Array:
        """L^-1, shape (c, c)."""
        assert self.root is not None
        return np.asarray(np.linalg.inv(self.root))

    @cached_property
    def pull(self) -> Array:
        """T, shape (p + f, c)."""
        places = np.ix_(self.layout.carried, self.layout.factors)
        return np.asarray(self.implied.given.all_covariance[places] @ self.inverse_root.T)

    @cached_property
    def left(self) -> Array:
        """Variances of latent responses given the factors, in units of the curve, shape (p,)."""
        p = len(self.layout.items)
        variances = self.implied.given.all_covariance[self.layout.items, self.layout.items]
        return np.asarray((variances - (self.pull[:p] ** 2).sum(axis=1)) / self.unit)

    @property
    def is_usable(self) -> bool:
        """Whether there is such a model."""
        if self.root is None or not np.isfinite(self.implied.given.all_mean).all():
            return False
        return bool((self.left > 0.0).all())

    @cached_property
    def edges(self) -> Array:
        """Thresholds of each item, with infinite ones at both ends, shape (p, most + 2)."""
        cuts = [self.implied.thresholds[part] for part in self.layout.cuts]
        most = max(len(own) for own in cuts)
        found = np.full((len(cuts), most + 2), np.inf)
        found[:, 0] = -np.inf
        for place, own in enumerate(cuts):
            found[place, 1 : len(own) + 1] = own
        return found

    @cached_property
    def effects(self) -> Array:
        """E: what predictors do to items and multiplied factors, shape (p + f, q)."""
        return self.implied.given.effects[np.ix_(self.layout.carried, self.layout.given)]

    @cached_property
    def pushed(self) -> Array:
        """P: what the outcomes of products do to items, shape (p, m)."""
        places = np.ix_(self.layout.items, self.layout.products.outcomes)
        return self.implied.given.effects[places]

    @cached_property
    def coefficients(self) -> Array:
        """C: what products do to their outcomes, shape (m, h)."""
        return coefficients_of(self.layout.products, self.implied.values)

    @cached_property
    def shift(self) -> Array:
        """W: what predictors do to z, shape (c, q)."""
        places = np.ix_(self.layout.factors, self.layout.given)
        return np.asarray(self.inverse_root @ self.implied.given.effects[places])

    @cached_property
    def bent(self) -> Array:
        """D, shape (p + f, q)."""
        return np.asarray(self.effects - self.pull @ self.shift)

    def carried(self, places: Array) -> Array:
        """Items and multiplied factors without products, shape (g, p + f, k).

        Parameters
        ----------
        places : array, shape (g, q)
            Predictors less their means.
        """
        centre = self.implied.given.all_mean[self.layout.carried] + self.effects @ self.centre
        mean = centre + places @ self.bent.T
        return np.asarray(mean[:, :, None] + self.pull @ self.nodes.places.T)

    def products(self, carried: Array) -> Array:
        """Products at the nodes, shape (g, h, k)."""
        factors = carried[:, len(self.layout.items) :]
        parts = [factors[:, list(one)].prod(axis=1) for one in self.layout.products.members]
        return np.stack(parts, axis=1)

    def responses(self, places: Array) -> Array:
        """Expected latent responses, shape (g, p, k)."""
        carried = self.carried(places)
        found = carried[:, : len(self.layout.items)]
        if len(self.layout.products.products):
            found = found + (self.pushed @ self.coefficients) @ self.products(carried)
        return found

    def gathered(self, slopes: ResponseSlopes) -> MomentSlopes:
        """Derivatives in the moments from those in what the nodes have."""
        layout, p, inverse = self.layout, len(self.layout.items), self.inverse_root
        found = no_slopes(layout.pattern.n_variables)
        by_left = slopes.left / self.unit
        pull = slopes.pull - slopes.bent @ self.shift.T
        pull[:p] -= 2.0 * by_left[:, None] * self.pull[:p]
        shift = slopes.shift - self.pull.T @ slopes.bent
        by_root = -inverse.T @ (pull.T @ self.pull + shift @ self.shift.T)
        effects = slopes.bent + np.outer(slopes.mean, self.centre)
        np.add.at(found.mean, layout.carried, slopes.mean)
        np.add.at(found.effects, np.ix_(layout.carried, layout.given), effects)
        found.effects[np.ix_(layout.factors, layout.given)] += inverse.T @ shift
        found.effects[np.ix_(layout.items, layout.products.outcomes)] += slopes.pushed
        places = layout.products.outcomes, layout.products.products
        found.paths[np.ix_(*places)] += slopes.coefficients
        found.covariance[layout.items, layout.items] += by_left
        np.add.at(found.covariance, np.ix_(layout.carried, layout.factors), pull @ inverse)
        assert self.root is not None
        among = np.ix_(layout.factors, layout.factors)
        found.covariance[among] += root_slope(self.root, by_root)
        return found


@dataclass(frozen=True, eq=False)
class ResponseSlopes:
    """Derivatives of a log-likelihood in a `ResponseModel`.

    Attributes
    ----------
    mean, bent, pull : arrays, shapes (p + f,), (p + f, q) and (p + f, c)
    shift : array, shape (c, q)
    pushed, coefficients : arrays, shapes (p, m) and (m, h)
    left : array, shape (p,)
    edges : array, shape (p, most + 2)
    """

    mean: Array
    bent: Array
    pull: Array
    shift: Array
    pushed: Array
    coefficients: Array
    left: Array
    edges: Array


def no_response_slopes(model: ResponseModel) -> ResponseSlopes:
    """Zeros, to be added to."""
    like = (
        model.pull[:, 0],
        model.bent,
        model.pull,
        model.shift,
        model.pushed,
        model.coefficients,
        model.left,
        model.edges,
    )
    return ResponseSlopes(*(np.zeros(one.shape) for one in like))
