"""Log-likelihoods under multivariate normality."""

from __future__ import annotations

import numpy as np

from .estimation import Estimation
from .linalg import Indices
from .sample import Sample


def log_likelihoods(found: Estimation) -> tuple[float, float] | None:
    """Log-likelihood of the model and of the unrestricted one; None without a likelihood.

    Where exogenous variables are fixed to their sample moments both are conditional on them.
    """
    if not found.discrepancy.is_likelihood:
        return None
    places = found.specification.fixed_exogenous
    unrestricted = sum(
        _saturated(sample, sample.n_variables, float(sample.log_determinant))
        - _saturated_part(sample, places)
        for sample in found.samples.groups
    )
    pairs = zip(found.samples.groups, found.group_discrepancies, strict=True)
    distance = sum(sample.n_observations * discrepancy for sample, discrepancy in pairs)
    return float(unrestricted - 0.5 * distance), float(unrestricted)


def _saturated_part(sample: Sample, places: Indices) -> float:
    """Log-likelihood of some variables at their own sample moments."""
    if not len(places):
        return 0.0
    part = sample.covariance[np.ix_(places, places)]
    return _saturated(sample, len(places), float(np.linalg.slogdet(part)[1]))


def _saturated(sample: Sample, size: int, log_determinant: float) -> float:
    constant = size * (np.log(2.0 * np.pi) + 1.0)
    return -0.5 * sample.n_observations * (constant + log_determinant)
