"""Moments of all variables of a model with latent products, products included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from ...data import Sample
from ...language import Product
from ...numerics import Array
from ...specification import Cells, Pattern, fill, total_effects
from ..implied import Directions, Implied, NoDirections, cell_scales
from .linear_part import LinearPart, ProductLayout, lay_out

_WIDTH = 1e-5
BEYOND_MOMENTS = (
    "this rests on means and covariances, which say not all of a model with products by 'lms' or "
    "'qml': fit it with products='double_mean_centred'."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class ImpliedWithProducts(Implied):
    """Moments of all variables of one group, exact where factors and residuals are normal.

    Attributes
    ----------
    layout : ProductLayout
    linear_covariance, linear_mean : arrays, shapes (..., v, v) and (..., v)
        What they were without products.
    likelihoods : dict
        What discrepancies computed of samples from here.
    """

    layout: ProductLayout
    linear_covariance: Array
    linear_mean: Array
    likelihoods: dict[Sample, Any] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, object]:
        """Likelihoods are computed anew where a fit was sent to."""
        return {**self.__dict__, "likelihoods": {}}

    @property
    def without_products(self) -> Implied:
        """The moments that there are without products."""
        mean, covariance = self.linear_mean, self.linear_covariance
        return Implied(self.effects, covariance, mean, self.n_observed, self.values)

    def linear_parts(self) -> list[LinearPart]:
        """Those of all parameter vectors of the stack, one after the other."""
        coefficients = coefficients_of(self.layout, self.values)
        fields = (
            self.values,
            self.effects,
            self.linear_covariance,
            self.linear_mean,
            coefficients,
        )
        places = np.ndindex(self.values.shape[:-1])
        return [LinearPart(self.layout, *(one[place] for one in fields)) for place in places]

    def along(self, cells: Cells) -> Directions:
        """No directions in means and covariances: rows say more than these."""
        return NoDirections(self, cells, BEYOND_MOMENTS)

    def variance_slopes(self, cells: Cells) -> Array:
        """Derivatives of the variances of all variables along the free cells, shape (..., v, k).

        By central differences.
        """
        found = []
        widths = _WIDTH * cell_scales(self.layout.pattern, self)
        for place, cell in enumerate(self.layout.pattern.free_cells):
            width, ends = widths[..., place], []
            for shift in (width, -width):
                moved = self.values.copy()
                moved[..., cell] += shift
                there = imply_products(self.layout.pattern, moved)
                ends.append(np.diagonal(there.all_covariance, axis1=-2, axis2=-1))
            found.append((ends[0] - ends[1]) / (2.0 * width[..., None]))
        return np.stack(found, axis=-1)


@lru_cache(maxsize=64)
def layout_of(pattern: Pattern) -> ProductLayout:
    """The products of a group's pattern: latent variables with the name of a product."""
    return lay_out(
        pattern, {name: name.parts for name in pattern.latent if isinstance(name, Product)}
    )


@lru_cache(maxsize=64)
def _cells_of_coefficients(layout: ProductLayout) -> tuple[tuple[int, int, int], ...]:
    """Cell, outcome and product of each coefficient."""
    pattern = layout.pattern
    products, outcomes = layout.products.tolist(), layout.outcomes.tolist()
    return tuple(
        (cell, outcomes.index(pattern.row[cell]), products.index(pattern.column[cell]))
        for cell in np.flatnonzero(
            (pattern.kind == 0) & np.isin(pattern.column, layout.products)
        ).tolist()
    )


def coefficients_of(layout: ProductLayout, values: Array) -> Array:
    """What each product does to each outcome, shape (..., m, h)."""
    found = np.zeros((*values.shape[:-1], len(layout.outcomes), len(layout.products)))
    for cell, outcome, product in _cells_of_coefficients(layout):
        found[..., outcome, product] = values[..., cell]
    return found


def imply_products(pattern: Pattern, values: Array) -> Implied:
    """Moments from the values of the cells, shape (..., n_cells).

    Products of normal variables have the moments of Isserlis (1918).
    """
    layout = layout_of(pattern)
    paths, covariances, intercepts = fill(pattern, values)
    effects = total_effects(pattern, paths)
    linear = effects @ covariances @ np.swapaxes(effects, -1, -2)
    mean = (effects @ intercepts[..., None])[..., 0]
    if not len(layout.products):
        return ImpliedWithProducts(
            effects,
            linear,
            mean,
            pattern.n_observed,
            values,
            layout=layout,
            linear_covariance=linear,
            linear_mean=mean,
        )
    pushed = effects[..., layout.outcomes] @ coefficients_of(layout, values)
    members = [tuple(layout.factors[list(one)].tolist()) for one in layout.members]
    levels = np.stack([product_mean(mean, linear, one) for one in members], axis=-1)
    cross = np.stack([_with_all(mean, linear, one) for one in members], axis=-1)
    among = np.stack(
        [
            np.stack(
                [
                    product_mean(mean, linear, one + other) - levels[..., i] * levels[..., j]
                    for j, other in enumerate(members)
                ],
                axis=-1,
            )
            for i, one in enumerate(members)
        ],
        axis=-2,
    )
    back = np.swapaxes(pushed, -1, -2)
    mixed = cross @ back
    total = linear + mixed + np.swapaxes(mixed, -1, -2) + pushed @ among @ back
    everywhere = cross + pushed @ among  # covariances of all variables with the products
    total[..., :, layout.products] = everywhere
    total[..., layout.products, :] = np.swapaxes(everywhere, -1, -2)
    total[..., layout.products[:, None], layout.products] = among
    levelled = mean + (pushed @ levels[..., None])[..., 0]
    levelled[..., layout.products] = levels
    return ImpliedWithProducts(
        effects,
        total,
        levelled,
        pattern.n_observed,
        values,
        layout=layout,
        linear_covariance=linear,
        linear_mean=mean,
    )


def product_mean(mean: Array, covariance: Array, members: Sequence[int]) -> Array:
    """Expectation of the product of some normal variables, named by their places, shape (...)."""
    if not members:
        return np.ones(mean.shape[:-1])
    first, rest = members[0], members[1:]
    total = mean[..., first] * product_mean(mean, covariance, rest)
    for place, other in enumerate(rest):
        left = (*rest[:place], *rest[place + 1 :])
        total = total + covariance[..., first, other] * product_mean(mean, covariance, left)
    return np.asarray(total)


def _with_all(mean: Array, covariance: Array, members: Sequence[int]) -> Array:
    """Covariances of all variables with a product, shape (..., v)."""
    total = np.zeros(mean.shape)
    for place, one in enumerate(members):
        left = (*members[:place], *members[place + 1 :])
        total = total + covariance[..., :, one] * product_mean(mean, covariance, left)[..., None]
    return total
