"""Maximum likelihood of two levels: rows within clusters."""

from __future__ import annotations

import numpy as np

from ...data import LevelMoments, Sample
from ...moments import IncompleteClusters, IncompleteLikelihood, TwoLevelLikelihood
from ...numerics import Array
from ..implied import Directions, Implied, moment_directions
from .discrepancy import Discrepancy, Slope
from .level_scores import level_scores
from .row_scores import Scores


class LevelLikelihood(Discrepancy):
    """Twice the log-likelihood per row that the model loses against unrestricted levels.

    Variables within and between clusters are one model, whose covariance matrix has a block for
    each level. McDonald & Goldstein (1989); Liang & Bentler (2004).
    """

    name = "ML, two levels"
    is_likelihood = True
    is_efficient = True
    needs_rows = True
    takes = (LevelMoments,)

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...)."""
        return _locate(sample, implied).deviance - _levels(sample).saturated_deviance

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """Sums over sizes of clusters of those of normal likelihoods."""
        return Slope(*_locate(sample, implied).slope)

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Expected information of one row along directions in the moments."""
        return _locate(sample, implied).information(directions)

    def curvature(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Second derivatives along directions in the moments."""
        here = _locate(sample, implied)
        return here.curvature(directions, implied.mean, implied.covariance)

    def moment_weight(self, sample: Sample, implied: Implied) -> Array:
        """Expected information of one row in means and vech(covariances), shape (m, m)."""
        return level_information(_levels(sample), implied, False)

    def scores(self, sample: Sample, implied: Implied, directions: Directions) -> Scores:
        """Each row's score along directions, so that those of a cluster sum up to its own."""
        return level_scores(_levels(sample), implied, directions)


def level_information(sample: LevelMoments, implied: Implied, observed: bool) -> Array:
    """Information of one row in the unrestricted moments, at implied ones, shape (m, m).

    Zero for moments that the data do not tell.
    """
    discrepancy, directions = LevelLikelihood(), moment_directions(implied)
    seen = sample.seen_moments(True)
    if observed:
        found = 0.5 * discrepancy.curvature(sample, implied, directions)
    else:
        found = discrepancy.information(sample, implied, directions)
    return np.asarray(found * (seen[:, None] & seen))


def _levels(sample: Sample) -> LevelMoments:
    if not isinstance(sample, LevelMoments):
        raise TypeError(f"two levels take LevelMoments, not {type(sample).__name__}")
    return sample


def _locate(sample: Sample, implied: Implied) -> TwoLevelLikelihood | IncompleteLikelihood:
    clusters = _levels(sample).clusters
    if isinstance(clusters, IncompleteClusters):
        return implied.locate(clusters)
    return implied.locate(clusters)
