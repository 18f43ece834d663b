"""Rules that count eigenvalues: above those of data without factors, or above one."""

from __future__ import annotations

import numpy as np

from ...numerics import Array
from .factor_evidence import FactorEvidence, RuleAnswer, leading


def parallel(evidence: FactorEvidence) -> RuleAnswer:
    """Parallel analysis of components, by a quantile. Horn (1965); Glorfeld (1995)."""
    reference = np.quantile(evidence.null_eigenvalues, evidence.null.quantile, axis=0)
    return counted(evidence.eigenvalues, reference)


def parallel_mean(evidence: FactorEvidence) -> RuleAnswer:
    """Parallel analysis of components, by the mean. Horn (1965)."""
    return counted(evidence.eigenvalues, evidence.null_eigenvalues.mean(axis=0))


def parallel_reduced(evidence: FactorEvidence) -> RuleAnswer:
    """Parallel analysis of common factors, by a quantile. Humphreys & Montanelli (1975)."""
    found = np.quantile(evidence.null_reduced_eigenvalues, evidence.null.quantile, axis=0)
    return counted(evidence.reduced_eigenvalues, found)


def parallel_reduced_mean(evidence: FactorEvidence) -> RuleAnswer:
    """Parallel analysis of common factors, by the mean. Humphreys & Montanelli (1975)."""
    reference = evidence.null_reduced_eigenvalues.mean(axis=0)
    return counted(evidence.reduced_eigenvalues, reference)


def empirical_kaiser(evidence: FactorEvidence) -> RuleAnswer:
    """Empirical Kaiser criterion. Braeken & van Assen (2017)."""
    return counted(evidence.eigenvalues, kaiser_references(evidence.eigenvalues, evidence.n_rows))


def kaiser(evidence: FactorEvidence) -> RuleAnswer:
    """Eigenvalues above one. Guttman (1954); Kaiser (1960)."""
    found = counted(evidence.eigenvalues, np.ones(len(evidence.names)))
    return RuleAnswer(found.n_factors, f"{found.why}; tends to find too many")


def kaiser_references(eigenvalues: Array, n_rows: float) -> Array:
    """What each eigenvalue must exceed, given those before it, shape (p,); one or more.

    The largest eigenvalue of uncorrelated variables in large samples (Marchenko & Pastur, 1967),
    scaled to the mean of the variance that is left.
    """
    p = len(eigenvalues)
    before = np.concatenate([[0.0], np.cumsum(eigenvalues)[:-1]])
    left = (p - before) / (p - np.arange(p))
    return np.maximum(left * (1.0 + np.sqrt(p / n_rows)) ** 2, 1.0)


def counted(eigenvalues: Array, references: Array) -> RuleAnswer:
    """How many exceed their references before the first that does not, and that one."""
    number = leading(eigenvalues > references)
    pairs = zip(eigenvalues.tolist(), references.tolist(), strict=True)
    words = [
        f"{place}: {own:.2f} {'>' if own > its else '<'} {its:.2f}"
        for place, (own, its) in enumerate(pairs, start=1)
    ]
    return RuleAnswer(number, "; ".join(words[max(number - 1, 0) : number + 1]))
