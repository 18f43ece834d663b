"""Derivatives of expected pairs in the thresholds and correlations that they are expected at.

The derivative of a conditional expectation is a conditional covariance with the score (Louis,
1982). Answered latent responses are put on a scale on which the bounds of their answer are fixed,
so that the score exists in thresholds too; missing ones are integrated out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ...numerics import Array, Indices, density, grid_distribution, normal_density
from .expected_pairs import IncompleteRows, standardised
from .latent_response_draws import FAR, LatentDraws


def expectation_slopes(rows: IncompleteRows, statistics: Array) -> Array:
    """Derivatives of all expected tables, shape (pairs, r, s, m), with r and s the most categories.

    Tables of the rows' missing answers, summed over the rows that they stand for.
    """
    layout, edges = rows.layout, rows.edges(statistics)
    width, size = edges.shape[1] - 1, layout.size
    total = np.zeros((len(layout.pairs[0]), width, width, size + 1))
    for where, drawn in rows.draws(statistics):
        terms = _terms(drawn, edges, rows.codes[where])
        places = _places(rows, where, drawn)
        margins, joint = _corner_slopes(drawn, terms, edges)
        for k, row in enumerate(where):
            cuts = places.cuts[k]
            one = [_spread(part[k], places.columns[k], cuts[[i]], size) for i, part in margins]
            two = {
                pair: _spread(part[k], places.columns[k], cuts[list(pair)], size)
                for pair, part in joint.items()
            }
            _add(total, rows, row, drawn.order[k], drawn.n_answered, one, two)
    return total[..., :size]


@dataclass(frozen=True, eq=False)
class _Terms:
    """What the score is made of, at each draw.

    With q the inverse of the answered correlations times the draws: `pulls` is q, shape (n, d, o);
    `moves` the change of the draws with their lower and upper bounds, shape (n, d, 2 o); `products`
    those of any two pulls, then of pulls and moves. `weights` K, shape (n, p, p - o), has minus the
    regression of the missing responses on the answered ones, then the identity matrix.
    """

    pulls: Array
    moves: Array
    products: Array
    weights: Array


def _terms(drawn: LatentDraws, edges: Array, codes: Indices) -> _Terms:
    o, order = drawn.n_answered, drawn.order
    n, p = order.shape
    inverse = np.linalg.inv(drawn.factor[:, :o, :o])
    pulls = drawn.noise @ inverse
    responses = drawn.noise @ np.swapaxes(drawn.factor[:, :o, :o], 1, 2)
    answered = order[:, :o]
    code = np.take_along_axis(codes, answered, axis=1)
    lower, upper = edges[answered, code][:, None], edges[answered, code + 1][:, None]
    share = (responses - lower) / (upper - lower)
    share = np.where(upper >= FAR, 0.0, np.where(lower <= -FAR, 1.0, share))
    moves = np.concatenate([1.0 - share, share], axis=2)
    first, second = np.triu_indices(o, 1)
    products = np.concatenate(
        [pulls[:, :, first] * pulls[:, :, second], -np.tile(pulls, 2) * moves], axis=2
    )
    weights = np.zeros((n, p, p - o))
    weights[:, :o] = -np.swapaxes(drawn.factor[:, o:, :o] @ inverse, 1, 2)
    weights[:, o:] = np.eye(p - o)
    return _Terms(pulls, moves, products, weights)


@dataclass(frozen=True, eq=False)
class _Places:
    """Where derivatives stand among the statistics; one beyond the last where they do not exist.

    `columns`: correlations of the rows' ordered pairs, then lower and upper bounds of the answers,
    shape (n, k). `cuts`: thresholds of the missing variables, shape (n, q, c).
    """

    columns: Indices
    cuts: Indices


def _places(rows: IncompleteRows, where: Indices, drawn: LatentDraws) -> _Places:
    layout, order, o = rows.layout, drawn.order, drawn.n_answered
    p, size = layout.n_variables, layout.size
    pairs = np.zeros((p, p), dtype=np.intp)
    first, second = layout.pairs
    pairs[first, second] = layout.blocks["covariances"].start + np.arange(len(first))
    pairs = pairs + pairs.T
    i, j = np.triu_indices(p, 1)
    bounds = np.full((p, max(layout.categories) + 1), size)
    for place, count in enumerate(layout.categories):
        bounds[place, 1:count] = np.arange(size)[layout.thresholds_of(place)]
    answered = order[:, :o]
    code = rows.codes[where[:, None], answered]
    columns = [pairs[order[:, i], order[:, j]], bounds[answered, code], bounds[answered, code + 1]]
    return _Places(np.hstack(columns), bounds[order[:, o:]][:, :, 1:-1])


def _corner_slopes(
    drawn: LatentDraws, terms: _Terms, edges: Array
) -> tuple[list[tuple[int, Array]], dict[tuple[int, int], Array]]:
    """Derivatives of the distribution functions of one and of two missing responses.

    Shapes (n, c, k + c) and (n, c, c, k + 2 c), with k as in `_Places`.
    """
    o = drawn.n_answered
    scaled = standardised(drawn, edges[drawn.order[:, o:]][:, :, 1:-1])
    n, _, q, c = scaled.shape
    covariance = drawn.covariance
    deviation = np.sqrt(np.einsum("nii->ni", covariance))
    margins, joint = [], {}
    for i in range(q):
        x, scale = scaled[:, :, i], deviation[:, None, i, None]
        height = normal_density(x)
        bend = drawn.average(-x * height / scale**2)
        found = _along(drawn, terms, ndtr(x), [-height / scale], [[bend]], (i,))
        margins.append((i, found))
    for i in range(q):
        for j in range(i + 1, q):
            rho = covariance[:, i, j] / (deviation[:, i] * deviation[:, j])
            value, slopes, bends = _bivariate(scaled[:, :, i], scaled[:, :, j], rho)
            scales = [deviation[:, i], deviation[:, j]]
            gradients = [-one / by[:, None, None] for one, by in zip(slopes, scales, strict=True)]
            curved = [
                [drawn.average(bends[a + b]) / (scales[a] * scales[b])[:, None] for b in range(2)]
                for a in range(2)
            ]
            joint[i, j] = _along(drawn, terms, value, gradients, curved, (i, j)).reshape(
                n, c, c, -1
            )
    return margins, joint


def _bivariate(first: Array, second: Array, rho: Array) -> tuple[Array, list[Array], list[Array]]:
    """Distribution at all corners, its slopes in both, and its bends: xx, xy, yy.

    Shapes (n, d, c c), for first and second of shape (n, d, c).
    """
    n, d, c = first.shape
    flat = np.repeat(rho, d)
    value = grid_distribution(first.reshape(-1, c), second.reshape(-1, c), flat)
    x, y, r = first[..., None], second[:, :, None, :], rho[:, None, None, None]
    rest = np.sqrt(1.0 - r * r)
    one = normal_density(x) * ndtr((y - r * x) / rest)
    two = normal_density(y) * ndtr((x - r * y) / rest)
    cross = density(x, y, r)
    bends = [-x * one - r * cross, cross, -y * two - r * cross]

    def level(values: Array) -> Array:
        return values.reshape(n, d, c * c)

    return level(value), [level(one), level(two)], [level(values) for values in bends]


def _along(
    drawn: LatentDraws,
    terms: _Terms,
    values: Array,
    gradients: list[Array],
    bends: list[list[Array]],
    involved: tuple[int, ...],
) -> Array:
    """Derivatives of the mean of functions of the missing responses' means, shape (n, f, ...).

    In correlations of ordered pairs, bounds of answers, thresholds of the variables involved.

    Parameters
    ----------
    values, gradients : arrays, shape (n, d, f)
        Of the functions given each draw, and their derivatives in the means involved.
    bends : arrays, shape (n, f)
        Means of their second derivatives.
    """
    o = drawn.n_answered
    n, p, _ = terms.weights.shape
    centred = values - drawn.average(values)[:, None]
    products = _mean_products(drawn, centred, terms.products)
    pairs = o * (o - 1) // 2
    i, j = np.triu_indices(p, 1)
    correlations = np.zeros((n, values.shape[2], len(i)))
    correlations[:, :, j < o] = products[:, :, :pairs]
    bounds = products[:, :, pairs:]
    for a, (gradient, place) in enumerate(zip(gradients, involved, strict=True)):
        along = terms.weights[:, None, :, place]
        pulls = np.zeros((n, values.shape[2], p))
        pulls[:, :, :o] = _mean_products(drawn, gradient, terms.pulls)
        correlations += pulls[:, :, i] * along[:, :, j] + pulls[:, :, j] * along[:, :, i]
        moved = _mean_products(drawn, gradient, terms.moves)
        bounds = bounds - moved * np.tile(along[:, :, :o], 2)
        for b, other in enumerate(involved):
            across = terms.weights[:, None, :, other]
            correlations += bends[a][b][:, :, None] * along[:, :, i] * across[:, :, j]
    thresholds = [
        -_threshold_part(drawn.average(one), a, len(involved)) for a, one in enumerate(gradients)
    ]
    return np.concatenate([correlations, bounds, *thresholds], axis=2)


def _mean_products(drawn: LatentDraws, values: Array, features: Array) -> Array:
    """Means over the draws of products, shape (n, f, k)."""
    return np.asarray(np.swapaxes(values * drawn.weights[:, :, None], 1, 2) @ features)


def _threshold_part(slopes: Array, axis: int, axes: int) -> Array:
    """Slopes of corners in the thresholds of one axis, shape (n, f, c): zero but at their own."""
    f = slopes.shape[1]
    c = round(f ** (1.0 / axes))
    own = np.unravel_index(np.arange(f), (c,) * axes)[axis]
    return np.asarray(slopes[:, :, None] * (own[:, None] == np.arange(c)))


def _spread(part: Array, columns: Indices, cuts: Indices, size: int) -> Array:
    """Derivatives in the order of the statistics, shape (..., m + 1)."""
    result = np.zeros((*part.shape[:-1], size + 1))
    result[..., np.concatenate([columns, cuts.reshape(-1)])] = part
    return result


def _add(
    total: Array,
    rows: IncompleteRows,
    row: int,
    order: Indices,
    answered: int,
    margins: list[Array],
    joint: dict[tuple[int, int], Array],
) -> None:
    """Add a row's derivatives to those of the tables."""
    p, times = len(order), rows.repeats[row]
    numbers = np.zeros((p, p), dtype=np.intp)
    numbers[rows.layout.pairs] = np.arange(len(total))
    given, absent = order[:answered], order[answered:]
    for place, below in zip(absent, margins, strict=True):
        cells = times * np.diff(np.pad(below, ((1, 1), (0, 0))), axis=0)
        before, after = given[given < place], given[given > place]
        total[numbers[before, place], rows.codes[row, before]] += cells
        total[numbers[place, after], :, rows.codes[row, after]] += cells
    for (i, j), corners in joint.items():
        whole = np.pad(corners, ((1, 1), (1, 1), (0, 0)))
        whole[1:-1, -1], whole[-1, 1:-1] = margins[i], margins[j]
        cells = times * np.diff(np.diff(whole, axis=0), axis=1)
        total[numbers[absent[i], absent[j]]] += cells
