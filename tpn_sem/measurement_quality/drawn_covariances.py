"""Covariances of resampled rows or clusters, in stacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..arguments import read_seed
from ..data import CompleteMoments, Rows, Sample
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..numerics import Array, half_indices, unvech
from ..redraws import RowDraws, Units, clusters_as_units, rows_as_units
from .sampling_of_moments import known_covariance

_ENTRIES = 2**21  # of the weights of one stack


@dataclass(frozen=True, eq=False)
class DrawnCovariances:
    """Covariances of the observed variables in resampled data.

    Attributes
    ----------
    groups : tuple of arrays, shape (r, p, p) each
        Polychoric correlations of ordinal items.
    problems : tuple of str
        Why draws could not be used, one for each of them.
    """

    groups: tuple[Array, ...]
    problems: tuple[str, ...] = ()


def units_of(estimation: Estimation) -> Units:
    """What is drawn: clusters where the fit has them, else rows.

    Raises
    ------
    NotAvailableError
        Without rows.
    """
    if not estimation.samples.has_rows:
        raise NotAvailableError("a bootstrap needs rows of data, not sample moments.")
    clustered = bool(estimation.samples.cluster_labels)
    return (clusters_as_units if clustered else rows_as_units)(estimation.samples, None)


def drawn_covariances(estimation: Estimation, n_draws: int, seed: int | None) -> DrawnCovariances:
    """Covariances of the fit's observed variables in data drawn from its rows or clusters.

    Moments of complete rows are one product of weights and squares; incomplete rows and ordinal
    answers are read anew for each draw.
    """
    samples, units = estimation.samples, units_of(estimation)
    draws = RowDraws(estimation, samples, units)
    complete = all(isinstance(sample, CompleteMoments) for sample in samples.groups)
    parts: list[list[Array]] = [[] for _ in samples.groups]
    problems: list[str] = []
    for weights in weight_stacks(estimation, units, n_draws, seed):
        if complete:
            for part, sample, own in zip(parts, samples.groups, weights, strict=True):
                part.append(weighted_covariances(sample.rows, sample.centre, own))
            continue
        for drawn in draws.weighted(weights):
            if isinstance(drawn, str):
                problems.append(drawn)
                continue
            for part, found in zip(parts, drawn.groups, strict=True):
                part.append(known_covariance(found)[None])
    if not parts[0]:
        raise NotAvailableError(f"none of the bootstrap's draws could be used: {problems[0]}")
    return DrawnCovariances(tuple(np.concatenate(part) for part in parts), tuple(problems))


def weight_stacks(
    estimation: Estimation, units: Units, n_draws: int, seed: int | None
) -> Iterator[list[Array]]:
    """How often each row counts in each draw, a group each, in stacks that fit into memory."""
    generator = np.random.default_rng(read_seed(seed))
    rows = max(len(sample.rows) for sample in estimation.samples.groups)
    size = int(np.clip(_ENTRIES // rows, 1, n_draws))
    for start in range(0, n_draws, size):
        yield units.weights(generator, min(size, n_draws - start), False)


def weighted_covariances(rows: Rows, centre: Array, draws: Array) -> Array:
    """Covariance matrices of complete rows that count as often as said, (r, n) to (r, p, p)."""
    weights = draws if rows.weights is None else draws * rows.weights
    weights = weights / weights.sum(axis=1, keepdims=True)
    centred = rows.values - centre
    p = centred.shape[1]
    first, second = half_indices(p)
    products = unvech(weights @ (centred[:, first] * centred[:, second]), p)
    mean = weights @ centred
    return np.asarray(products - mean[:, :, None] * mean[:, None, :])


def drawn_answers(whole: Sample, answers: CompleteMoments, stacks: list[Array]) -> Array:
    """Covariances of answers, as numbers, in draws of all rows of a group, (r, k, k).

    Parameters
    ----------
    whole : Sample
        The group's rows, which were drawn.
    answers : CompleteMoments
        Those of them that answered all items.
    stacks : list of arrays, shape (..., n)
    """
    place = {int(row): number for number, row in enumerate(whole.rows.places)}
    chosen = np.array([place[int(row)] for row in answers.rows.places], dtype=np.intp)
    draws = np.concatenate(stacks)[:, chosen]
    return weighted_covariances(answers.rows, answers.centre, draws)
