"""Pairwise likelihood of ordinal items. Katsikatsou et al. (2012)."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ...data import Sample
from ...errors import OptionError
from ...moments.ordinal import PairwiseAnswers, pairwise_answers
from ...numerics import Array
from ..implied import Directions, Implied, ImpliedResponses
from .discrepancy import Discrepancy, Slope
from .row_scores import Scores


class PairwiseLikelihood(Discrepancy):
    """Twice the log-likelihood of all pairs of answers that the model loses, over n.

    The unrestricted thresholds and correlations maximise the same likelihood. Where the sample
    has missing answers expected at these, scores have a part that comes of their estimation.

    Parameters
    ----------
    available : bool
        Whether an answer whose partner is missing counts by itself.
    """

    name = "PML"
    needs_rows = True

    def __init__(self, available: bool = False):
        self.available = available
        self._answers: WeakKeyDictionary[Sample, PairwiseAnswers] = WeakKeyDictionary()
        self._unrestricted: WeakKeyDictionary[Sample, Array] = WeakKeyDictionary()

    def answers(self, sample: Sample) -> PairwiseAnswers:
        """The sample's pairs."""
        if sample not in self._answers:
            moments = sample.categorical
            if moments is None or len(moments.layout.continuous) or moments.layout.n_exogenous:
                raise OptionError(
                    "estimator='PML' is for models of ordinal items only: name all of them in "
                    "ordered=, and leave predictors out."
                )
            assert sample.rows is not None
            self._answers[sample] = sample.pairs or pairwise_answers(
                sample.rows, moments.layout, self.available
            )
        return self._answers[sample]

    def unrestricted(self, sample: Sample) -> Array:
        """The unrestricted statistics, shape (m,)."""
        if sample not in self._unrestricted:
            assert sample.categorical is not None
            start = sample.categorical.vector
            self._unrestricted[sample] = self.answers(sample).maximise(start)
        return self._unrestricted[sample]

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy."""
        answers = self.answers(sample)
        best = answers.log_likelihood(self.unrestricted(sample))
        statistics = _statistics(implied)
        correlations = statistics[..., answers.layout.blocks["covariances"]]
        if not np.isfinite(statistics).all() or np.abs(correlations).max(initial=0.0) >= 1.0:
            return np.asarray(np.inf)
        return np.asarray(2.0 * (best - answers.log_likelihood(statistics)))

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """Not in covariances: see `gradient`."""
        raise NotImplementedError("the pairwise likelihood has its slope in the statistics")

    def gradient(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """First derivatives along directions."""
        change = self.answers(sample).gradient(_statistics(implied))
        return np.asarray(-2.0 * change @ directions.jacobian(True))

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """J' W J for the Jacobian J of the statistics."""
        jacobian = directions.jacobian(True)
        return np.asarray(jacobian.T @ self.moment_weight(sample, implied) @ jacobian)

    def moment_weight(self, sample: Sample, implied: Implied) -> Array:
        """Expected information of the pairs in the statistics, shape (m, m)."""
        return self.answers(sample).weight(_statistics(implied))

    def scores(self, sample: Sample, implied: Implied, directions: Directions) -> Scores:
        """Each row's score along directions."""
        answers, statistics = self.answers(sample), _statistics(implied)
        jacobian = directions.jacobian(True)
        if answers.expected is None:
            return lambda part: answers.row_scores(statistics, part) @ jacobian
        influence, change = self.influence(sample), answers.dependence(statistics).T
        return lambda part: (
            (answers.row_scores(statistics, part) + influence(part) @ change) @ jacobian
        )

    def influence(self, sample: Sample) -> Scores:
        """Each row's influence on the unrestricted statistics."""
        answers, statistics = self.answers(sample), self.unrestricted(sample)
        inverse = np.linalg.inv(answers.weight(statistics) - answers.dependence(statistics)).T
        return lambda part: answers.row_scores(statistics, part) @ inverse


def _statistics(implied: Implied) -> Array:
    assert isinstance(implied, ImpliedResponses)
    return implied.statistics
