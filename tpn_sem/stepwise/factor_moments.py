"""Moments of factors from those of their items. Rosseel & Loh (2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..data import Sample
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from ..specification import Pattern, fill


@dataclass(frozen=True, eq=False)
class FactorMoments:
    """One group's factors and other observed variables of the structure.

    Attributes
    ----------
    covariance : array, shape (k, k)
    mean : array, shape (k,), or None
    mapping : array M, shape (k, p)
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
    """M (S - Theta) M' and M (mean - nu), with M the mapping of maximum likelihood.

    M = (L' Sigma^-1 L)^-1 L' Sigma^-1 of each block, Bartlett's scores; variables that are no
    factors stand for themselves. Where an error as large as Theta would leave too little of S, it
    is multiplied by less than one (Fuller, 1987, sec. 2.5).

    Parameters
    ----------
    sample : Sample
    names : sequence of str
        The order of the k variables.
    blocks : sequence of (Pattern, Implied)
        Measurement models at their estimates.
    """
    size = len(sample.names)
    mapping, error, intercepts = (
        np.zeros((len(names), size)),
        np.zeros((size, size)),
        np.zeros(size),
    )
    for row, name in enumerate(names):
        if name in sample.names:
            mapping[row, sample.names.index(name)] = 1.0
    for pattern, implied in blocks:
        paths, own, constant = fill(pattern, implied.values)
        n = pattern.n_observed
        places = [sample.names.index(item) for item in pattern.observed]
        factors = [names.index(factor) for factor in pattern.latent]
        loadings = paths[:n, n:]
        weighted = np.linalg.solve(implied.covariance, loadings)
        scores = np.linalg.solve(loadings.T @ weighted, weighted.T)
        mapping[np.ix_(factors, places)] = scores
        error[np.ix_(places, places)] = own[:n, :n]
        intercepts[places] = constant[:n]
    whole = mapping @ sample.covariance @ mapping.T
    noise = mapping @ error @ mapping.T
    share = _share(whole, noise, sample.size)
    mean = None if sample.mean is None else mapping @ (sample.mean - intercepts)
    covariance = whole - share * noise
    return FactorMoments(0.5 * (covariance + covariance.T), mean, mapping, share)


def group_parts(
    blocks: Sequence[Estimation], implied: Sequence[tuple[Implied, ...]], group: int
) -> list[tuple[Pattern, Implied]]:
    """The measurement models of one group at some implied moments."""
    pairs = zip(blocks, implied, strict=True)
    return [(one.specification.patterns[group], moments[group]) for one, moments in pairs]


def _share(whole: Array, noise: Array, size: float) -> float:
    """The smallest root of |whole - root noise|, less 1 / (n - 1), where that is below one."""
    lower = np.linalg.cholesky(whole)
    left = np.linalg.solve(lower, noise)
    largest = float(np.linalg.eigvalsh(np.linalg.solve(lower, left.T))[-1])
    if largest <= 0.0:
        return 1.0
    root, margin = 1.0 / largest, 1.0 / (size - 1.0)
    return root - margin if root < 1.0 + margin else 1.0
