"""The interface of a discrepancy function."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from ...data import CompleteMoments, OrdinalStatistics, Sample, Samples
from ...errors import OptionError
from ...moments import normal_theory_weight
from ...numerics import Array
from ...specification import Pattern
from ..implied import Directions, Implied, imply
from .row_scores import Scores, direction_scores


@dataclass(frozen=True, eq=False)
class Slope:
    """First derivative of a discrepancy with respect to the implied moments.

    A change (dSigma, dmu) changes the discrepancy by tr(G dSigma) + g' dmu.

    Attributes
    ----------
    covariance : array G, shape (..., p, p), symmetric
    mean : array g, shape (..., p), or None without mean structure
    """

    covariance: Array
    mean: Array | None


class Discrepancy(ABC):
    """A function of a sample and implied moments that is zero where they agree.

    A subclass gives `name`, `value`, `slope`, and either `weight` or both `information` and
    `moment_weight`. Its minimum times the number of observations is the test statistic.

    Attributes
    ----------
    name : str
        What the summary calls the estimator.
    is_likelihood : bool
        Whether it is the likelihood ratio, so that information criteria exist.
    is_efficient : bool
        Whether it is asymptotically efficient under normality, so that the inverse information
        is the covariance matrix of the estimates and the statistic is chi-square distributed.
        Otherwise standard errors come from the normal-theory sandwich (Browne, 1984).
    needs_rows : bool
        Whether it looks at more than the sample's means and covariances.
    has_units : bool
        Whether its value changes with the units of the variables, as that of ULS does.
    takes : tuple of types
        The kinds of observed data that it can be computed from.
    has_curvature : bool
        Whether second derivatives have a closed form; else they are differences of first ones.
    lost : int
        What its statistic and errors count less than rows, whatever the divisor of covariances.
    lost_in_shares : int
        What each group counts less than its rows among all groups.
    is_reweighted : bool
        Whether its weights follow the estimates, which then are no minimum but a fixed point.
    has_dear_weights : bool
        Whether a search holds its weights, which are dear to compute, as they are at its start.
    untested : str
        Why there is no unrestricted model to test a model against; empty where there is one.
    """

    name: str
    is_likelihood: bool = False
    is_efficient: bool = False
    needs_rows: bool = False
    has_units: bool = False
    takes: tuple[type[Sample], ...] = (CompleteMoments,)
    has_curvature: bool = True
    untested: str = ""
    lost: int = 0
    lost_in_shares: int = 0
    is_reweighted: bool = False
    has_dear_weights: bool = False

    @property
    def of_baseline(self) -> Discrepancy:
        """What the baseline model is fitted by."""
        return self

    def imply(self, pattern: Pattern, values: Array) -> Implied:
        """What it compares with samples, from the values of a group's cells, (..., n_cells)."""
        return imply(pattern, values)

    @abstractmethod
    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...); +inf where it is not defined."""

    @abstractmethod
    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """Its first derivative with respect to the implied moments."""

    def weight(self, sample: Sample, implied: Implied) -> Array:
        """Weight W of its local quadratic form, shape (..., p, p).

        Near agreement the discrepancy is tr((W dSigma)^2) / 2 + dmu' W dmu.
        """
        raise NotImplementedError(f"{self.name} gives neither weight nor information")

    def gradient(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Its first derivatives along directions in the moments, shape (..., k)."""
        slope = self.slope(sample, implied)
        return directions.slope(slope.covariance, slope.mean)

    def scores(self, sample: Sample, implied: Implied, directions: Directions) -> Scores:
        """Each row's score along directions; those of the normal likelihood by default."""
        return direction_scores(sample, implied, directions)

    def influence(self, sample: OrdinalStatistics) -> Scores:
        """Each row's influence on the unrestricted statistics of ordinal variables."""
        return sample.statistics.influence

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Half the second derivatives of the quadratic form along directions, (..., k, k)."""
        return directions.information(self.weight(sample, implied), sample.mean is not None)

    def added_information(
        self, sample: Sample, implied: Implied, known: Directions, added: Directions
    ) -> tuple[Array, Array]:
        """Information of added directions with known ones, shape (c, k), and their own, (c,).

        Parts of `information` of all of them; where that follows from `weight`, without the rest.
        """
        if type(self).information is Discrepancy.information:
            weight, means = self.weight(sample, implied), sample.mean is not None
            own = added.own_information(weight, means)
            return known.information_with(added, weight, means), own
        count = len(known.cells.kind)
        both = implied.along(known.cells.followed_by(added.cells))
        block = self.information(sample, implied, both)
        return block[count:, :count], block.diagonal()[count:]

    def moment_weight(self, sample: Sample, implied: Implied) -> Array:
        """The quadratic form in means and vech(covariances), shape (..., m, m)."""
        return normal_theory_weight(self.weight(sample, implied), sample.mean is not None)

    def curvature(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Its second derivatives along directions in the moments, shape (..., k, k).

        By default those of the quadratic form, which are exact where the discrepancy is one.
        """
        return 2.0 * self.information(sample, implied, directions)


def check_takes(discrepancy: Discrepancy, samples: Samples) -> None:
    """Refuse kinds of observed data that a discrepancy cannot be computed from."""
    for sample in samples.groups:
        if not isinstance(sample, discrepancy.takes):
            kinds = ", ".join(kind.__name__ for kind in discrepancy.takes)
            raise OptionError(
                f"the discrepancy function {discrepancy.name} takes {kinds}, not "
                f"{type(sample).__name__}: another estimator= or missing= goes with these data."
            )
