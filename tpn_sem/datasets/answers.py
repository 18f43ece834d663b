"""Answers of the synthetic survey: factors, latent responses, categories."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..arguments import checked
from .names import CONTEXT, FACTORS, ITEMS, ITEMS_PER_FACTOR, PRODUCT
from .population_moments import ImpliedPopulation, path_coefficients
from .random_streams import Array, Streams
from .schools import SchoolDesign
from .teacher_population import TeacherPopulation

CONTEXT_DECIMALS = 3
"""Contextual scores have as many decimals, and act on the factors as rounded."""


def context_scores(n_teachers: int, streams: Streams) -> Array:
    """Mentoring, change, comparison and face-to-face: shape (n_teachers, 4)."""
    return np.round(streams.normal("context", n_teachers, len(CONTEXT)), CONTEXT_DECIMALS)


def factor_scores(
    population: TeacherPopulation,
    implied: ImpliedPopulation,
    design: SchoolDesign,
    context: Array,
    streams: Streams,
) -> Array:
    """True values of NPC, KSSE, KS and KR, shape (n_teachers, 4)."""
    of_schools = streams.normal("schools", design.sizes.size, len(FACTORS))
    of_teachers = streams.normal("teachers", context.shape[0], len(FACTORS))
    disturbances = _with_covariance(of_schools, implied.school_disturbances)[
        design.school
    ] + _with_covariance(of_teachers, implied.teacher_disturbances)
    rural = design.rural[design.school] - implied.rural_teacher_share
    known = dict(zip(CONTEXT, context.T, strict=True))
    for position, factor in enumerate(FACTORS):
        rural_path, paths = path_coefficients(population, factor)
        known[factor] = rural_path * rural + disturbances[:, position]
        for cause, coefficient in paths.items():
            known[factor] = known[factor] + coefficient * known[cause]
        if factor == "KSSE":
            known[PRODUCT] = known["NPC"] * known["KSSE"] - implied.product_mean
    return np.column_stack([known[factor] for factor in FACTORS])


def _with_covariance(normals: Array, covariance: Array) -> Array:
    """Turn independent normals into disturbances: NPC with KSSE, KS with KR may covary."""
    scales = np.sqrt(np.diag(covariance))
    disturbances = normals * scales
    for first, second in ((0, 1), (2, 3)):
        if covariance[first, second] != 0:
            correlation = covariance[first, second] / (scales[first] * scales[second])
            own = np.sqrt(1 - correlation**2)
            mixed = correlation * normals[:, first] + own * normals[:, second]
            disturbances[:, second] = scales[second] * mixed
    return disturbances


def latent_responses(
    population: TeacherPopulation,
    implied: ImpliedPopulation,
    rural: NDArray[np.int64],
    factors: Array,
    streams: Streams,
) -> Array:
    """Responses before they are cut into categories, shape (n_teachers, 20)."""
    acquiescence = population.acquiescence_sd * streams.normal("acquiescence", rural.size, 1)
    residuals = streams.normal("residuals", rural.size, len(ITEMS))
    return np.asarray(
        implied.intercepts[rural]
        + implied.loadings[rural] * np.repeat(factors, ITEMS_PER_FACTOR, axis=1)
        + acquiescence
        + np.sqrt(implied.residual_variances) * residuals,
        dtype=np.float64,
    )


@checked
def thresholds(population: TeacherPopulation) -> Array:
    """Cuts between the categories 1 to 5, shape (20, 4): normal quantiles, plus the jitter."""
    shares = np.array([population.category_shares[factor] for factor in FACTORS])
    of_factors = ndtri(np.cumsum(shares, axis=1)[:, :-1])
    jitter = np.tile(population.threshold_jitter, len(FACTORS))
    of_items = np.repeat(of_factors, ITEMS_PER_FACTOR, axis=0)
    return np.asarray(of_items + jitter[:, None], dtype=np.float64)


def categories(latent: Array, cuts: Array) -> Array:
    """Answers 1 to 5, shape (n_teachers, 20), from latent responses of the same shape."""
    return np.asarray(1 + (latent[:, :, None] > cuts).sum(axis=2), dtype=np.float64)
