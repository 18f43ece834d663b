"""The model without its products: joint moments of observed variables and of what is multiplied.

With products the observed variables are y = y* + P C h(f): y* and the factors f are jointly normal
with the moments that the model has without products, h(f) are the products, C their coefficients
and P what the outcomes do to the observed variables. Likelihoods of products need no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices, Mask
from ...specification import PATH, Pattern, fill, total_effects
from ..implied import no_slopes, pulled_cells


@dataclass(frozen=True, eq=False)
class ProductLayout:
    """Which variables of one group are multiplied, and what their products affect.

    Attributes
    ----------
    pattern : Pattern
    factors : int array, shape (f,)
        Places of the variables that are multiplied.
    members : tuple of tuples of int
        Of each product its factors, as places in `factors`; squares name one twice.
    products : int array, shape (h,)
        Places of the products among the variables.
    outcomes : int array, shape (m,)
        Places of the variables that products affect.
    """

    pattern: Pattern
    factors: Indices
    members: tuple[tuple[int, ...], ...]
    products: Indices
    outcomes: Indices

    @property
    def n_observed(self) -> int:
        """Number of observed variables, p."""
        return self.pattern.n_observed

    @cached_property
    def chosen(self) -> Indices:
        """Observed variables, then the factors that are multiplied, among all variables."""
        return np.concatenate([np.arange(self.n_observed), self.factors])

    @cached_property
    def cells(self) -> Indices:
        """Cells of A, S and m whose derivatives are wanted: those that are free."""
        return self.pattern.free_cells


def lay_out(pattern: Pattern, names: dict[str, tuple[str, ...]]) -> ProductLayout:
    """The layout of a group's products.

    Parameters
    ----------
    pattern : Pattern
    names : dict of str to tuple of str
        The factors of each product.
    """
    place = {name: index for index, name in enumerate(pattern.names)}
    own = {name: parts for name, parts in names.items() if name in place}
    factors = list(dict.fromkeys(part for parts in own.values() for part in parts))
    products = np.array([place[name] for name in own], dtype=np.intp)
    affected = (pattern.kind == PATH) & np.isin(pattern.column, products)
    return ProductLayout(
        pattern,
        np.array([place[name] for name in factors], dtype=np.intp),
        tuple(tuple(factors.index(part) for part in parts) for parts in own.values()),
        products,
        np.unique(pattern.row[affected]),
    )


@dataclass(frozen=True, eq=False)
class LinearPart:
    """Moments without products at some values of the cells.

    Attributes
    ----------
    layout : ProductLayout
    values : array, shape (n_cells,)
    effects : array E, shape (v, v)
    all_covariance, all_mean : arrays, shapes (v, v) and (v,)
        Of all variables; products do not vary here.
    coefficients : array C, shape (m, h)
    """

    layout: ProductLayout
    values: Array
    effects: Array
    all_covariance: Array
    all_mean: Array
    coefficients: Array

    @property
    def mean(self) -> Array:
        """Of the observed variables, then of the factors, shape (p + f,)."""
        return self.all_mean[self.layout.chosen]

    @cached_property
    def covariance(self) -> Array:
        """Of the observed variables, then of the factors, shape (p + f, p + f)."""
        chosen = self.layout.chosen
        return self.all_covariance[np.ix_(chosen, chosen)]

    @property
    def loadings(self) -> Array:
        """What the outcomes do to the observed variables, P, shape (p, m)."""
        return self.effects[: self.layout.n_observed, self.layout.outcomes]

    def pull(self, slopes: LinearSlopes) -> Array:
        """Derivatives along the free cells of a function with these slopes, (n_free_cells,)."""
        layout, chosen = self.layout, self.layout.chosen
        found = no_slopes(layout.pattern.n_variables)
        # an observed factor stands twice
        np.add.at(found.covariance, np.ix_(chosen, chosen), slopes.covariance)
        np.add.at(found.mean, chosen, slopes.mean)
        found.effects[: layout.n_observed, layout.outcomes] = slopes.loadings
        found.paths[np.ix_(layout.outcomes, layout.products)] = slopes.coefficients
        moments = self.effects, self.all_covariance, self.all_mean
        return pulled_cells(layout.pattern, *moments, found)[layout.cells]


@dataclass(frozen=True, eq=False)
class LinearSlopes:
    """Derivatives of a function in the moments, loadings and coefficients of a `LinearPart`.

    Attributes
    ----------
    mean : array, shape (p + f,)
    covariance : array, shape (p + f, p + f)
        A change dV changes the function by the sum of the products of entries.
    loadings : array, shape (p, m)
    coefficients : array, shape (m, h)
    """

    mean: Array
    covariance: Array
    loadings: Array
    coefficients: Array


def linear_part(layout: ProductLayout, values: Array) -> LinearPart:
    """Moments without products from the values of the cells, shape (n_cells,)."""
    paths, covariances, intercepts = fill(layout.pattern, values)
    coefficients = paths[np.ix_(layout.outcomes, layout.products)].copy()
    effects = total_effects(layout.pattern, paths)
    everything = effects @ covariances @ effects.T
    return LinearPart(layout, values, effects, everything, effects @ intercepts, coefficients)


def downstream(layout: ProductLayout) -> Mask:
    """Variables that products affect, directly or through others, shape (v,)."""
    pattern = layout.pattern
    step = np.zeros((pattern.n_variables, pattern.n_variables), dtype=bool)
    path = pattern.kind == PATH
    step[pattern.row[path], pattern.column[path]] = True
    reached = np.zeros(pattern.n_variables, dtype=bool)
    reached[layout.outcomes] = True
    for _ in range(pattern.n_variables):
        reached = reached | (step @ reached)
    return reached
