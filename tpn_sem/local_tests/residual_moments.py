"""Residuals of one group's moments in units of the sample's standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..data import OrdinalStatistics, Sample
from ..estimation import Estimation
from ..estimation.standard_errors import moment_matrices as moments
from ..numerics import Array, Indices, Mask, half_indices, vech
from ..specification import Pattern
from .residual_sampling import residual_spread, sampling_spread

CORRELATION, VARIANCE, MEAN = "correlation", "variance", "mean"
THRESHOLD, SLOPE = "threshold", "slope"
_VANISHED = 1e-9  # share of a moment's variance below which nothing of it is left


@dataclass(frozen=True, eq=False)
class ResidualMoments:
    """Standardised residuals of one group, m of them.

    Attributes
    ----------
    label : str
        The group's.
    kinds : tuple of str
        "correlation", "variance", "mean", "threshold" or "slope".
    lhs, rhs : tuple of str
        The variables, or a variable and its threshold.
    observed, implied : array, shape (m,)
        Over the sample's standard deviations (Bentler, 1995).
    spread : array, shape (m, m)
        Sampling covariance matrix of the residuals.
    exact : bool array, shape (m,)
        Whether the model reproduces the moment whatever the data.
    seen : bool array, shape (m,)
        Whether the data tell the moment.
    scale : array, shape (m,)
        What the moments were divided by.
    """

    label: str
    kinds: tuple[str, ...]
    lhs: tuple[str, ...]
    rhs: tuple[str, ...]
    observed: Array
    implied: Array
    spread: Array
    exact: Mask
    seen: Mask
    scale: Array

    @property
    def residuals(self) -> Array:
        """Observed less implied, shape (m,)."""
        return self.observed - self.implied

    @property
    def tested(self) -> Mask:
        """Moments that have a test, shape (m,)."""
        return ~self.exact & self.seen

    @property
    def errors(self) -> Array:
        """Standard errors; NaN where there is no test, shape (m,)."""
        variance = np.where(self.tested, np.diag(self.spread), np.nan)
        return np.sqrt(np.maximum(variance, 0.0))

    def places(self, *kinds: str) -> Indices:
        """Where moments of some kinds stand that the data tell."""
        return np.flatnonzero(np.isin(self.kinds, kinds) & self.seen)


def residual_moments(estimation: Estimation) -> list[ResidualMoments]:
    """The residuals of all groups."""
    return [_one_group(estimation, group) for group in range(len(estimation.samples.groups))]


def _one_group(estimation: Estimation, group: int) -> ResidualMoments:
    pattern = estimation.specification.patterns[group]
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    means = estimation.specification.means
    kinds, lhs, rhs, scale, seen = _described(sample, pattern, means)
    block = np.ix_(*2 * (moments.moment_columns(estimation)[group],))
    spread = residual_spread(estimation)[block]
    whole = np.diag(sampling_spread(estimation)[block]) / estimation.samples.size
    exact = np.diag(spread) <= _VANISHED * whole
    gap = np.abs(sample.vector - implied.vector(means))
    # with observed information variances and means keep an error that they do not have
    is_pair = np.array(kinds) == CORRELATION
    exact |= ~is_pair & (gap < 1e-6 * np.sqrt(whole) + 1e-12 * scale)
    return ResidualMoments(
        sample.label,
        kinds,
        lhs,
        rhs,
        sample.vector / scale,
        implied.vector(means) / scale,
        spread / scale[:, None] / scale,
        exact,
        seen,
        scale,
    )


Described = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], Array, Mask]


def _described(sample: Sample, pattern: Pattern, means: bool) -> Described:
    if isinstance(sample, OrdinalStatistics):
        return _of_responses(sample, pattern)
    names = pattern.observed
    deviations = np.sqrt(np.diag(sample.covariance))
    rows, columns = half_indices(len(names))
    kinds = [VARIANCE if i == j else CORRELATION for i, j in zip(rows, columns, strict=True)]
    lhs, rhs = [names[j] for j in columns], [names[i] for i in rows]
    scale, seen = deviations[rows] * deviations[columns], vech(sample.seen)
    if means:
        kinds = [MEAN] * len(names) + kinds
        lhs, rhs = [*names, *lhs], [""] * len(names) + rhs
        scale = np.concatenate([deviations, scale])
        seen = np.concatenate([np.ones(len(names), dtype=bool), seen])
    return tuple(kinds), tuple(lhs), tuple(rhs), scale, seen


def _of_responses(sample: OrdinalStatistics, pattern: Pattern) -> Described:
    layout, names = sample.statistics.layout, pattern.modelled
    given = pattern.observed[len(names) :]
    deviations = np.ones(layout.n_variables)
    deviations[layout.continuous] = np.sqrt(sample.vector[layout.blocks["variances"]])
    given_deviations = np.sqrt(np.diag(sample.covariance)[layout.n_variables :])
    first, second = layout.pairs
    own = [names[place] for place in layout.continuous]
    cuts = zip(layout.threshold_variables, layout.threshold_levels, strict=True)
    entries = [(THRESHOLD, names[item], f"t{level + 1}") for item, level in cuts]
    entries += [(MEAN, name, "") for name in own]
    entries += [(SLOPE, name, x) for name in names for x in given]
    entries += [(VARIANCE, name, name) for name in own]
    entries += [(CORRELATION, names[i], names[j]) for i, j in zip(first, second, strict=True)]
    scale = np.concatenate(
        [
            np.ones(len(layout.threshold_variables)),
            deviations[layout.continuous],
            np.outer(deviations, 1.0 / given_deviations).ravel(),
            deviations[layout.continuous] ** 2,
            deviations[first] * deviations[second],
        ]
    )
    kinds, lhs, rhs = (tuple(part) for part in zip(*entries, strict=True))
    return kinds, lhs, rhs, scale, np.ones(len(kinds), dtype=bool)
