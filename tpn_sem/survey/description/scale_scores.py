"""Scales: mean scores, Cronbach's alpha, and correlations between scales."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import fdtri

from ...numerics import Array, Indices, Mask
from .item_correlations import Correlate, pearson, with_gaps
from .survey_answers import SurveyAnswers

_LEVEL = 0.95


def scale_table(answers: SurveyAnswers, used: Mask) -> pd.DataFrame:
    """A row per construct (and group), of the rows that answered all of its items.

    Reasons of missing numbers are under ``attrs["reasons"]``.
    """
    tables, reasons = {}, {}
    for label, rows in answers.by_group(used):
        facts = {}
        for construct, places in _places(answers).items():
            own = answers.values[np.ix_(rows, places)]
            facts[construct] = _facts(own[~np.isnan(own).any(axis=1)])
            reason = _reason(facts[construct])
            if reason:
                reasons[f"{construct} in {label}" if label else construct] = reason
        table = pd.DataFrame.from_dict(facts, orient="index").rename_axis("construct")
        tables[label] = table.astype({"n_items": int, "n": int})
    stacked = answers.stacked(tables)
    stacked.attrs["reasons"] = reasons
    return stacked


def _places(answers: SurveyAnswers) -> dict[str, Indices]:
    place = {name: column for column, name in enumerate(answers.names)}
    return {
        construct: np.array([place[name] for name in own], dtype=np.intp)
        for construct, own in answers.constructs.items()
    }


def _facts(complete: Array) -> dict[str, float]:
    """Mean score and reliability of complete rows, shape (n, k)."""
    n, k = complete.shape
    scores = complete.mean(axis=1)
    alpha, low, high, average = _alpha(complete)
    return {
        "n_items": k,
        "n": n,
        "mean": float(scores.mean()) if n else np.nan,
        "sd": float(scores.std(ddof=1)) if n > 1 else np.nan,
        "alpha": alpha,
        "alpha_lower": low,
        "alpha_upper": high,
        "mean_correlation": average,
    }


def _alpha(complete: Array) -> tuple[float, float, float, float]:
    """Cronbach's (1951) alpha, its 95% interval (Feldt, 1965), and items' mean correlation."""
    n, k = complete.shape
    if n < 2 or k < 2:
        return (np.nan,) * 4
    covariance = np.cov(complete, rowvar=False)
    if not covariance.sum() > 1e-12 * np.trace(covariance):
        return (np.nan,) * 4
    alpha = k / (k - 1) * (1.0 - np.trace(covariance) / covariance.sum())
    tail = (1.0 - _LEVEL) / 2.0
    low, high = (1.0 - (1.0 - alpha) * fdtri(n - 1, (n - 1) * (k - 1), p) for p in (1 - tail, tail))
    average = np.nan
    if (np.ptp(complete, axis=0) > 0).all():
        average = pearson(complete, ())[np.triu_indices(k, 1)].mean()
    return float(alpha), float(low), float(high), float(average)


def _reason(facts: dict[str, float]) -> str:
    """Why numbers are missing, if any is."""
    if facts["n_items"] < 2:
        return "a single item has no alpha"
    if facts["n"] < 2:
        return f"{facts['n']:.0f} rows answered all items: too few for a deviation and alpha"
    if np.isnan(facts["alpha"]):
        return "the sum of the items does not vary: no alpha"
    return "an item is constant: no mean correlation" if np.isnan(facts["mean_correlation"]) else ""


def scale_correlation_table(
    answers: SurveyAnswers, used: Mask, method: Correlate, scales: pd.DataFrame
) -> pd.DataFrame:
    """Correlations of mean scores (of complete rows of each scale), alpha on the diagonal."""
    names = tuple(answers.constructs)
    tables, reasons = {}, {}
    for label, rows in answers.by_group(used):
        scores = [
            answers.values[np.ix_(rows, places)].mean(axis=1)
            for places in _places(answers).values()
        ]
        found, reason = with_gaps(method, np.column_stack(scores), names)
        own = scales if answers.labels == ("",) else scales.loc[label]
        np.fill_diagonal(found, own["alpha"].to_numpy(dtype=float))
        tables[label] = pd.DataFrame(found, index=list(names), columns=list(names))
        if reason:
            reasons[label] = reason
    stacked = answers.stacked(tables)
    stacked.attrs["reasons"] = reasons
    return stacked
