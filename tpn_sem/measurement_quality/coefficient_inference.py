"""Coefficients of all constructs of a fit, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..fit import Fit
from ..numerics import Array
from ..resampling import bootstrap
from ..results import delta_method
from .alpha_inference import alphas, drawn_alphas
from .intervals_of_coefficients import percentile_interval, quantile_of, shrinking_interval
from .measured_constructs import Construct, constructs_of
from .missing_coefficients import without_improper
from .model_coefficients import coefficient_names, coefficients

_STACK = 200  # parameter vectors at a time
Numbers = dict[str, Array]


@dataclass(frozen=True, eq=False)
class GroupCoefficients:
    """Coefficients of one group's constructs, c of them.

    Attributes
    ----------
    constructs : list of Construct
        Those that have coefficients.
    values, lower, upper : dict of arrays, shape (c,)
        By coefficient; the ends of intervals only where asked for.
    reasons : dict of (construct, coefficient) to str
        Why a number is missing.
    """

    constructs: list[Construct]
    values: Numbers
    lower: Numbers
    upper: Numbers
    reasons: dict[tuple[str, str], str]


@dataclass(frozen=True, eq=False)
class AllCoefficients:
    """What follows from the model for all constructs, as a function of implied moments.

    Attributes
    ----------
    estimation : Estimation
    groups : list of lists of Construct
    """

    estimation: Estimation
    groups: list[list[Construct]]

    def __call__(self, implied: tuple[Implied, ...]) -> Array:
        """Groups, in them constructs, in them coefficients: shape (..., all)."""
        parts = [
            coefficients(self.estimation, group, one, implied[group])
            for group, own in enumerate(self.groups)
            for one in own
        ]
        return np.concatenate(parts, axis=-1)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return coefficient_names(self.estimation)

    def by_group(self, flat: Array) -> list[Numbers]:
        """Numbers in that order, (..., all), as arrays (..., c) by name, a dict a group."""
        ends = np.cumsum([len(own) * len(self.names) for own in self.groups])[:-1]
        return [
            {
                name: part[..., place :: len(self.names)].copy()
                for place, name in enumerate(self.names)
            }
            for part in np.split(flat, ends, axis=-1)
        ]


def group_coefficients(
    fit: Fit, interval: str | None, n_draws: int, seed: int | None, level: float
) -> list[GroupCoefficients]:
    """Alpha and what follows from the model, a group each; see `reliability`."""
    found = fit.estimation
    groups = [
        [one for one in constructs_of(found, group) if not one.problem]
        for group in range(len(found.samples.groups))
    ]
    if not any(groups):
        return [GroupCoefficients(own, {}, {}, {}, {}) for own in groups]
    asked = AllCoefficients(found, groups)
    values, errors = _by_delta(asked)
    reasons = [
        without_improper(found, group, own, values[group]) for group, own in enumerate(groups)
    ]
    if interval == "bootstrap":
        ends = [
            {name: percentile_interval(part, level) for name, part in draws.items()}
            for draws in _drawn(fit, asked, n_draws, seed)
        ]
    else:
        quantile = quantile_of(found, level)
        ends = [
            {name: shrinking_interval(own[name], error[name], quantile) for name in own}
            for own, error in zip(values, errors, strict=True)
        ]
    shown = ends if interval else [{} for _ in ends]
    return [
        GroupCoefficients(own, value, _known(value, end, 0), _known(value, end, 1), reason)
        for own, value, end, reason in zip(groups, values, shown, reasons, strict=True)
    ]


def _by_delta(asked: AllCoefficients) -> tuple[list[Numbers], list[Numbers]]:
    """Values and standard errors, a dict a group."""
    numbers = delta_method(asked.estimation, asked)
    values, errors = asked.by_group(numbers["estimate"]), asked.by_group(numbers["se"])
    for group, own in enumerate(asked.groups):
        for name, pair in (alphas(asked.estimation, group, own) if own else {}).items():
            values[group][name], errors[group][name] = pair
    return values, errors


def _drawn(fit: Fit, asked: AllCoefficients, n_draws: int, seed: int | None) -> list[Numbers]:
    """Coefficients in resampled data, a dict a group, shape (r, c) each."""
    found = fit.estimation
    table = bootstrap(fit, n_draws, seed=seed).replicates
    parameters = table.to_numpy(dtype=float)[:, : len(found.parameters)]
    parameters = parameters[np.isfinite(parameters).all(axis=1)]
    stacks = [
        asked(found.objective.imply(parameters[start : start + _STACK]))
        for start in range(0, len(parameters), _STACK)
    ]
    draws = asked.by_group(np.concatenate(stacks))
    for part, more in zip(draws, drawn_alphas(found, asked.groups, n_draws, seed), strict=True):
        part.update(more)
    return draws


def _known(values: Numbers, ends: dict[str, tuple[Array, Array]], side: int) -> Numbers:
    """One end of the intervals, NaN where there is no value."""
    return {
        name: np.where(np.isnan(values[name]), np.nan, pair[side]) for name, pair in ends.items()
    }
