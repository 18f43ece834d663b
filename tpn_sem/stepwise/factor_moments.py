"""Moments of factors from those of their items. Rosseel & Loh (2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..data import OrdinalStatistics, Sample
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.implied import Implied, ImpliedResponses
from ..numerics import Array, is_positive_definite
from ..specification import Pattern, fill


@dataclass(frozen=True, eq=False)
class FactorMoments:
    """One group's factors and other observed variables of the structure.

    Attributes
    ----------
    covariance : array, shape (k, k)
    mean : array, shape (k,), or None
    mapping : array M, shape (k, p)
        From the sample's units.
    error_share : float
        What the items' error was multiplied by: 1, or less where all of it would have left no
        covariance matrix.
    """

    covariance: Array
    mean: Array | None
    mapping: Array
    error_share: float


def factor_moments(
    sample: Sample, names: Sequence[str], blocks: Sequence[tuple[Pattern, Implied]]
) -> FactorMoments:
    """M (S - Theta) M' and M (mean - nu), with M what maps items to factors.

    Where an error as large as Theta would leave too little of S, it is multiplied by less than one
    (Fuller, 1987, sec. 2.5). Of ordinal items S is of their latent responses.

    Parameters
    ----------
    sample : Sample
    names : sequence of str
        The order of the k variables; those that are no factors stand for themselves.
    blocks : sequence of (Pattern, Implied)
        Measurement models at their estimates.

    Raises
    ------
    NotAvailableError
        Where correlations of ordinal items, each by itself, make no covariance matrix together.
    """
    size, ordinal = len(sample.names), isinstance(sample, OrdinalStatistics)
    mapping, error = np.zeros((len(names), size)), np.zeros((size, size))
    unit, shift = np.ones(size), np.zeros(size)
    for row, name in enumerate(names):
        if name in sample.names:
            mapping[row, sample.names.index(name)] = 1.0
    for pattern, implied in blocks:
        paths, own, constant = fill(pattern, implied.values)
        n, p = pattern.n_observed, len(pattern.modelled)
        places = [sample.names.index(item) for item in pattern.modelled]
        factors = [names.index(factor) for factor in pattern.latent]
        loadings = paths[:p, n:]
        mapping[np.ix_(factors, places)] = _scores(implied, loadings, ordinal)
        error[np.ix_(places, places)] = own[:p, :p]
        shift[places] = -constant[:p]
        if isinstance(implied, ImpliedResponses):
            unit[places] = 1.0 / implied.scale
            items = implied.responses.layout.ordinal
            shift[np.array(places)[items]] += (loadings @ constant[n:])[items]
    mapping = mapping * unit
    whole = mapping @ sample.covariance @ mapping.T
    error = error / unit[:, None] / unit
    noise = mapping @ error @ mapping.T
    share = _share(whole, noise, sample)
    mean = None if sample.mean is None else mapping @ (sample.mean + shift / unit)
    covariance = whole - share * noise
    return FactorMoments(0.5 * (covariance + covariance.T), mean, mapping, share)


def _scores(implied: Implied, loadings: Array, ordinal: bool) -> Array:
    """M of one block, with M L = I, shape (k, p).

    (L' Sigma^-1 L)^-1 L' Sigma^-1, Bartlett's scores, which is that of maximum likelihood; where
    items are ordinal, whose correlations may be no correlation matrix, (L'L)^-1 L'.
    """
    weighted = loadings if ordinal else np.linalg.solve(implied.covariance, loadings)
    return np.asarray(np.linalg.solve(loadings.T @ weighted, weighted.T))


def group_parts(
    blocks: Sequence[Estimation], implied: Sequence[tuple[Implied, ...]], group: int
) -> list[tuple[Pattern, Implied]]:
    """The measurement models of one group at some implied moments."""
    pairs = zip(blocks, implied, strict=True)
    return [(one.specification.patterns[group], moments[group]) for one, moments in pairs]


def _share(whole: Array, noise: Array, sample: Sample) -> float:
    """The smallest root of |whole - root noise|, less 1 / (n - 1), where that is below one."""
    if not is_positive_definite(whole):
        where = f" in group {sample.label!r}" if sample.label else ""
        raise NotAvailableError(
            f"the items' correlations{where} give the factors no covariance matrix: polychoric "
            "correlations are estimated pair by pair, and these do not go together (few rows, "
            "empty cells). Join rare categories, or fit with sem."
        )
    lower = np.linalg.cholesky(whole)
    left = np.linalg.solve(lower, noise)
    largest = float(np.linalg.eigvalsh(np.linalg.solve(lower, left.T))[-1])
    if largest <= 0.0:
        return 1.0
    root, margin = 1.0 / largest, 1.0 / (sample.size - 1.0)
    return root - margin if root < 1.0 + margin else 1.0
