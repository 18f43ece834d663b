"""Simple slopes, regions of significance and surfaces, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..numerics import Array, normal_distribution
from ..results import inference
from .outcome_equation import OutcomeEquation

_FAR = 6.0  # standard deviations from the mean, within which regions are sought
_GRID = 2401
_BISECTIONS = 40


def slope_table(
    estimation: Estimation,
    equations: Sequence[OutcomeEquation],
    predictor: str,
    moderator: str,
    at: Sequence[float],
    others: Mapping[str, float],
) -> pd.DataFrame:
    """A row per group and value of the moderator, in its standard deviations from its mean.

    Other variables stay at their means, or at what `others` says, in deviations. Values are taken
    as given; standardised slopes are in standard deviations of predictor and outcome.
    """
    frames = []
    for equation in equations:
        deviations = np.asarray(at, dtype=float)
        values = equation.centres[moderator] + deviations * equation.deviations[moderator]
        given = {moderator: values, **equation.at(others)}
        numbers = inference(estimation, *equation.slopes(predictor, given))
        unit = equation.deviations[predictor] / equation.outcome_deviation
        frames.append(
            pd.DataFrame(
                {
                    "group": estimation.samples.labels[equation.group],
                    "outcome": equation.outcome,
                    "predictor": predictor,
                    "moderator": moderator,
                    "at": deviations,
                    "value": values,
                    **numbers,
                    "std_slope": numbers["estimate"] * unit,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def region_table(
    estimation: Estimation,
    equations: Sequence[OutcomeEquation],
    predictor: str,
    moderator: str,
) -> pd.DataFrame:
    """Where the slope is significant along the moderator (Johnson & Neyman, 1936).

    A row per group and region: from and to in the moderator's units, from_sd and to_sd in its
    standard deviations from its mean (infinite where no border lies within six of them), effect
    ("negative", "not significant", "positive"), share of a normal population that lies there.
    """
    rows = []
    for equation in equations:
        borders = [-np.inf, *_borders(estimation, equation, predictor, moderator), np.inf]
        centre, deviation = equation.centres[moderator], equation.deviations[moderator]
        for low, high in pairwise(borders):
            middle = np.clip((max(low, -_FAR) + min(high, _FAR)) / 2.0, -_FAR, _FAR)
            numbers = _at(estimation, equation, predictor, moderator, np.array([middle]))
            inside = numbers["ci_lower"][0] <= 0.0 <= numbers["ci_upper"][0]
            sign = "positive" if numbers["estimate"][0] > 0.0 else "negative"
            rows.append(
                {
                    "group": estimation.samples.labels[equation.group],
                    "outcome": equation.outcome,
                    "predictor": predictor,
                    "moderator": moderator,
                    "from": centre + low * deviation,
                    "to": centre + high * deviation,
                    "from_sd": low,
                    "to_sd": high,
                    "effect": "not significant" if inside else sign,
                    "share": normal_distribution(high) - normal_distribution(low),
                }
            )
    return pd.DataFrame(rows)


def _at(
    estimation: Estimation,
    equation: OutcomeEquation,
    predictor: str,
    moderator: str,
    deviations: Array,
) -> dict[str, Array]:
    values = equation.centres[moderator] + deviations * equation.deviations[moderator]
    return inference(estimation, *equation.slopes(predictor, {moderator: values}))


def _borders(
    estimation: Estimation, equation: OutcomeEquation, predictor: str, moderator: str
) -> list[float]:
    """Where the nearer end of the interval changes its sign, in standard deviations."""

    def margin(deviations: Array) -> Array:
        numbers = _at(estimation, equation, predictor, moderator, deviations)
        lower, upper = numbers["ci_lower"], numbers["ci_upper"]
        return np.where(numbers["estimate"] > 0.0, lower, -upper)

    grid = np.linspace(-_FAR, _FAR, _GRID)
    signs = margin(grid) > 0.0
    found = []
    for place in np.flatnonzero(signs[1:] != signs[:-1]):
        low, high, first = grid[place], grid[place + 1], signs[place]
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            if (margin(np.array([middle]))[0] > 0.0) == first:
                low = middle
            else:
                high = middle
        found.append(float(0.5 * (low + high)))
    return found


def surface_table(
    estimation: Estimation,
    equations: Sequence[OutcomeEquation],
    predictor: str,
    moderator: str,
    reach: float,
    steps: int,
    others: Mapping[str, float],
) -> pd.DataFrame:
    """The expected outcome over a grid of predictor and moderator, with pointwise intervals."""
    frames = []
    for equation in equations:
        axis = np.linspace(-reach, reach, steps)
        first, second = (grid.ravel() for grid in np.meshgrid(axis, axis, indexing="ij"))
        x = equation.centres[predictor] + first * equation.deviations[predictor]
        z = equation.centres[moderator] + second * equation.deviations[moderator]
        given = {predictor: x, moderator: z, **equation.at(others)}
        numbers = inference(estimation, *equation.predictions(given))
        frames.append(
            pd.DataFrame(
                {
                    "group": estimation.samples.labels[equation.group],
                    "outcome": equation.outcome,
                    predictor: x,
                    moderator: z,
                    f"{predictor}_sd": first,
                    f"{moderator}_sd": second,
                    **{name: numbers[name] for name in ("estimate", "se", "ci_lower", "ci_upper")},
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
