"""Very simple structure: how well only the largest loadings of each item do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arguments import check_range, checked
from ...numerics import Array
from .factor_evidence import FactorEvidence, RuleAnswer


@checked
@dataclass(frozen=True)
class VerySimpleStructure:
    """Revelle & Rocklin (1979): the peak of the fit of simplified varimax loadings.

    Parameters
    ----------
    complexity : int
        How many loadings each item keeps.
    """

    complexity: int = 1

    def __post_init__(self) -> None:
        """Check the complexity."""
        check_range("complexity", self.complexity, 1, 1000)

    def __call__(self, evidence: FactorEvidence) -> RuleAnswer:
        """The number of factors with the largest fit, from the complexity on."""
        trace = {
            loadings.shape[1]: simple_fit(evidence.correlations, loadings, self.complexity)
            for loadings in evidence.varimax_loadings
        }
        number = max(trace, key=lambda key: trace[key])
        around = [key for key in (number - 1, number, number + 1) if key in trace]
        why = "fit " + ", ".join(f"{trace[key]:.3f} with {key}" for key in around)
        return RuleAnswer(number, why, trace)


def simple_fit(correlations: Array, loadings: Array, complexity: int) -> float:
    """Share of the squared correlations, ones and all, that simplified loadings explain.

    Parameters
    ----------
    correlations : array, shape (p, p)
    loadings : array, shape (p, m)
        Of uncorrelated factors, rotated.
    complexity : int
    """
    count = loadings.shape[1]
    smallest = np.argsort(np.abs(loadings), axis=1)[:, : max(count - complexity, 0)]
    simple = loadings.copy()
    np.put_along_axis(simple, smallest, 0.0, axis=1)
    left = correlations - simple @ simple.T
    return float(1.0 - (left**2).sum() / (correlations**2).sum())
