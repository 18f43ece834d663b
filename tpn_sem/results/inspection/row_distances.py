"""How far rows lie from what the model expects: in the factors, and in what these leave.

Yuan & Hayashi (2010): both squares add up to the squared Mahalanobis distance of the answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from ...errors import NotAvailableError
from ...estimation import Estimation
from ...moments import squared_distances
from ...numerics import Array
from ..linear_scores import bartlett_scores
from .facts import answers

Side = Literal["factors", "residuals"]
SIDES: dict[str, Side] = {"fs": "factors", "resid": "residuals"}


def row_distances(side: Side, power: float) -> Callable[[Estimation, int], pd.Series]:
    """What gives the distances of the rows of a group, by their places in the data.

    Parameters
    ----------
    side : {"factors", "residuals"}
        Of Bartlett's scores, or of the residuals from these.
    power : float
        1 for distances, 2 for their squares.
    """

    def ask(estimation: Estimation, group: int) -> pd.Series:
        _check(estimation, group)
        frame = answers(estimation, group)
        rows = frame.to_numpy(dtype=float)
        of_factors = _of_factors(estimation, group, rows)
        squares = of_factors
        if side == "residuals":
            squares = np.maximum(_whole(estimation, group, rows) - of_factors, 0.0)
        return pd.Series(squares ** (power / 2.0), frame.index, name="distance")

    return ask


def _check(estimation: Estimation, group: int) -> None:
    pattern = estimation.specification.patterns[group]
    if estimation.specification.categories or estimation.specification.has_levels:
        raise NotAvailableError("these distances are of continuous items at one level.")
    if not pattern.latent or pattern.exogenous:
        raise NotAvailableError(
            "these distances are of models of factors without observed predictors: see "
            "ts.influence(fit)."
        )


def _of_factors(estimation: Estimation, group: int, rows: Array) -> Array:
    """Squared distances of Bartlett's scores; NaN where a row has none."""
    implied, n = estimation.implied[group], estimation.implied[group].n_observed
    scores = bartlett_scores(estimation, group, rows)
    has_means = estimation.samples.groups[group].mean is not None
    gaps = scores.values - implied.all_mean[n:] if has_means else scores.values
    total = implied.all_covariance[n:, n:] + scores.spread
    known = np.isfinite(gaps).all(axis=1)
    found = np.full(len(rows), np.nan)
    pulled = np.linalg.solve(total[known], gaps[known][..., None])[..., 0]
    found[known] = (gaps[known] * pulled).sum(axis=1)
    return found


def _whole(estimation: Estimation, group: int, rows: Array) -> Array:
    """Squared distances of the answers that a row has."""
    implied, sample = estimation.implied[group], estimation.samples.groups[group]
    mean = sample.centre if sample.mean is None else implied.mean
    return squared_distances(rows, mean, implied.covariance)
