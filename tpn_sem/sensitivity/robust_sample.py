"""One group's robust moments, in the place of those of complete rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..data import CompleteMoments, Sample
from ..numerics import Array, Indices
from .robust_moments import RobustMoments, robust_moments


@dataclass(frozen=True, eq=False, kw_only=True)
class RobustSample(CompleteMoments):
    """Robust moments of rows, complete or not, with each row's influence on them.

    Standard errors and tests see influence where complete rows have deviations, so that they are
    those of the estimating equations' sandwich, by clusters too.

    Attributes
    ----------
    moments : RobustMoments
    influence : array, shape (n, m)
    """

    moments: RobustMoments
    influence: Array

    def deviations(self, exogenous: Indices | None = None, part: slice = slice(None)) -> Array:
        """Influence of rows on means and covariances; of exogenous variables too."""
        return self.influence[part]


def robust_sample(sample: Sample, tuning: float) -> RobustSample:
    """The robust moments of a sample's rows.

    Raises
    ------
    DataError
        Where they cannot be estimated.
    """
    where = f" in group {sample.label!r}" if sample.label else ""
    found = robust_moments(sample.rows.values, tuning, where, sample.names)
    known: dict[str, Any] = {
        "label": sample.label,
        "names": sample.names,
        "n_observations": sample.n_observations,
        "known_rows": sample.rows,
    }
    return RobustSample(
        **known,
        covariance=found.covariance,
        mean=found.mean,
        moments=found,
        influence=found.influence(),
    )
