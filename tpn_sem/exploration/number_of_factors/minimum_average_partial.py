"""Velicer's minimum average partial correlation."""

from __future__ import annotations

import numpy as np

from ...drawing import format_below_one
from ...numerics import Array
from .factor_evidence import FactorEvidence, RuleAnswer


def map_squared(evidence: FactorEvidence) -> RuleAnswer:
    """Smallest average of squared partial correlations. Velicer (1976)."""
    return _smallest(average_partials(evidence.correlations, evidence.most, 2))


def map_fourth(evidence: FactorEvidence) -> RuleAnswer:
    """The same of fourth powers. Velicer, Eaton & Fava (2000)."""
    return _smallest(average_partials(evidence.correlations, evidence.most, 4))


def average_partials(correlations: Array, most: int, power: int) -> Array:
    """Average power of the correlations given 0, 1, ... components, shape (up to most + 1,).

    It ends where components leave nothing of an item.
    """
    p = len(correlations)
    values, vectors = np.linalg.eigh(correlations)
    components = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    apart = ~np.eye(p, dtype=bool)
    averages = []
    for number in range(min(most, p - 2) + 1):
        left = correlations - components[:, :number] @ components[:, :number].T
        spread = np.diag(left)
        if spread.min() < 1e-10:
            break
        partial = left / np.sqrt(np.outer(spread, spread))
        averages.append(float((partial[apart] ** power).mean()))
    return np.array(averages)


def _smallest(averages: Array) -> RuleAnswer:
    number = int(np.argmin(averages))
    trace = dict(enumerate(averages.tolist()))
    around = [k for k in (number - 1, number, number + 1) if k in trace]
    told = [f"{format_below_one(trace[k], 4)} with {k}" for k in around]
    return RuleAnswer(number, f"average partial {', '.join(told)}", trace)
