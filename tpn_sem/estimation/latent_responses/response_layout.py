"""Which variables of a group are integrated out so that its answers are independent given them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...numerics import Indices, Mask
from ...specification import PATH, Pattern
from ..latent_products import ProductLayout, downstream, layout_of


@dataclass(frozen=True, eq=False)
class ResponseLayout:
    """Places of one group's variables among all of its pattern.

    Attributes
    ----------
    pattern : Pattern
    products : ProductLayout
        Latent products; none in most models.
    items : int array, shape (p,)
        Ordinal items.
    factors : int array, shape (c,)
        What is integrated out: factors that affect items directly, or are multiplied.
    given : int array, shape (q,)
        Predictors that everything is conditional on.
    direct : bool array, shape (p,)
        Items that predictors affect beside the factors.
    cuts : tuple of slice
        Where each item's thresholds stand among all.
    """

    pattern: Pattern
    products: ProductLayout
    items: Indices
    factors: Indices
    given: Indices
    direct: Mask
    cuts: tuple[slice, ...]

    @property
    def carried(self) -> Indices:
        """Items, then what is multiplied: what nodes have values of, shape (p + f,)."""
        return np.concatenate([self.items, self.products.factors])

    @property
    def factor_names(self) -> list[str]:
        """Names of what is integrated out."""
        return [self.pattern.names[place] for place in self.factors]


@lru_cache(maxsize=64)
def response_layout(pattern: Pattern) -> ResponseLayout:
    """The layout of a group's pattern."""
    responses, products = pattern.ordinal_responses, layout_of(pattern)
    items = responses.layout.ordinal
    n = pattern.n_observed
    direct = (pattern.kind == PATH) & np.isin(pattern.row, items) & (pattern.column >= n)
    wanted = set(pattern.column[direct].tolist()) - set(products.products.tolist())
    wanted |= {place for place in products.factors.tolist() if place >= n}
    ends = np.cumsum([responses.layout.threshold_counts[item] for item in items])
    starts = np.concatenate([[0], ends[:-1]])
    given = np.arange(n - responses.n_given, n)
    bent = (pattern.kind == PATH) & np.isin(pattern.column, given)
    by_given = np.isin(products.factors, given).any()  # products with a predictor vary with it
    affected = downstream(products)[items] & by_given
    return ResponseLayout(
        pattern,
        products,
        items,
        np.array(sorted(wanted), dtype=np.intp),
        given,
        np.isin(items, pattern.row[bent]) | affected,
        tuple(slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True)),
    )
