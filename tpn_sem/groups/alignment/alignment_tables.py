"""Tables of an aligned solution."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...numerics import normal_quantile
from .aligned import Aligned
from .invariant_sets import invariant_groups

SIDES = ["lhs", "op", "rhs"]


def factor_table(aligned: Aligned) -> pd.DataFrame:
    """Means and variances, a row per factor and group; see `Alignment.factors`."""
    mean, variance = aligned.means, aligned.variances
    mean_se = aligned.errors(aligned.mean_slopes)
    variance_se = aligned.errors(aligned.variance_slopes)
    quantile = normal_quantile(0.975)
    ratio = np.exp(quantile * variance_se / variance)
    columns = {
        "mean": mean,
        "mean_se": mean_se,
        "mean_lower": mean - quantile * mean_se,
        "mean_upper": mean + quantile * mean_se,
        "variance": variance,
        "variance_se": variance_se,
        "variance_lower": variance / ratio,
        "variance_upper": variance * ratio,
    }
    groups, factors = aligned.start.groups, aligned.start.factors
    names = {
        "factor": np.repeat(factors, len(groups)),
        "group": np.tile(groups, len(factors)),
    }
    return pd.DataFrame(names | {name: values.T.ravel() for name, values in columns.items()})


def parameter_table(aligned: Aligned) -> pd.DataFrame:
    """Aligned parameters, a row each and group; see `Alignment.parameters`."""
    values, slopes = aligned.values, aligned.value_slopes
    moved = slopes @ aligned.start.covariance
    covariance = np.einsum("gps,hps->pgh", moved, slopes)
    members = np.array(
        [
            invariant_groups(value, spread)
            for value, spread in zip(values.T, covariance, strict=True)
        ]
    )
    names = aligned.start.loading_names + aligned.start.location_names
    n_groups = len(values)
    sides = {side: np.repeat([name[i] for name in names], n_groups) for i, side in enumerate(SIDES)}
    return pd.DataFrame(
        {
            **sides,
            "group": np.tile(aligned.start.groups, len(names)),
            "estimate": values.T.ravel(),
            "se": np.sqrt(np.maximum(np.einsum("pgg->pg", covariance), 0.0)).ravel(),
            "invariant": members.ravel(),
        }
    )


def item_table(aligned: Aligned, parameters: pd.DataFrame) -> pd.DataFrame:
    """What holds of a parameter over all groups; see `Alignment.items`."""
    n_groups = len(aligned.start.groups)
    values = parameters["estimate"].to_numpy().reshape(-1, n_groups)
    members = parameters["invariant"].to_numpy().reshape(-1, n_groups)
    used = members | ~members.any(axis=1, keepdims=True)
    found = parameters.loc[::n_groups, SIDES].reset_index(drop=True)
    return found.assign(
        average=(values * used).sum(axis=1) / used.sum(axis=1),
        n_invariant=members.sum(axis=1),
        contribution=aligned.contributions,
        r_squared=aligned.explained,
    )
