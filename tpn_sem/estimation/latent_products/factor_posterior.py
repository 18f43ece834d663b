"""What a row's answers say of the factors where some of them are multiplied.

Given the factors that are integrated out everything is normal, so that the distribution of all
factors given the answers is a mixture of normal ones, a part for each node.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...numerics import Array, Indices
from ..quadrature import Grid, nodes_of
from .conditioning import ConditionalModel
from .implied_products import ImpliedWithProducts
from .node_likelihood import NodeLikelihood
from .product_likelihood import conditioned_layout
from .row_frame import PatternedRows, patterned_rows


class FactorPosterior(NamedTuple):
    """Of the factors given each row's answers, products left out.

    Attributes
    ----------
    means : array, shape (n, f)
    spread : array, shape (n, f, f)
    """

    means: Array
    spread: Array


class _Part(NamedTuple):
    """One node: its probability for each row, the factors' means and their covariances."""

    weights: Array
    means: Array
    spread: Array


def factor_posterior(implied: ImpliedWithProducts, grid: Grid, rows: Array) -> FactorPosterior:
    """Means and covariances of the factors given the answers of rows, shape (n, p).

    NaN where an answer is missing, and of rows without any.
    """
    count = len(scored_places(implied))
    means = np.full((len(rows), count), np.nan)
    spread = np.full((len(rows), count, count), np.nan)
    for inside, parts in _by_pattern(implied, grid, rows):
        first = np.zeros((len(inside), count))
        second = np.zeros((len(inside), count, count))
        for part in parts:
            first += part.weights[:, None] * part.means
            squares = part.means[:, :, None] * part.means[:, None, :] + part.spread
            second += part.weights[:, None, None] * squares
        means[inside] = first
        spread[inside] = second - first[:, :, None] * first[:, None, :]
    return FactorPosterior(means, spread)


def draw_factors(
    implied: ImpliedWithProducts,
    grid: Grid,
    rows: Array,
    n_draws: int,
    generator: np.random.Generator,
) -> Array:
    """Draws of the factors given the answers of rows, shape (n_draws, n, f)."""
    count = len(scored_places(implied))
    found = np.full((n_draws, len(rows), count), np.nan)
    for inside, given in _by_pattern(implied, grid, rows):
        parts = list(given)
        ends = np.cumsum([part.weights for part in parts], axis=0)
        drawn = generator.uniform(size=(n_draws, len(inside)))
        chosen = (drawn[:, None, :] > ends[None]).sum(axis=1).clip(max=len(parts) - 1)
        for number, part in enumerate(parts):
            draw, row = np.nonzero(chosen == number)
            values, vectors = np.linalg.eigh(part.spread)
            root = vectors * np.sqrt(np.maximum(values, 0.0))
            noise = generator.standard_normal((len(row), count))
            found[draw, inside[row]] = part.means[row] + noise @ root.T
    return found


def scored_places(implied: ImpliedWithProducts) -> Indices:
    """Places of the latent variables that are no products."""
    latent = np.arange(implied.n_observed, implied.layout.pattern.n_variables)
    return latent[~np.isin(latent, implied.layout.products)]


def _by_pattern(
    implied: ImpliedWithProducts, grid: Grid, rows: Array
) -> Iterator[tuple[Indices, Iterator[_Part]]]:
    """Rows with the same answers, and the parts of their mixtures."""
    linear = implied.linear_parts()[0]
    model = ConditionalModel(conditioned_layout(implied.layout), linear, nodes_of(grid))
    kinds, member = np.unique(~np.isnan(rows), axis=0, return_inverse=True)
    for number, kind in enumerate(kinds):
        if kind.any():
            inside = np.flatnonzero(member.reshape(-1) == number)
            yield inside, _parts(implied, model, patterned_rows(rows[inside], None))


def _parts(
    implied: ImpliedWithProducts, model: ConditionalModel, rows: PatternedRows
) -> Iterator[_Part]:
    layout, linear = implied.layout, model.linear
    wanted, there = scored_places(implied), np.flatnonzero(rows.present[0])
    size = layout.pattern.n_variables
    given = layout.factors[model.conditioned.given]
    left = layout.factors[model.conditioned.left]
    pull = linear.all_covariance[:, given] @ np.linalg.inv(model.root).T
    rest = linear.all_covariance - pull @ pull.T
    outcomes = linear.effects[:, layout.outcomes]
    posterior = NodeLikelihood(model, model.frame(rows)).posterior
    for node, place in enumerate(model.nodes.places):
        bend = np.eye(size)
        bend[:, left] += outcomes @ model.slopes[node]
        mean = bend @ (linear.all_mean + pull @ place) + outcomes @ model.levels[node]
        spread = bend @ rest @ bend.T
        among = spread[np.ix_(there, there)]
        weights = np.linalg.solve(among, spread[np.ix_(there, wanted)])
        means = mean[wanted] + (rows.values[:, there] - mean[there]) @ weights
        remaining = spread[np.ix_(wanted, wanted)] - spread[np.ix_(wanted, there)] @ weights
        yield _Part(posterior[:, node], means, remaining)
