"""Difference tests of variances that cannot be below zero: a mixture of chi-squares."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import pandas as pd

from ..drawing import p_phrase
from ..model_fit.comparison import default_method
from ..numerics import chi_square_tail
from .method_models import EQUAL, INTERCEPT
from .method_question import MethodQuestion


def border_notes(question: MethodQuestion, models: pd.DataFrame) -> Iterator[str]:
    """What the tests of a method factor's variance are worth, a variance a group."""
    for name in (EQUAL, INTERCEPT):
        row = models.loc[name]
        if pd.isna(row["p_diff"]):
            continue
        what = "a variance" if row["df_diff"] == 1.0 else "variances"
        said = f"The difference test of {name!r} is at the border of what {what} can be, and "
        if _has_known_mixture(question, row["df_diff"]):
            p_value = border_p_value(row["chisq_diff"], question.n_groups)
            yield (
                f"{said}conservative: by the mixture of chi-squares with 0 to {question.n_groups} "
                f"degrees of freedom that it has there, {p_phrase(p_value)}."
            )
        else:
            yield f"{said}conservative: its p-value is too large."


def border_p_value(statistic: float, n_variances: int) -> float:
    """Chance of a larger difference where no independent variance is above zero.

    Each is estimated above zero half of the time, so that chi-squares with 0 to G degrees of
    freedom are mixed with binomial weights (Self & Liang, 1987).
    """
    if statistic <= 0.0:
        return 1.0
    tails = (
        comb(n_variances, k) * chi_square_tail(statistic, float(k))
        for k in range(1, n_variances + 1)
    )
    return sum(tails) / 2.0**n_variances


def _has_known_mixture(question: MethodQuestion, df_diff: float) -> bool:
    """One variance a group, nothing that ties groups or bounds parameters, a plain test."""
    found = question.baseline
    restrictions = found.specification.restrictions
    bound = restrictions.equalities or restrictions.inequalities
    tied = question.n_groups > 1 and len(restrictions.linear) > 0
    plain = default_method(found) == "standard" and found.discrepancy.is_efficient
    return bool(df_diff == question.n_groups and plain and not bound and not tied)
