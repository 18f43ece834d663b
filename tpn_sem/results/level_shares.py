"""Intraclass correlations: the share of a variable's variance that lies between clusters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from ..data import LevelMoments, LevelOrdinalStatistics
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.discrepancy import level_information
from ..estimation.implied import free_moments
from ..language import plain_name
from ..moments import saturate_levels
from ..moments.ordinal_levels import LevelOrder
from ..numerics import Indices, inverse

_ZERO = 1e-8  # variance between over that within


def level_shares(estimation: Estimation, level: float) -> pd.DataFrame:
    """Variances of both levels and intraclass correlations of variables that have a part at each.

    By maximum likelihood of each variable alone, whatever the model. Errors by the delta method
    from their observed information, or from clusters' scores with ordinal items; intervals on the
    scale of the log odds. Latent responses of ordinal items have a variance of 1 within clusters.

    Parameters
    ----------
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Rows variables (below their group): within, between, icc, se, ci_lower, ci_upper,
        design_effect at the average size of a cluster. NaN where a variance between is zero.

    Raises
    ------
    NotAvailableError
        Without levels, or where slopes are random.
    """
    if not estimation.specification.has_levels:
        raise NotAvailableError("the model has one level; describe() has intraclass correlations.")
    if not estimation.has_unrestricted:
        raise NotAvailableError("where slopes are random, variances differ from row to row.")
    frames = {}
    for sample in estimation.samples.groups:
        if isinstance(sample, LevelOrdinalStatistics):
            found = _of_statistics(sample)
        else:
            assert isinstance(sample, LevelMoments)
            found = _of_likelihood(sample)
        size = sample.n_observations / sample.n_clusters
        frames[sample.label] = _with_intervals(found, size, level)
    if len(frames) == 1:
        return next(iter(frames.values()))
    return pd.concat(frames, names=["group"])


Found = dict[str, tuple[float, float, float]]


def _of_likelihood(sample: LevelMoments) -> Found:
    """Variances within and between of each variable, and its correlation's error."""
    layout = sample.layout
    pairs = zip(layout.within[layout.split], layout.twins[layout.split], strict=True)
    return {
        plain_name(sample.names[inside]): _alone(sample, np.array([inside, outside]))
        for inside, outside in pairs
    }


def _of_statistics(sample: LevelOrdinalStatistics) -> Found:
    """The same from the statistics of ordinal items."""
    order, found = sample.statistics.layout, {}
    assert isinstance(order, LevelOrder)
    spread = sample.spread / sample.n_observations
    for outside in np.flatnonzero(order.scale_of != np.arange(order.n_variables)):
        inside = order.scale_of[outside]
        one, two = order.matrix_places[[inside, outside], [inside, outside]]
        between = float(sample.vector[two])
        within = 1.0 if one < 0 else float(sample.vector[one])
        places, slopes = np.array([two]), np.array([within])
        if one >= 0:
            places, slopes = np.array([one, two]), np.array([-between, within])
        slopes = slopes / (within + between) ** 2
        error = float(np.sqrt(slopes @ spread[np.ix_(places, places)] @ slopes))
        found[plain_name(sample.names[inside])] = within, between, error
    return found


def _with_intervals(found: Found, size: float, level: float) -> pd.DataFrame:
    rows, quantile = {}, ndtri(0.5 + 0.5 * level)
    for name, (within, between, error) in found.items():
        icc = between / (within + between)
        row = {"within": within, "between": between, "icc": icc, "se": error}
        odds, width = logit(icc), quantile * error / (icc * (1.0 - icc)) if error > 0.0 else np.nan
        row |= {"ci_lower": expit(odds - width), "ci_upper": expit(odds + width)}
        row["design_effect"] = 1.0 + (size - 1.0) * icc
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable")


def _alone(sample: LevelMoments, places: Indices) -> tuple[float, float, float]:
    """Variances within and between of one variable alone, and its correlation's error.

    The error is NaN where the variance between is zero.
    """
    clusters = sample.clusters.of(places)
    mean, covariance = saturate_levels(clusters)
    within, between = (float(value) for value in np.diag(covariance))
    if not between > _ZERO * within:
        return within, max(between, 0.0), np.nan
    alone = replace(
        sample,
        names=tuple(sample.names[k] for k in places),
        clusters=clusters,
        mean=mean,
        covariance=covariance,
    )
    seen = np.flatnonzero(alone.seen_moments(True))
    information = level_information(alone, free_moments(mean, covariance), True)
    spread = inverse(information[np.ix_(seen, seen)])[1:, 1:] / sample.n_observations
    slopes = np.array([-between, within]) / (within + between) ** 2
    return within, between, float(np.sqrt(slopes @ spread @ slopes))
