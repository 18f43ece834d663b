"""Probabilities of rows of answers: sums over nodes, and their derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ...numerics import Array, Curve
from .answer_cells import AnswerBlock, AnswerRows
from .response_model import ResponseModel, ResponseSlopes, no_response_slopes

_LEAST = 1e-300


class _Cells(NamedTuple):
    """Standardised thresholds around each cell at each node, and its probability, (cells, k)."""

    upper: Array
    lower: Array
    probability: Array


@dataclass(frozen=True, eq=False)
class ResponseDensity:
    """Rows of a group at the nodes of a model.

    Attributes
    ----------
    model : ResponseModel
    rows : AnswerRows
    curve : Curve
        Distribution function of the residuals of latent responses.
    """

    model: ResponseModel
    rows: AnswerRows
    curve: Curve

    @cached_property
    def log_likelihood(self) -> Array:
        """Of each unlike row, shape (u,)."""
        return np.concatenate([found for _, _, found, _ in self._seen()])

    @property
    def total(self) -> float:
        """Of all rows."""
        return float(self.rows.counts @ self.log_likelihood)

    def _seen(self) -> Iterator[tuple[AnswerBlock, _Cells, Array, Array]]:
        """Each block, its cells, its rows' log-likelihoods and the posterior of the nodes."""
        for block in self.rows.blocks(len(self.model.nodes.places)):
            cells = self._cells(block)
            joint = block.incidence @ np.log(cells.probability) + self._log_weights(block)
            top = joint.max(axis=1, keepdims=True)
            shares = np.exp(joint - top)
            total = shares.sum(axis=1, keepdims=True)
            yield block, cells, (top + np.log(total))[:, 0], shares / total

    def _log_weights(self, block: AnswerBlock) -> Array:
        """Of the nodes, given the predictors of each row, shape (rows, k) or (k,)."""
        nodes = self.model.nodes
        if not block.given.shape[1]:
            return nodes.log_weights
        means = block.given @ self.model.shift.T
        squares = 0.5 * (means**2).sum(axis=1, keepdims=True)
        return np.asarray(nodes.log_weights + means @ nodes.places.T - squares)

    def _cells(self, block: AnswerBlock) -> _Cells:
        model, item = self.model, block.item
        responses = model.responses(block.places)[block.where, item]
        deviation = np.sqrt(model.left)[item, None]
        upper = (model.edges[item, block.code + 1][:, None] - responses) / deviation
        lower = (model.edges[item, block.code][:, None] - responses) / deviation
        flip = upper + lower > 0.0  # differences are taken in the tail that has no 1
        high = self.curve.cumulative(np.where(flip, -lower, upper))
        low = self.curve.cumulative(np.where(flip, -upper, lower))
        return _Cells(upper, lower, np.maximum(high - low, _LEAST))

    def expected(self, values: Array) -> Array:
        """Means of what nodes have, shape (k, w), given each unlike row, shape (u, w)."""
        return np.concatenate([shares @ values for _, _, _, shares in self._seen()])

    def slopes(self) -> ResponseSlopes:
        """Derivatives of the weighted sum over the rows."""
        found = no_response_slopes(self.model)
        for block, cells, _, shares in self._seen():
            counts = self.rows.counts[block.part, None]
            self._add(found, block, cells, shares * counts)
            means = block.given @ self.model.shift.T
            gap = counts * (shares @ self.model.nodes.places - means)
            found.shift[...] += gap.T @ block.given
        return found

    def _add(self, found: ResponseSlopes, block: AnswerBlock, cells: _Cells, shares: Array) -> None:
        model, item = self.model, block.item
        expected = (block.incidence.T @ shares) / cells.probability
        upper = expected * self.curve.density(cells.upper)
        lower = -expected * self.curve.density(cells.lower)
        deviation = np.sqrt(model.left)
        np.add.at(found.edges, (item, block.code + 1), upper.sum(axis=1) / deviation[item])
        np.add.at(found.edges, (item, block.code), lower.sum(axis=1) / deviation[item])
        far = upper * _finite(cells.upper) + lower * _finite(cells.lower)
        np.add.at(found.left, item, -0.5 * far.sum(axis=1) / model.left[item])
        shape = (len(block.places), len(model.layout.items), len(model.nodes.places))
        responses = np.zeros(shape)
        by_cell = -(upper + lower) / deviation[item, None]
        np.add.at(responses, (block.where, item), by_cell)
        self._add_responses(found, block, responses)

    def _add_responses(self, found: ResponseSlopes, block: AnswerBlock, slopes: Array) -> None:
        """From derivatives in the expected latent responses, shape (g, p, k)."""
        model, p = self.model, slopes.shape[1]
        carried = np.zeros((len(slopes), len(found.mean), slopes.shape[2]))
        carried[:, :p] = slopes
        if len(model.layout.products.products):
            self._add_products(found, block, slopes, carried)
        total = carried.sum(axis=2)
        found.mean[...] += total.sum(axis=0)
        found.bent[...] += total.T @ block.places
        found.pull[...] += carried.sum(axis=0) @ model.nodes.places

    def _add_products(
        self, found: ResponseSlopes, block: AnswerBlock, slopes: Array, carried: Array
    ) -> None:
        """What derivatives in the responses are in products' effects and in what is multiplied."""
        model, p = self.model, slopes.shape[1]
        here = model.carried(block.places)
        products = model.products(here)
        by_effect = np.einsum("gpk,ghk->ph", slopes, products)
        found.pushed[...] += by_effect @ model.coefficients.T
        found.coefficients[...] += model.pushed.T @ by_effect
        by_product = (model.pushed @ model.coefficients).T @ slopes
        for place, members in enumerate(model.layout.products.members):
            for position, factor in enumerate(members):
                others = [p + one for k, one in enumerate(members) if k != position]
                carried[:, p + factor] += by_product[:, place] * here[:, others].prod(axis=1)


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, 0.0)
