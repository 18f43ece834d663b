"""Reliability of scores of factors that ordinal items measure, over the rows at hand."""

from __future__ import annotations

import numpy as np

from ..errors import TpnSemError
from ..fit import Fit


def score_reliability(fit: Fit) -> dict[tuple[str, str], float]:
    """By group and factor, the mean over rows of what posterior modes share with the factor.

    Of continuous items there is none here: the model says it (`model_coefficients`). NaN where
    rows cannot be scored.
    """
    found = fit.estimation
    if not found.specification.categories:
        return {}
    labels, factors = found.samples.labels, found.specification.roles.latent
    try:
        scores = fit.factor_scores(standard_errors=True)
    except TpnSemError:
        return {(label, name): float("nan") for label in labels for name in factors}
    shared = scores[[f"{name}_reliability" for name in factors]].set_axis(list(factors), axis=1)
    of_rows = scores["group"].to_numpy() if "group" in scores else np.full(len(scores), labels[0])
    return {
        (label, name): float(shared[name][of_rows == label].mean())
        for label in labels
        for name in factors
    }
