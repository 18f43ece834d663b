"""Linear regressions with random intercepts of clusters, a continuous variable each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...errors import DataError
from ...numerics import Array, Indices
from .clustered_answers import ClusteredRows
from .random_intercepts import Predictors
from .score_descent import maximise_scored

_LEAST = 1e-4  # variance between clusters over that within, below which there is none to speak of
_LITTLE = 1e-2  # the same by analysis of variance


@dataclass(frozen=True, eq=False)
class LinearMargin:
    """One variable's regression; normal within clusters, and between them if it has a part there.

    Attributes
    ----------
    mean : float
    slopes : array, shape (q,)
    within, between : float
        Residual variances; 0 between clusters where the variable has no part there.
    scores : array, shape (J, k)
        Of each cluster at the estimates: mean, slopes, variance within, and that between if any.
    residuals : array, shape (n,)
    rows : ClusteredRows
        All rows, n of them.
    design : array, shape (n, q)
    """

    mean: float
    slopes: Array
    within: float
    between: float
    scores: Array
    residuals: Array
    rows: ClusteredRows
    design: Array

    @property
    def parameters(self) -> Array:
        """Mean, slopes and the variances that are there."""
        variances = [self.within, self.between] if self.between else [self.within]
        return np.concatenate([[self.mean], self.slopes, variances])

    @cached_property
    def centre(self) -> Array:
        """Means of the residuals by cluster, shape (J,)."""
        return self.rows.sums(self.residuals) / self.rows.sizes

    @cached_property
    def design_centre(self) -> Array:
        """Means of the predictors by cluster, shape (J, q)."""
        return self.rows.sums(self.design) / self.rows.sizes[:, None]

    @cached_property
    def deviations(self) -> Array:
        """Residuals less their cluster's mean, shape (n,)."""
        return self.residuals - self.centre[self.rows.members]


def linear_margin(
    values: Array, members: Indices, given: Predictors, has_between: bool, name: str
) -> LinearMargin:
    """The regression of one continuous variable by maximum likelihood.

    Parameters
    ----------
    values : array, shape (n,)
    members : int array, shape (n,)
        Clusters, ascending.
    given : Predictors
    has_between : bool
        Whether it has a part between clusters.
    name : str
        What messages call it.

    Raises
    ------
    DataError
        Where it does not vary at one of them.
    """
    rows = ClusteredRows(members, np.ones(len(members)))
    scale = float(values.std())
    if not scale > 1e-12 * float(np.abs(values).max()):
        raise DataError(f"{name} is constant: there is no variance to explain. Leave it out.")
    origin = float(values.mean())
    q = given.values.shape[1]
    likelihood = _Likelihood((values - origin) / scale, rows, given.values, has_between)
    start = np.concatenate([np.zeros(1 + q), [0.5, 0.5] if has_between else [1.0]])
    found, _ = maximise_scored(likelihood, start)
    point = found.point
    within, between = float(point[1 + q]), float(point[-1]) if has_between else 0.0
    flat = between < _LEAST * within if found.converged else _is_flat(values, rows)
    if has_between and flat:
        raise DataError(
            f"{name} does not vary between clusters in these data: name it at 'level: 1' only."
        )
    if not found.converged:
        raise DataError(f"{name}: its variances within and between clusters have no maximum.")
    units = np.repeat([scale, scale**2], [1 + q, 1 + has_between])
    slopes = point[1 : 1 + q] * scale
    mean = origin + scale * float(point[0])
    return LinearMargin(
        mean,
        slopes,
        within * scale**2,
        between * scale**2,
        found.here.scores / units,
        values - mean - given.values @ slopes,
        rows,
        given.values,
    )


def _is_flat(values: Array, rows: ClusteredRows) -> bool:
    """Whether clusters' means differ no more than chance has it, by analysis of variance."""
    means = rows.sums(values) / rows.sizes
    left = values - means[rows.members]
    within = float(left @ left) / max(len(values) - rows.n_clusters, 1)
    whole = float(np.average((means - values.mean()) ** 2, weights=rows.sizes))
    return whole - within * rows.n_clusters / len(values) < _LITTLE * within


class _Likelihood:
    """Log-likelihoods of clusters and their scores; see `ScoreProblem`."""

    def __init__(self, values: Array, rows: ClusteredRows, design: Array, has_between: bool):
        self._values, self._rows, self._design = values, rows, design
        self._has_between = has_between

    def __call__(self, point: Array) -> tuple[Array, Array] | None:
        """At mean, slopes and variances."""
        q, rows, size = self._design.shape[1], self._rows, self._rows.sizes
        if not (point[1 + q :] > 0.0).all():
            return None
        within, between = float(point[1 + q]), float(point[-1]) if self._has_between else 0.0
        residuals = self._values - point[0] - self._design @ point[1 : 1 + q]
        centre = rows.sums(residuals) / size
        deviations = residuals - centre[rows.members]
        squares = rows.sums(deviations**2)
        total = between + within / size
        pull = centre / total
        value = -0.5 * (np.log(total) + centre * pull)
        value -= 0.5 * ((size - 1.0) * np.log(within) + squares / within)
        in_total = -0.5 * (1.0 / total - pull**2)
        means = rows.sums(self._design) / size[:, None]
        slopes = pull[:, None] * means
        slopes += rows.sums(deviations[:, None] * self._design) / within
        in_within = in_total / size - 0.5 * ((size - 1.0) - squares / within) / within
        scores = np.column_stack([pull, slopes, in_within, in_total])
        return value, scores if self._has_between else scores[:, :-1]
