"""Covariances of one group's observed variables and how they vary from sample to sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..data import CompleteMoments, OrdinalStatistics
from ..estimation import Estimation
from ..estimation.standard_errors import moment_matrices as moments
from ..numerics import Array, half_indices, half_places, unvech, vech
from .residual_sampling import independent_units, rests_on_normality, sampling_spread

_STEP = 1e-5
_GIVEN = "items are modelled given predictors: fit with conditional_x=False"
_UNSEEN = "some pairs of variables were never answered together"
Function = Callable[[Array], Array]  # covariance matrices in stacks to values, shape (..., c)


@dataclass(frozen=True, eq=False)
class ObservedCovariances:
    """Covariances of p variables as the fit's estimator sees them.

    Attributes
    ----------
    label : str
        The group's.
    names : tuple of str
    covariance, implied : array, shape (p, p)
        Of the sample, polychoric where items are ordinal, and of the model.
    spread : array, shape (h, h)
        Sampling covariance matrix of vech(covariance).
    size : float
        What the group counts.
    units : int
        Independent units that it rests on: clusters, or rows.
    is_normal : bool
        Whether `spread` rests on normality.
    is_complete : bool
        Whether no answer is missing.
    problem : str
        Why these covariances cannot be tested, "" where they can.
    """

    label: str
    names: tuple[str, ...]
    covariance: Array
    implied: Array
    spread: Array
    size: float
    units: int
    is_normal: bool
    is_complete: bool
    problem: str = ""

    @property
    def is_classic(self) -> bool:
        """Whether formulas for complete rows of normal data hold."""
        return self.is_normal and self.is_complete

    @property
    def deviations(self) -> Array:
        """Standard deviations, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    def infer(self, function: Function) -> tuple[Array, Array]:
        """A function's values and standard errors by the delta method, shape (c,) each."""
        half, p = vech(self.covariance), len(self.names)
        first, second = half_indices(p)
        steps = _STEP * self.deviations[first] * self.deviations[second]
        moves = np.diag(steps)
        values = function(unvech(np.concatenate([half + moves, half - moves]), p))
        forward, backward = np.split(values, 2)
        slopes = (forward - backward) / (2.0 * steps[:, None])
        errors = np.sqrt(np.maximum(((self.spread @ slopes) * slopes).sum(axis=0), 0.0))
        return np.asarray(function(self.covariance[None])[0]), errors


def observed_covariances(estimation: Estimation) -> list[ObservedCovariances]:
    """Those of each group."""
    return [_one_group(estimation, group) for group in range(len(estimation.samples.groups))]


def _one_group(estimation: Estimation, group: int) -> ObservedCovariances:
    pattern, sample = estimation.specification.patterns[group], estimation.samples.groups[group]
    p = len(pattern.modelled)
    columns = moments.moment_columns(estimation)[group]
    block = sampling_spread(estimation)[np.ix_(columns, columns)] / estimation.samples.size
    square = half_places(p)
    h = p * (p + 1) // 2
    spread = np.zeros((h, h))
    if isinstance(sample, OrdinalStatistics):
        layout = sample.statistics.layout
        first, second = layout.pairs
        here = np.concatenate([square[layout.continuous, layout.continuous], square[first, second]])
        there = np.concatenate(
            [np.arange(layout.size)[layout.blocks[name]] for name in ("variances", "covariances")]
        )
        spread[np.ix_(here, here)] = block[np.ix_(there, there)]
    else:
        spread = block[len(block) - h :, len(block) - h :]
    problem = _GIVEN if pattern.n_given else (_UNSEEN if sample.n_unseen else "")
    return ObservedCovariances(
        sample.label,
        pattern.modelled,
        sample.covariance[:p, :p],
        estimation.implied[group].covariance[:p, :p],
        spread,
        sample.size,
        independent_units(estimation, group),
        rests_on_normality(estimation),
        isinstance(sample, CompleteMoments),
        problem,
    )
