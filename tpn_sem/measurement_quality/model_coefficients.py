"""Coefficients of reliability that follow from a factor model, in stacks of implied moments."""

from __future__ import annotations

import numpy as np

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from .explained_parts import Parts, explained_parts, total_of
from .measured_constructs import Construct
from .sums_of_answers import answer_covariance, standard_cuts

CONTINUOUS = (
    "omega",
    "omega_hierarchical",
    "omega_subscale",
    "composite",
    "maximal",
    "factor_score",
    "ave",
)
ORDINAL = (*CONTINUOUS, "omega_latent")


def coefficient_names(estimation: Estimation) -> tuple[str, ...]:
    """The coefficients that `coefficients` gives, in their order."""
    return ORDINAL if estimation.specification.categories else CONTINUOUS


def coefficients(
    estimation: Estimation, group: int, construct: Construct, implied: Implied
) -> Array:
    """Coefficients of one construct, shape (..., c), in the order of `coefficient_names`.

    omega is the share of the variance of the items' sum that all factors explain (McDonald, 1999);
    omega_hierarchical what the construct's own factor explains (a general or second-order one:
    Zinbarg et al., 2005); omega_subscale what a factor explains beyond the general one above it
    (Reise, 2012). Covariances of residuals count as error. composite and ave are of standardised
    items (Fornell & Larcker, 1981); maximal is the squared correlation of the factor with its
    best weighted sum of its items, H where these have nothing else in common (Hancock &
    Mueller, 2001); factor_score that with all observed variables. Of ordinal items the three
    omegas are of the sum of answers (Green & Yang, 2009); the others, and omega_latent, are of
    latent responses.
    """
    parts = explained_parts(estimation, group, construct, implied)
    shares = _shares(parts.common, parts.own, parts.specific, parts.total, construct)
    of_latent = [
        composite_reliability(parts),
        parts.maximal,
        parts.scores,
        parts.standardized.mean(axis=-1),
    ]
    if not estimation.specification.categories:
        return np.stack([*shares, *of_latent], axis=-1)
    cuts = standard_cuts(estimation, group, construct, implied)
    if cuts is None:
        return np.stack([*shares, *of_latent, np.full_like(shares[0], np.nan)], axis=-1)
    unit = np.sqrt(parts.variances)
    scale = unit[..., :, None] * unit[..., None, :]
    common, own, specific, whole = (
        answer_covariance(cuts, part / scale)
        for part in (parts.common, parts.own, parts.specific, parts.total)
    )
    answers = _shares(common, own, specific, whole, construct)
    standard = total_of(parts.common / scale) / total_of(parts.total / scale)
    return np.stack([*answers, *of_latent, standard], axis=-1)


def composite_reliability(parts: Parts) -> Array:
    """Reliability of the sum of the standardised items, shape (...). Fornell & Larcker (1981)."""
    explained = (parts.loadings / np.sqrt(parts.variances)).sum(-1) ** 2 * parts.variance
    return np.asarray(explained / (explained + parts.residuals.sum(-1)))


def _shares(
    common: Array, own: Array, specific: Array, total: Array, construct: Construct
) -> list[Array]:
    """omega, omega_hierarchical and omega_subscale of a sum, shape (...) each."""
    whole = total_of(total)
    below = total_of(specific) if construct.has_general else np.full_like(whole, np.nan)
    return [total_of(common) / whole, total_of(own) / whole, below / whole]
