"""Coefficients that an improper solution, or the data, do not give, and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..estimation import Estimation
from ..numerics import Array
from .explained_parts import Parts, explained_parts
from .measured_constructs import Construct

_ROUNDING = 1e-8
_CLASSICAL = ("alpha", "alpha_latent")


def without_improper(
    found: Estimation, group: int, constructs: Sequence[Construct], values: dict[str, Array]
) -> dict[tuple[str, str], str]:
    """Make NaN, in place, what an improper solution says; why that, or anything, is missing.

    Returns
    -------
    dict of (construct, coefficient) to str
    """
    reasons: dict[tuple[str, str], str] = {}
    for place, construct in enumerate(constructs):
        problem = improper(construct, parts_of(found, group, construct))
        for name, value in values.items():
            if problem and name not in _CLASSICAL:
                value[place] = np.nan
            if np.isnan(value[place]):
                reasons[construct.name, name] = _reason(construct, name, problem)
    return reasons


def parts_of(found: Estimation, group: int, construct: Construct) -> Parts:
    """What explains a construct's items at the estimates."""
    return explained_parts(found, group, construct, found.implied[group])


def improper(construct: Construct, parts: Parts) -> str:
    """What is wrong with the solution for a construct, "" where nothing is."""
    if not parts.variance > 0.0:
        return (
            f"the variance of {construct.name!r} is not positive, and so is what it would explain"
        )
    negative = [
        item
        for item, residual in zip(construct.items, parts.residuals, strict=True)
        if residual < -_ROUNDING
    ]
    if negative:
        return (
            f"the residual variance of {', '.join(negative)} is negative (a Heywood case), so that "
            "more than all of it would be explained"
        )
    return ""


def _reason(construct: Construct, name: str, problem: str) -> str:
    if name in _CLASSICAL:
        return "the sum of the items does not vary, or some were never answered together"
    if name == "omega_subscale" and not construct.has_general:
        return "no more general factor stands above these items"
    if name == "omega_latent" and not problem:
        return "the items are continuous"
    return problem or "the model gives no such number"
