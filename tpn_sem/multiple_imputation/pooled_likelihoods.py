"""Likelihood-ratio statistics at pooled estimates, and of stacked imputations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..data import Sample
from ..estimation import Estimation
from ..estimation.implied import Implied, free_moments
from ..numerics import Array


def at_pooled(estimations: Sequence[Estimation], parameters: Array) -> list[float]:
    """Deviance of each imputation from its unrestricted moments, at the same parameters."""
    found = []
    for one in estimations:
        implied = one.objective.imply(parameters)
        found.append(_distance(one, implied))
    return found


def at_pooled_moments(estimations: Sequence[Estimation]) -> list[float]:
    """The same at the mean of all imputations' unrestricted moments."""
    groups = range(len(estimations[0].samples.groups))
    implied = []
    for group in groups:
        samples = [one.samples.groups[group] for one in estimations]
        covariance = np.mean([sample.covariance for sample in samples], axis=0)
        mean = np.mean([sample.centre for sample in samples], axis=0)
        implied.append(free_moments(mean, covariance))
    return [_distance(one, implied) for one in estimations]


def _distance(estimation: Estimation, implied: Sequence[Implied]) -> float:
    return float(
        sum(
            multiplier * float(estimation.discrepancy.value(sample, moments))
            for multiplier, sample, moments in zip(
                estimation.group_multipliers, estimation.samples.groups, implied, strict=True
            )
        )
    )


def pooled_samples(estimations: Sequence[Estimation]) -> tuple[Sample, ...]:
    """Each group's sample with the mean of all imputations' moments."""
    found = []
    for samples in zip(*(one.samples.groups for one in estimations), strict=True):
        covariance = np.mean([sample.covariance for sample in samples], axis=0)
        first = samples[0]
        mean = None
        if first.mean is not None:
            mean = np.mean([sample.mean for sample in samples], axis=0)
        found.append(replace(first, covariance=covariance, mean=mean))
    return tuple(found)
