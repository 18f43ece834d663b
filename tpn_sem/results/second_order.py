"""What second derivatives add to variances by the delta method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..estimation import Estimation
from ..numerics import Array

_STEP = 1e-3  # of a standard error
Slopes = Callable[[Estimation], Array]


def second_order_variances(estimation: Estimation, slopes: Slopes) -> Array:
    """tr(H V H V) / 2 of functions of normal estimates with Hessians H and covariances V, (k,).

    Of a quadratic function they and the first order make up its variance. Hessians are central
    differences of exact slopes.

    Parameters
    ----------
    slopes : function of an Estimation
        Derivatives of the functions in the free parameters, shape (k, n_free).
    """
    covariance = estimation.covariance
    steps = _STEP * np.sqrt(np.maximum(np.diag(covariance), 0.0))
    parts = [
        _difference(estimation, slopes, place, step)
        for place, step in enumerate(steps)
        if step > 0.0
    ]
    free = np.flatnonzero(steps > 0.0)
    hessians = np.stack(parts, axis=1)[:, :, free]
    hessians = 0.5 * (hessians + np.swapaxes(hessians, -1, -2))
    turned = hessians @ covariance[np.ix_(free, free)]
    return np.asarray(0.5 * (turned * np.swapaxes(turned, -1, -2)).sum((-2, -1)))


def _difference(estimation: Estimation, slopes: Slopes, place: int, step: float) -> Array:
    """Change of the slopes along one parameter, shape (k, n_free)."""
    ends = []
    for shift in (step, -step):
        parameters = estimation.parameters.copy()
        parameters[place] += shift
        solution = replace(estimation.solution, parameters=parameters, implied=None)
        ends.append(slopes(replace(estimation, solution=solution)))
    return np.asarray((ends[0] - ends[1]) / (2.0 * step))
