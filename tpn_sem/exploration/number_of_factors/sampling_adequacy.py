"""Is there anything to factor? Kaiser, Meyer and Olkin's measure, and Bartlett's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...numerics import Array, chi_square_tail

_GRADES = ((0.9, "marvellous"), (0.8, "meritorious"), (0.7, "middling"), (0.6, "mediocre"))


@dataclass(frozen=True)
class Sphericity:
    """Bartlett's test that no items correlate.

    Attributes
    ----------
    chisq, p_value : float
    df : int
    """

    chisq: float
    df: int
    p_value: float


def kaiser_meyer_olkin(correlations: Array) -> tuple[float, Array]:
    """Sampling adequacy of all items and of each, shape (p,). Kaiser & Rice (1974).

    Squared correlations beside squared partial correlations given all other items.

    Parameters
    ----------
    correlations : array, shape (p, p)
        Positive definite.
    """
    inverse = np.linalg.inv(correlations)
    scale = 1.0 / np.sqrt(np.diag(inverse))
    return adequacy(correlations, scale[:, None] * inverse * scale)


def adequacy(correlations: Array, partial: Array) -> tuple[float, Array]:
    """The measure from correlations and partial correlations; 0.5 where nothing correlates."""
    whole, rest = correlations**2, partial**2
    np.fill_diagonal(whole, 0.0)
    np.fill_diagonal(rest, 0.0)
    own, others = whole.sum(axis=1), rest.sum(axis=1)
    total = own + others
    by_item = np.divide(own, total, out=np.full(len(own), 0.5), where=total > 0.0)
    overall = float(own.sum() / total.sum()) if total.sum() > 0.0 else 0.5
    return overall, by_item


def bartlett_sphericity(correlations: Array, n_rows: float) -> Sphericity:
    """Likelihood-ratio test that all correlations are zero, corrected. Bartlett (1951)."""
    p = len(correlations)
    _, log = np.linalg.slogdet(correlations)
    chisq = -(n_rows - 1.0 - (2.0 * p + 5.0) / 6.0) * float(log)
    df = p * (p - 1) // 2
    return Sphericity(chisq, df, float(chi_square_tail(chisq, df)))


def grade(overall: float) -> str:
    """Kaiser's (1974) word for a measure."""
    for lowest, word in _GRADES:
        if overall >= lowest:
            return word
    return "miserable" if overall >= 0.5 else "unacceptable"
