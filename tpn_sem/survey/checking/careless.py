"""Indices of careless answers, a row each.

Each is an indication, not a proof; rows are flagged where two or more agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...moments import squared_distances
from ...numerics import Array, Indices, Mask

FEWEST_ITEMS = 8
_FEWEST_SCALES = 4
_LOW_EVEN_ODD = 0.3  # Johnson (2005)
_FENCE = 3.0  # interquartile ranges above the upper quartile (Tukey)
_CHUNK = 20_000
_P = 0.001


@dataclass(frozen=True, eq=False)
class Responses:
    """Indices of every row.

    Attributes
    ----------
    table : DataFrame
        A row per respondent: answered (items), longstring, irv, even_odd, mahalanobis,
        mahalanobis_p, guttman_errors (share of those possible), indications (how many are odd).
    straight, flagged : bool arrays, shape (n,)
    """

    table: pd.DataFrame
    straight: Mask
    flagged: Mask


def responses(
    answers: Array, turned: Array, scales: Sequence[Indices], index: pd.Index
) -> Responses:
    """All indices.

    Parameters
    ----------
    answers : array, shape (n, p)
        As they were given, in the order of the questionnaire.
    turned : array, shape (n, p)
        Reversed items turned.
    scales : sequence of int arrays
        Columns of each construct.
    index : Index
        Of the rows.
    """
    answered = (~np.isnan(answers)).sum(axis=1)
    run = longstring(answers)
    table = pd.DataFrame({"answered": answered, "longstring": run}, index=index)
    table["irv"] = response_variability(answers)
    table["even_odd"] = even_odd(turned, scales)
    table["mahalanobis"], table["mahalanobis_p"] = mahalanobis(turned)
    table["guttman_errors"] = guttman_errors(turned)
    enough = answered >= FEWEST_ITEMS
    straight = enough & (run == answered) & (table["irv"].to_numpy() == 0.0)
    odd = np.column_stack(
        [
            run > np.maximum(answered / 2.0, FEWEST_ITEMS),
            (table["even_odd"] < _LOW_EVEN_ODD).to_numpy(),
            (table["mahalanobis_p"] < _P).to_numpy(),
            _beyond_fence(table["guttman_errors"].to_numpy()),
        ]
    )
    table["indications"] = np.where(enough, odd.sum(axis=1), 0)
    return Responses(table, straight, table["indications"].to_numpy() >= 2)


def longstring(answers: Array) -> Indices:
    """Longest run of one answer over the items in their order; gaps are passed over.

    Johnson (2005); Meade & Craig (2012).
    """
    n, p = answers.shape
    last, run, longest = np.full(n, np.nan), np.zeros(n, int), np.zeros(n, int)
    for place in range(p):
        own = answers[:, place]
        there = ~np.isnan(own)
        run = np.where(there, np.where(own == last, run + 1, 1), run)
        last = np.where(there, own, last)
        longest = np.maximum(longest, run)
    return longest


def response_variability(answers: Array) -> Array:
    """Standard deviation of a person's answers over items (IRV: Dunn et al., 2018)."""
    there = ~np.isnan(answers)
    count = there.sum(axis=1)
    filled = np.where(there, answers, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    squares = np.where(there, (answers - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


def even_odd(turned: Array, scales: Sequence[Indices]) -> Array:
    """Correlation over constructs of a person's means of even and odd items, stepped up.

    With the formula of Spearman and Brown; items are centred, so that a person's own profile
    counts and not that all constructs differ alike. NaN with fewer than four constructs or where
    nothing varies. Jackson (1976); Johnson (2005).
    """
    n = len(turned)
    known = [own for own in scales if len(own) > 1]
    if len(known) < _FEWEST_SCALES:
        return np.full(n, np.nan)
    halves = [[_mean(turned[:, own[first::2]]) for own in known] for first in (0, 1)]
    one, other = (np.column_stack(half) for half in halves)
    gap = np.isnan(one) | np.isnan(other)
    one, other = np.where(gap, np.nan, one), np.where(gap, np.nan, other)
    with np.errstate(invalid="ignore", divide="ignore"):
        one, other = (half - _mean(half)[:, None] for half in (one, other))
        products = np.nansum(one * other, axis=1)
        size = np.sqrt(np.nansum(one**2, axis=1) * np.nansum(other**2, axis=1))
        correlation = np.where(size > 0.0, products / size, np.nan)
        stepped = 2.0 * correlation / (1.0 + np.abs(correlation))
    enough = (~gap).sum(axis=1) >= _FEWEST_SCALES
    return np.where(enough, stepped, np.nan)


def _mean(values: Array) -> Array:
    """Mean of what is there, shape (n,)."""
    there = ~np.isnan(values)
    total = np.where(there, values, 0.0).sum(axis=1)
    count = there.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def mahalanobis(turned: Array) -> tuple[Array, Array]:
    """Squared distance from the centre in the answered items, and its chi-square p-value.

    Means and covariances are of the pairs that are there; a row's distance is in its own items.
    Meade & Craig (2012); Curran (2016).
    """
    from scipy.special import chdtrc

    if not turned.shape[1]:
        return np.full(len(turned), np.nan), np.full(len(turned), np.nan)
    frame = pd.DataFrame(turned)
    mean, covariance = frame.mean().to_numpy(), frame.cov().to_numpy()
    usable = np.isfinite(covariance).all(axis=0) & (np.diag(covariance) > 0.0)
    centred = (turned - mean)[:, usable]
    there = ~np.isnan(centred)
    if not usable.any():
        return np.full(len(turned), np.nan), np.full(len(turned), np.nan)
    found = squared_distances(centred, np.zeros(usable.sum()), _held_up(covariance, usable))
    found[~there.any(axis=1)] = np.nan
    return found, np.where(np.isnan(found), np.nan, chdtrc(there.sum(axis=1), found))


def _held_up(covariance: Array, usable: Mask) -> Array:
    """Covariance matrix of some items, its small eigenvalues raised."""
    values, vectors = np.linalg.eigh(covariance[np.ix_(usable, usable)])
    return np.asarray((vectors * np.maximum(values, 1e-3 * values[-1])) @ vectors.T)


def guttman_errors(turned: Array) -> Array:
    """Guttman errors of a person as a share of those possible, shape (n,).

    A step of an item (answering above a point) that many take is easy; each easy step not taken
    beside a harder one that is counts. Emons (2008); Zijlstra, van der Ark & Sijtsma (2011).
    """
    steps = []
    for own in turned.T:
        points = np.unique(own[~np.isnan(own)])
        if 2 <= len(points) <= 11:
            steps += [(own, point) for point in points[1:]]
    if not steps:
        return np.full(len(turned), np.nan)
    shares = [float((own[~np.isnan(own)] >= point).mean()) for own, point in steps]
    order = np.argsort(shares)[::-1]
    found = np.full(len(turned), np.nan)
    for start in range(0, len(turned), _CHUNK):
        part = slice(start, start + _CHUNK)
        taken = np.column_stack([steps[k][0][part] >= steps[k][1] for k in order])
        there = np.column_stack([~np.isnan(steps[k][0][part]) for k in order])
        found[part] = _errors(taken & there, there)
    return found


def _errors(taken: Mask, there: Mask) -> Array:
    """Inversions of each row, easiest step first, over the most there could be."""
    refused = np.cumsum(~taken & there, axis=1, dtype=np.int32)
    errors = np.where(taken, refused, 0).sum(axis=1)
    passed = taken.sum(axis=1)
    most = passed * (there.sum(axis=1) - passed)
    return np.where(most > 0, errors / np.maximum(most, 1), np.nan)


def _beyond_fence(values: Array) -> Mask:
    """Far above the others by Tukey's outer fence."""
    there = values[~np.isnan(values)]
    if len(there) < 20:
        return np.zeros(len(values), dtype=bool)
    low, high = np.quantile(there, [0.25, 0.75])
    with np.errstate(invalid="ignore"):
        return np.asarray(values > high + _FENCE * (high - low))
