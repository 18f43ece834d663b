"""Harman's single factor: the share of the first principal component."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .method_question import MethodQuestion


def eigenvalue_shares(question: MethodQuestion) -> pd.DataFrame:
    """A row per group: largest and second eigenvalue of the items' correlations, and the share.

    The share is that of the largest in the sum of all (Podsakoff & Organ, 1986).
    """
    rows = {}
    for sample in question.baseline.samples.groups:
        places = np.array([sample.names.index(item) for item in question.items])
        covariance = np.asarray(sample.covariance)[np.ix_(places, places)]
        scale = np.sqrt(np.diag(covariance))
        values = np.linalg.eigvalsh(covariance / np.outer(scale, scale))[::-1]
        second = float(values[1]) if len(values) > 1 else float("nan")
        rows[sample.label] = [float(values[0]), second, float(values[0] / len(values))]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["first", "second", "share"])
    table.index.name = "group"
    return table
