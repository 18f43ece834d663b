"""Pairs of continuous variables given what each has alone: both covariances."""

from __future__ import annotations

import numpy as np

from ...errors import DataError
from ...numerics import Array
from .linear_intercepts import LinearMargin
from .paired_intercepts import PairEstimate
from .score_descent import maximise_scored


def pair_of_numbers(first: LinearMargin, second: LinearMargin, names: str) -> PairEstimate:
    """Maximum likelihood of a pair in the covariances within clusters and between them.

    Raises
    ------
    DataError
        Where the variables are collinear.
    """
    pair = LinearPair(first, second)
    found, _ = maximise_scored(pair, np.zeros(1 + pair.has_between))
    if not found.converged:
        raise DataError(
            f"{names}: their covariances within and between clusters have no maximum: at one of "
            "the levels they are perfectly collinear. Leave one out."
        )
    between = float(found.point[1]) if pair.has_between else float("nan")
    own = pair.margin_scores(found.point)
    return PairEstimate(float(found.point[0]), between, found.here.scores, *own)


class LinearPair:
    """Log-likelihoods of clusters; deviations and means of clusters are independent."""

    def __init__(self, first: LinearMargin, second: LinearMargin):
        self.margins = (first, second)
        self.rows, self.size = first.rows, first.rows.sizes
        self.has_between = min(first.between, second.between) > 0.0
        self.centre = np.column_stack([first.centre, second.centre])
        self.deviations = np.column_stack([first.deviations, second.deviations])
        outer = self.deviations[:, :, None] * self.deviations[:, None, :]
        self.products = first.rows.sums(outer)

    def __call__(self, point: Array) -> tuple[Array, Array] | None:
        """Log-likelihoods and scores in the covariances that are there."""
        found = self._slopes(point)
        if found is None:
            return None
        value, in_within, in_means, _, _ = found
        within = 2.0 * (in_within[:, 0, 1] + in_means[:, 0, 1] / self.size)
        scores = np.column_stack([within, 2.0 * in_means[:, 0, 1]])
        return value, scores if self.has_between else scores[:, :1]

    def _slopes(self, point: Array) -> tuple[Array, ...] | None:
        """Log-likelihoods, slopes in matrices of deviations and means, and inverses times these."""
        (one, two), off = self.margins, 1.0 - np.eye(2)
        within = np.diag([one.within, two.within]) + point[0] * off
        between = np.diag([one.between, two.between])
        if self.has_between:
            between = between + point[1] * off
        means = between + within / self.size[:, None, None]
        if min(np.linalg.eigvalsh(within)[0], np.linalg.eigvalsh(means).min()) <= 0.0:
            return None
        inverse, own = np.linalg.inv(means), np.linalg.inv(within)
        pull = (inverse @ self.centre[:, :, None])[:, :, 0]
        count = self.size - 1.0
        value = -0.5 * (np.linalg.slogdet(means)[1] + (pull * self.centre).sum(axis=1))
        value -= 0.5 * (count * np.linalg.slogdet(within)[1] + (own * self.products).sum((1, 2)))
        in_means = -0.5 * (inverse - pull[:, :, None] * pull[:, None, :])
        in_within = -0.5 * (count[:, None, None] * own - own @ self.products @ own)
        return value, in_within, in_means, pull, self.deviations @ own

    def margin_scores(self, point: Array) -> tuple[Array, Array]:
        """Scores in what each variable has alone, shapes (J, k)."""
        found = self._slopes(point)
        assert found is not None
        _, in_within, in_means, pull, pulled = found
        parts = []
        for k, margin in enumerate(self.margins):
            slopes = pull[:, k, None] * margin.design_centre
            slopes += self.rows.sums(pulled[:, k, None] * margin.design)
            variances = [in_within[:, k, k] + in_means[:, k, k] / self.size]
            variances += [in_means[:, k, k]] if margin.between else []
            parts.append(np.column_stack([pull[:, k], slopes, *variances]))
        return parts[0], parts[1]
