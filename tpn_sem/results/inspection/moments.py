"""Sample and implied moments, of observed and of latent variables, with names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...data import OrdinalStatistics
from ...errors import NotAvailableError
from ...estimation import Estimation
from ...numerics import correlation

Moments = dict[str, Any]


def sample_moments(estimation: Estimation, group: int) -> Moments:
    """Covariances, means and thresholds of one group's sample; unrestricted where answers miss."""
    names, sample = _observed(estimation, group), estimation.samples.groups[group]
    found: Moments = {"cov": pd.DataFrame(sample.covariance, names, names)}
    if sample.mean is not None:
        found["mean"] = pd.Series(sample.mean, names)
    if isinstance(sample, OrdinalStatistics):
        statistics = dict(zip(_statistics(estimation, group), sample.vector, strict=True))
        found["th"] = pd.Series({k: v for k, v in statistics.items() if "|" in k}, dtype=float)
    return found


def implied_moments(estimation: Estimation, group: int) -> Moments:
    """The same as the model implies them."""
    names, implied = _observed(estimation, group), estimation.implied[group]
    found: Moments = {"cov": pd.DataFrame(implied.covariance, names, names)}
    if estimation.specification.means:
        found["mean"] = pd.Series(implied.mean, names)
    if isinstance(estimation.samples.groups[group], OrdinalStatistics):
        values = dict(zip(_statistics(estimation, group), implied.vector(True), strict=True))
        found["th"] = pd.Series({k: v for k, v in values.items() if "|" in k}, dtype=float)
    return found


def standardised_sample(estimation: Estimation, group: int) -> Moments:
    """The sample's correlations, and means over standard deviations."""
    found = sample_moments(estimation, group)
    deviations = np.sqrt(np.diag(found["cov"]))
    found["cov"] = found["cov"] / np.outer(deviations, deviations)
    if "mean" in found:
        found["mean"] = found["mean"] / deviations
    return found


def latent_covariance(estimation: Estimation, group: int) -> pd.DataFrame:
    """Covariance matrix of the latent variables."""
    pattern, implied = estimation.specification.patterns[group], estimation.implied[group]
    part, names = implied.all_covariance[pattern.n_observed :, pattern.n_observed :], pattern.latent
    if not names:
        raise NotAvailableError("the model has no latent variables.")
    return pd.DataFrame(part, list(names), list(names))


def latent_correlation(estimation: Estimation, group: int) -> pd.DataFrame:
    """Correlation matrix of the latent variables."""
    return _as_correlations(latent_covariance(estimation, group))


def latent_means(estimation: Estimation, group: int) -> pd.Series:
    """Means of the latent variables; zero where the model has none."""
    pattern, implied = estimation.specification.patterns[group], estimation.implied[group]
    if not estimation.specification.means:
        return pd.Series(0.0, list(pattern.latent))
    return pd.Series(implied.all_mean[pattern.n_observed :], list(pattern.latent))


def all_covariance(estimation: Estimation, group: int) -> pd.DataFrame:
    """Covariance matrix of all variables, the observed ones first."""
    names = list(estimation.specification.patterns[group].names)
    return pd.DataFrame(estimation.implied[group].all_covariance, names, names)


def all_correlation(estimation: Estimation, group: int) -> pd.DataFrame:
    """Correlation matrix of all variables."""
    return _as_correlations(all_covariance(estimation, group))


def implied_correlation(estimation: Estimation, group: int) -> pd.DataFrame:
    """Implied correlation matrix of the observed variables."""
    return _as_correlations(implied_moments(estimation, group)["cov"])


def _as_correlations(matrix: pd.DataFrame) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = correlation(matrix.to_numpy())
    return pd.DataFrame(found, matrix.index, matrix.columns)


def _observed(estimation: Estimation, group: int) -> list[str]:
    return list(estimation.specification.patterns[group].observed)


def _statistics(estimation: Estimation, group: int) -> tuple[str, ...]:
    return estimation.specification.patterns[group].statistics
