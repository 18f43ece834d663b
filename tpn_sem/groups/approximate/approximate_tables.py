"""Tables of a model whose item parameters are nearly equal over groups, and its notes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...estimation.implied import Implied
from ...language import write_relation
from ...numerics import Array, normal_quantile
from ...results import delta_method
from .posterior_mode import PosteriorMode

LIMIT = 1.96  # of z, beyond which a deviation is flagged


def parameter_table(estimation: PosteriorMode) -> pd.DataFrame:
    """What deviates, a row per parameter and group; see `ApproximateInvariance.parameters`."""
    tied, labels = estimation.tied, estimation.samples.labels
    deviation = tied.deviations @ estimation.parameters
    spread = np.einsum("tgi,ij,tgj->tg", tied.deviations, estimation.covariance, tied.deviations)
    posterior_sd = np.sqrt(np.where(spread > 0.0, spread, np.nan))
    z = deviation / posterior_sd
    names = {"lhs": "lhs", "op": "operator", "rhs": "rhs"}
    sides = {
        side: np.repeat([getattr(row, name) for row in tied.rows], len(labels))
        for side, name in names.items()
    }
    return pd.DataFrame(
        {
            **sides,
            "group": np.tile(labels, len(tied.rows)),
            "estimate": estimation.parameters[tied.places].ravel(),
            "deviation": deviation.ravel(),
            "posterior_sd": posterior_sd.ravel(),
            "z": z.ravel(),
            "flagged": (np.abs(z) > LIMIT).ravel(),
        }
    )


def factor_table(estimation: PosteriorMode) -> pd.DataFrame:
    """Means and variances, a row per factor and group; see `ApproximateInvariance.factors`."""
    factors, labels = estimation.specification.roles.latent, estimation.samples.labels
    first = len(estimation.specification.observed)

    def quantity(implied: tuple[Implied, ...]) -> Array:
        means = [moments.all_mean[..., first:] for moments in implied]
        variances = [
            np.diagonal(moments.all_covariance, axis1=-2, axis2=-1)[..., first:]
            for moments in implied
        ]
        return np.concatenate([*means, *variances], axis=-1)

    numbers = delta_method(estimation, quantity)
    shape = (2, len(labels), len(factors))
    mean, variance = (part.T.ravel() for part in numbers["estimate"].reshape(shape))
    mean_sd, variance_sd = (part.T.ravel() for part in numbers["se"].reshape(shape))
    quantile = normal_quantile(0.975)
    positive = np.where(variance > 0.0, variance, np.nan)
    ratio = np.exp(quantile * variance_sd / positive)
    return pd.DataFrame(
        {
            "factor": np.repeat(factors, len(labels)),
            "group": np.tile(labels, len(factors)),
            "mean": mean,
            "mean_sd": mean_sd,
            "mean_lower": mean - quantile * mean_sd,
            "mean_upper": mean + quantile * mean_sd,
            "variance": variance,
            "variance_sd": variance_sd,
            "variance_lower": positive / ratio,
            "variance_upper": positive * ratio,
        }
    )


def flagged_parameters(parameters: pd.DataFrame) -> tuple[str, ...]:
    """Parameters flagged in some group, largest z first, as ``group_partial`` takes them."""
    shown = parameters[parameters["flagged"]]
    order = shown["z"].abs().sort_values(ascending=False, kind="stable").index
    texts = []
    for lhs, op, rhs in shown.loc[order, ["lhs", "op", "rhs"]].itertuples(index=False):
        texts.append(write_relation(lhs, op, rhs))
    return tuple(dict.fromkeys(texts))


def notes(
    estimation: PosteriorMode, parameters: pd.DataFrame, sets: tuple[str, ...], variance: float
) -> list[str]:
    """What was maximised, and what its maximum does not say."""
    said = [
        f"Approximate invariance of {' and '.join(sets)}: deviations from the average over groups "
        f"have a normal prior of variance {variance:g}, in units of the items' variances within "
        f"groups. Factors are in the metric of group {estimation.samples.labels[0]!r}, in which "
        "the "
        "prior speaks: compare with another first group (group_label=).",
        "Deviations are shrunk towards zero: what is shrunk of a large one goes into the factors' "
        "means and variances, and into the deviations of other items. Where few parameters differ "
        "much, means may be no nearer than those of exact invariance.",
    ]
    flagged = flagged_parameters(parameters)
    if flagged:
        said.append(
            f"Flagged: {', '.join(flagged)}. These are candidates for a second step, in which "
            "group_partial= frees them and all else is exactly (group_equal=) or nearly equal."
        )
    elif estimation.converged:
        said.append("No parameter is flagged.")
    return said
