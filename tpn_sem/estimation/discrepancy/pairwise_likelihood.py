"""Pairwise likelihood of ordinal items. Katsikatsou et al. (2012)."""

from __future__ import annotations

import numpy as np

from ...data import OrdinalStatistics, Sample
from ...errors import OptionError
from ...moments.ordinal import PairwiseAnswers
from ...numerics import Array
from ..implied import Directions, Implied
from .discrepancy import Discrepancy, Slope
from .row_scores import Scores


class PairwiseLikelihood(Discrepancy):
    """Twice the log-likelihood of all pairs of answers that the model loses, over n.

    The unrestricted thresholds and correlations maximise the same likelihood. Where the sample
    has missing answers expected at these, scores have a part that comes of their estimation.
    """

    name = "PML"
    needs_rows = True
    takes = (OrdinalStatistics,)

    def answers(self, sample: Sample) -> PairwiseAnswers:
        """The sample's pairs."""
        return _ordinal(sample).pairs

    def unrestricted(self, sample: Sample) -> Array:
        """The unrestricted statistics, shape (m,)."""
        return _ordinal(sample).best_of_pairs

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy."""
        answers = self.answers(sample)
        best = answers.log_likelihood(self.unrestricted(sample))
        statistics = implied.vector(True)
        correlations = statistics[..., answers.layout.blocks["covariances"]]
        if not np.isfinite(statistics).all() or np.abs(correlations).max(initial=0.0) >= 1.0:
            return np.asarray(np.inf)
        return np.asarray(2.0 * (best - answers.log_likelihood(statistics)))

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """Not in covariances: see `gradient`."""
        raise NotImplementedError("the pairwise likelihood has its slope in the statistics")

    def gradient(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """First derivatives along directions."""
        change = self.answers(sample).gradient(implied.vector(True))
        return np.asarray(-2.0 * change @ directions.jacobian(True))

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """J' W J for the Jacobian J of the statistics."""
        jacobian = directions.jacobian(True)
        return np.asarray(jacobian.T @ self.moment_weight(sample, implied) @ jacobian)

    def moment_weight(self, sample: Sample, implied: Implied) -> Array:
        """Expected information of the pairs in the statistics, shape (m, m)."""
        return self.answers(sample).weight(implied.vector(True))

    def scores(self, sample: Sample, implied: Implied, directions: Directions) -> Scores:
        """Each row's score along directions."""
        answers, statistics = self.answers(sample), implied.vector(True)
        jacobian = directions.jacobian(True)
        if answers.expected is None:
            return lambda part: answers.row_scores(statistics, part) @ jacobian
        influence, change = self.influence(_ordinal(sample)), answers.dependence(statistics).T
        return lambda part: (
            (answers.row_scores(statistics, part) + influence(part) @ change) @ jacobian
        )

    def influence(self, sample: OrdinalStatistics) -> Scores:
        """Each row's influence on the unrestricted statistics."""
        answers, statistics = self.answers(sample), self.unrestricted(sample)
        inverse = np.linalg.inv(answers.weight(statistics) - answers.dependence(statistics)).T
        return lambda part: answers.row_scores(statistics, part) @ inverse


def _ordinal(sample: Sample) -> OrdinalStatistics:
    """The sample as statistics of ordinal items only."""
    if isinstance(sample, OrdinalStatistics):
        layout = sample.statistics.layout
        if not (len(layout.continuous) or layout.n_exogenous):
            return sample
    raise OptionError(
        "estimator='PML' is for models of ordinal items only: name all of them in ordered=, and "
        "leave predictors out."
    )
