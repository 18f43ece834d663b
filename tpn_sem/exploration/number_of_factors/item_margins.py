"""Normal variables cut into items' own answers, and what that does to correlations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from ...numerics import Array

Floats = np.ndarray[tuple[Any, ...], np.dtype[np.floating[Any]]]  # of any precision
_TERMS = 30  # of the Hermite series
_FEW = 12  # answers that are counted up one by one
_GRID = np.linspace(-0.99, 0.99, 199)


@dataclass(frozen=True, eq=False)
class Margins:
    """Where normal variables are cut, and the answers between.

    Attributes
    ----------
    cuts : tuple of arrays, shape (k - 1,)
        Of each item, increasing.
    answers : tuple of arrays, shape (k,)
    """

    cuts: tuple[Array, ...]
    answers: tuple[Array, ...]

    def cut(self, drawn: Floats) -> Array:
        """Answers of normal variables, shape (..., p); few ones counted from the lowest."""
        if max(map(len, self.answers)) > _FEW:
            columns = zip(self.cuts, self.answers, np.moveaxis(drawn, -1, 0), strict=True)
            found = [answers[np.searchsorted(cuts, column)] for cuts, answers, column in columns]
            return np.stack(found, axis=-1)
        ends, steps = self._padded
        value = (drawn > ends[0]) * steps[0].astype(drawn.dtype)
        for end, step in zip(ends[1:], steps[1:], strict=True):
            value += (drawn > end) * step.astype(drawn.dtype)
        return np.asarray(value)

    @cached_property
    def _padded(self) -> tuple[Array, Array]:
        """Cuts and the steps there, shape (most cuts, p); where there is none, at infinity."""
        shape = (max(map(len, self.cuts)), len(self.cuts))
        ends, steps = np.full(shape, np.inf), np.zeros(shape)
        for place, (cuts, answers) in enumerate(zip(self.cuts, self.answers, strict=True)):
            ends[: len(cuts), place], steps[: len(cuts), place] = cuts, np.diff(answers)
        return ends, steps


def margins_of(values: Array) -> Margins:
    """The items' distributions as answered, from rows of shape (n, p) with NaN where missing."""
    cuts, answers = [], []
    for column in values.T:
        different, counts = np.unique(column[~np.isnan(column)], return_counts=True)
        answers.append(different)
        cuts.append(ndtri(np.cumsum(counts)[:-1] / counts.sum()))
    return Margins(tuple(cuts), tuple(answers))


def latent_correlations(observed: Array, margins: Margins) -> Array:
    """Correlations of normal variables whose cut versions correlate as observed, shape (p, p).

    The correlation of two cut variables is a power series in that of the normal ones (Mehler); it
    is inverted on a grid. What no normal variables can reach is -.99 or .99.
    """
    series = _hermite_coefficients(margins)
    powers = _GRID[:, None] ** np.arange(1, _TERMS + 1)
    found = np.eye(len(observed))
    for first in range(len(observed)):
        for second in range(first):
            curve = powers @ (series[first] * series[second])
            value = np.interp(observed[first, second], curve, _GRID)
            found[first, second] = found[second, first] = value
    return found


def _hermite_coefficients(margins: Margins) -> Array:
    """Correlations of each cut variable with normalised Hermite polynomials, shape (p, terms)."""
    rows = []
    for cuts, answers in zip(margins.cuts, margins.answers, strict=True):
        steps = np.diff(answers)
        density = np.exp(-0.5 * cuts * cuts) / np.sqrt(2.0 * np.pi)
        before, now, row = np.zeros(len(cuts)), np.ones(len(cuts)), []
        for degree in range(1, _TERMS + 1):
            row.append((steps * now * density).sum() / np.sqrt(degree))
            before, now = now, (cuts * now - np.sqrt(degree - 1.0) * before) / np.sqrt(degree)
        ends = np.concatenate([[-np.inf], cuts, [np.inf]])
        shares = np.diff(ndtr(ends))
        mean = shares @ answers
        rows.append(np.array(row) / np.sqrt(shares @ (answers - mean) ** 2))
    return np.array(rows)
