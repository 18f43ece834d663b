"""Tests of models that are not nested in each other. Vuong (1989); Merkle, You & Preacher (2016).

First whether they can be told apart at all (are the two likelihoods of rows the same?), then which
is closer to the truth. Clusters, where there are any, are the independent units.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ..model_fit.tests import weighted_chi_square_tail
from ..numerics import Array, upper_tail
from .unit_evidence import UnitEvidence


@dataclass(frozen=True)
class VuongTest:
    """Two models by the likelihoods of units.

    Attributes
    ----------
    variance : float
        Of the difference of a unit's log-likelihoods, omega squared.
    p_indistinguishable : float
        Of the test that it is zero: that no data tell the models apart.
    z : float
        Sum of the differences over its standard error; positive where the first is closer.
    p_first, p_second : float
        One-sided: of the first model (the second) being no closer to the truth.
    """

    variance: float
    p_indistinguishable: float
    z: float
    p_first: float
    p_second: float


def vuong_test(first: UnitEvidence, second: UnitEvidence, few: bool) -> VuongTest:
    """Compare two models.

    Parameters
    ----------
    few : bool
        Whether units are few clusters: Student's t with a degree of freedom less than these.
    """
    gap = first.log_likelihoods - second.log_likelihoods
    count = len(gap)
    variance = float(np.mean((gap - gap.mean()) ** 2))
    weights = difference_weights(first, second)
    same = weighted_chi_square_tail(count * variance, weights**2)
    if variance <= 0.0:
        return VuongTest(variance, 1.0, 0.0, 0.5, 0.5)
    z = float(gap.sum()) / sqrt(count * variance)
    df = count - 1 if few else None
    return VuongTest(variance, same, z, upper_tail(z, df), upper_tail(-z, df))


def difference_weights(first: UnitEvidence, second: UnitEvidence) -> Array:
    """Weights of the squared normals that twice the difference of likelihoods is a sum of.

    Eigenvalues of [[B1 A1, B12 A2], [-B21 A1, -B2 A2]], with B the products of the scores and A
    the inverse information (Vuong, 1989, eq. 3.6); with scores in units of A they are the same, and
    the matrix has no units.
    """
    one, other = first.whitened, second.whitened
    crossed = one.T @ other
    values = np.linalg.eigvals(np.block([[one.T @ one, crossed], [-crossed.T, -other.T @ other]]))
    return np.asarray(values.real[np.abs(values.real) > 1e-9 * np.abs(values.real).max()])
