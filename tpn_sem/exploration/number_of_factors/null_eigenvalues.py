"""Eigenvalues of data of the same size in which nothing goes together. Horn (1965)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...errors import DataError, NotAvailableError
from ...moments.ordinal import polychoric_correlations
from ...numerics import Array
from .kinds_of_correlation import product_moment
from .reduced_correlations import reduced, spectrum

_MOST_NUMBERS = 2_000_000  # in one stack of data sets


@dataclass(frozen=True)
class NullData:
    """How data without factors are drawn.

    Attributes
    ----------
    n_samples : int
    quantile : float
        Of their eigenvalues, that data with factors must exceed.
    how : {"permuted", "normal"}
        The items' own answers in random order, or normal variables.
    seed : int
    """

    n_samples: int = 200
    quantile: float = 0.95
    how: str = "permuted"
    seed: int = 0


def null_eigenvalues(
    values: Array, kind: str, names: tuple[str, ...], null: NullData
) -> tuple[Array, Array]:
    """Eigenvalues of correlations and of reduced correlations, shapes (samples, p).

    Missing answers stay where they are. Without factors, those by maximum likelihood are as
    exact as those of pairs: other items tell nothing of a missing answer. So the latter are taken.

    Parameters
    ----------
    values : array, shape (n, p)
    kind : {"pearson", "polychoric", "fiml"}
    names : tuple of str
    null : NullData
    """
    whole, common = [], []
    for found in _null_correlations(values, kind, names, null):
        whole.append(spectrum(found))
        common.append(spectrum(reduced(found)))
    return np.concatenate(whole), np.concatenate(common)


def component_eigenvalues(values: Array, null: NullData) -> tuple[Array, Array]:
    """Eigenvalues of product-moment correlations, shape (p,), and without factors, (samples, p).

    Parameters
    ----------
    values : array, shape (n, p)
    null : NullData
    """
    without = [spectrum(found) for found in _null_correlations(values, "pearson", (), null)]
    return spectrum(product_moment(values)), np.concatenate(without)


def _null_correlations(
    values: Array, kind: str, names: tuple[str, ...], null: NullData
) -> Iterator[Array]:
    """Correlations of data sets without factors, in stacks, shapes (some, p, p)."""
    random = np.random.default_rng(null.seed)
    step = max(1, _MOST_NUMBERS // values.size)
    for start in range(0, null.n_samples, step):
        count = min(step, null.n_samples - start)
        drawn = np.array([_draw(values, null.how, random) for _ in range(count)])
        if kind == "polychoric":
            yield np.array([_polychoric_correlations(one, names) for one in drawn])
        else:
            yield product_moment(drawn)


def _draw(values: Array, how: str, random: np.random.Generator) -> Array:
    """One data set without factors, shape (n, p)."""
    missing = np.isnan(values)
    if how == "normal":
        return np.where(missing, np.nan, random.normal(size=values.shape))
    if not missing.any():
        return random.permuted(values, axis=0)
    found = values.copy()
    for place, column in enumerate(values.T):
        there = ~missing[:, place]
        found[there, place] = random.permutation(column[there])
    return found


def _polychoric_correlations(values: Array, names: tuple[str, ...]) -> Array:
    try:
        return polychoric_correlations(values, names)
    except DataError as error:
        raise NotAvailableError(
            f"shuffled answers of these {len(values)} rows have no polychoric correlations "
            f"({error}) Rows are too few: take correlations='pearson', or join rare answers."
        ) from error
