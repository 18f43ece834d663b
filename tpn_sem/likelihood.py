"""Log-likelihoods under multivariate normality."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .estimation import Estimation
from .sample import Sample


def log_likelihoods(found: Estimation) -> tuple[float, float] | None:
    """Log-likelihood of the model and of the unrestricted one; None without a likelihood.

    Where exogenous variables are fixed to their sample moments both are conditional on them.
    """
    if not found.discrepancy.is_likelihood:
        return None
    observed = found.specification.observed
    places = list(found.specification.fixed_exogenous)
    unrestricted = sum(
        _saturated(sample, list(range(len(observed)))) - _saturated(sample, places)
        for sample in found.samples.groups
    )
    pairs = zip(found.samples.groups, found.group_discrepancies, strict=True)
    distance = sum(sample.n_observations * discrepancy for sample, discrepancy in pairs)
    return float(unrestricted - 0.5 * distance), float(unrestricted)


def _saturated(sample: Sample, places: Sequence[int]) -> float:
    """Log-likelihood of some variables at their own sample moments."""
    if not places:
        return 0.0
    part = sample.covariance[np.ix_(places, places)]
    log_determinant = float(np.linalg.slogdet(part)[1])
    constant = len(places) * (np.log(2.0 * np.pi) + 1.0)
    return -0.5 * sample.n_observations * (constant + log_determinant)
