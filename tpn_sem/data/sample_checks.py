"""Checks of sample statistics: variation, collinearity, scale."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ..errors import DataError
from ..moments import Patterns
from ..numerics import Array, Indices, correlation, is_positive_definite
from .ordinal_statistics import OrdinalStatistics
from .sample import Sample


def check_variation(covariance: Array, size: Array, names: tuple[str, ...], where: str) -> None:
    """Refuse variables whose deviation is nothing beside their size, shape (p,)."""
    rounding = 1e-12 * np.abs(size)
    flat = ~(np.sqrt(np.maximum(np.diag(covariance), 0.0)) > rounding)
    constant = [name for name, is_flat in zip(names, flat, strict=True) if is_flat]
    if constant:
        listing = ", ".join(f"column {name!r} is constant" for name in constant)
        raise DataError(f"{listing}{where}: there is no variance to explain. Leave it out.")


def check_positive_definite(covariance: Array, names: tuple[str, ...], where: str) -> None:
    """Refuse variables that are linear combinations of each other."""
    scaled = correlation(covariance)
    if is_positive_definite(scaled - 1e-10 * np.eye(len(names))):
        return
    off = np.abs(scaled - np.eye(len(names)))
    first, second = np.unravel_index(np.argmax(off), off.shape)
    if off[first, second] > 1 - 1e-9:
        raise DataError(
            f"columns {names[first]!r} and {names[second]!r} are perfectly collinear{where}: their "
            "correlation is 1 or -1. Leave one out."
        )
    _, vectors = np.linalg.eigh(scaled)
    involved = [
        name for name, weight in zip(names, vectors[:, 0], strict=True) if abs(weight) > 0.1
    ]
    raise DataError(
        f"the sample covariance matrix is not positive definite{where}: "
        f"{', '.join(map(repr, involved))} depend on each other linearly. Leave one out."
    )


def check_predictors(
    patterns: Patterns, given: Indices, names: tuple[str, ...], where: str
) -> None:
    """Predictors that are taken as given need covariances of their own."""
    for first, second in combinations(given, 2):
        if not patterns.seen[first, second]:
            raise DataError(
                f"the predictors {names[first]!r} and {names[second]!r} are never observed together"
                f"{where}: their covariance, which is taken from the data, is unknown. Leave one "
                "out, or take fixed_x=False and fix it."
            )


def scale_notes(sample: Sample) -> list[str]:
    """Variances so far apart that a code may be among the numbers."""
    names, variances = sample.names, np.diag(sample.covariance)
    largest, smallest = int(np.argmax(variances)), int(np.argmin(variances))
    ratio = variances[largest] / variances[smallest]
    if ratio < 1e3:
        return []
    return [
        f"the variance of {names[largest]!r} is {ratio:.0f} times that of {names[smallest]!r}: is "
        "a code for missing answers among the numbers? If not, rescale one of them."
    ]


def not_definite(sample: OrdinalStatistics) -> list[str]:
    """Polychoric correlations that no variables could have together."""
    names, scaled = sample.names, correlation(sample.statistics.covariance)
    values, vectors = np.linalg.eigh(scaled)
    if values[0] > 0.0:
        return []
    involved = [repr(names[place]) for place in np.argsort(-np.abs(vectors[:, 0]))[:4]]
    where = f" in group {sample.label!r}" if sample.label else ""
    return [
        f"the polychoric correlations{where} are not positive definite (most involved: "
        f"{', '.join(involved)}): too few answers, or collinear items. There are no robust "
        "indices, and WLS is out of the question."
    ]
