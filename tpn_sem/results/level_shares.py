"""Intraclass correlations: the share of a variable's variance that lies between clusters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from ..data import LevelMoments
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.discrepancy import level_information
from ..estimation.implied import free_moments
from ..language import plain_name
from ..moments import saturate_levels
from ..numerics import Indices, inverse

_ZERO = 1e-8  # variance between over that within


def level_shares(estimation: Estimation, level: float) -> pd.DataFrame:
    """Variances of both levels and intraclass correlations of variables that have a part at each.

    By maximum likelihood of each variable alone, whatever the model. Errors by the delta method
    from their observed information, intervals on the scale of the log odds.

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
        assert isinstance(sample, LevelMoments)
        frames[sample.label] = _one_group(sample, level)
    if len(frames) == 1:
        return next(iter(frames.values()))
    return pd.concat(frames, names=["group"])


def _one_group(sample: LevelMoments, level: float) -> pd.DataFrame:
    layout, quantile = sample.layout, ndtri(0.5 + 0.5 * level)
    size = sample.n_observations / sample.clusters.n_clusters
    rows = {}
    for inside, outside in zip(
        layout.within[layout.split], layout.twins[layout.split], strict=True
    ):
        within, between, error = _alone(sample, np.array([inside, outside]))
        icc = between / (within + between)
        row = {"within": within, "between": between, "icc": icc, "se": error}
        odds, width = logit(icc), quantile * error / (icc * (1.0 - icc)) if error > 0.0 else np.nan
        row |= {"ci_lower": expit(odds - width), "ci_upper": expit(odds + width)}
        row["design_effect"] = 1.0 + (size - 1.0) * icc
        rows[plain_name(sample.names[inside])] = row
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
