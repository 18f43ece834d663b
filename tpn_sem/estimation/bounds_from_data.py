"""Bounds of loadings, variances and covariances that follow from the data.

De Jonckere & Rosseel (2022): no part of an item's variance is larger than the whole, a marker is
reliable to at least a tenth, and loadings and covariances are no larger than these let them be.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite, sqrt
from typing import NamedTuple

import numpy as np

from ..data import Samples
from ..errors import NotEstimatedError, OptionError
from ..specification import Parameter, Specification, build_restrictions

_LEAST_RELIABILITY = 0.1  # of a marker
_LEAST_DISTURBANCE = 0.005  # variance of a factor that is explained


class _Width(NamedTuple):
    """By how much a range is wider than it is by the data's word, below and above, over it."""

    residual_below: float
    residual_above: float
    factor_above: float
    loading: float
    covariance: float


_WIDTHS = {
    "standard": _Width(0.0, 0.005, 0.0, 0.0, -0.002),
    "wide": _Width(0.05, 0.2, 0.3, 0.2, 0.0),
}


def with_bounds_from_data(specification: Specification, samples: Samples) -> Specification:
    """The same specification with bounds where ``bounds=`` asks for those of the data.

    Raises
    ------
    NotEstimatedError, OptionError
        For ordinal items, levels and effect coding.
    """
    width = _WIDTHS.get(specification.options.bounds)
    if width is None:
        return specification
    _check(specification)
    table, rows = specification.table, list(specification.table.rows)
    for group, sample in enumerate(samples.groups):
        variances = dict(zip(sample.names, np.diag(sample.start_covariance).tolist(), strict=True))
        own = [row for row in rows if row.group == group]
        known = _Group(own, specification, group, variances, width)
        rows = [known.bounded(row) if row.group == group else row for row in rows]
    bounded = replace(table, rows=tuple(rows))
    before = specification.restrictions
    again = build_restrictions(specification.statements, bounded)
    return replace(
        specification, table=bounded, restrictions=replace(again, rotations=before.rotations)
    )


def _check(specification: Specification) -> None:
    asked = f"bounds={specification.options.bounds!r}"
    if specification.categories or specification.has_levels:
        raise NotEstimatedError(
            f"{asked} takes bounds from variances of continuous variables of one level: take "
            "'pos_var', or write lower(0)*x and upper(2)*x in the model text."
        )
    if specification.options.effect_coding:
        raise OptionError(f"{asked} goes with a marker or std_lv=True, not with effect_coding=.")


class _Group:
    """Bounds of one group's parameters."""

    def __init__(
        self,
        rows: list[Parameter],
        specification: Specification,
        group: int,
        variances: dict[str, float],
        width: _Width,
    ):
        self.roles = specification.table.group_roles[group]
        self.variances, self.width = variances, width
        self.markers = {
            row.lhs: row.rhs
            for row in reversed(rows)
            if row.operator == "=~" and row.fixed == 1.0 and row.rhs in variances
        }
        self.fixed = {row.lhs: row.fixed for row in rows if row.is_variance and row.fixed > 0.0}
        self.explained = set(self.roles.measured_factors) | {
            row.lhs for row in rows if row.operator == "~"
        }
        self.uppers = {
            row.lhs: self._variance(row)[1] for row in rows if row.is_variance and row.is_free
        }

    def bounded(self, row: Parameter) -> Parameter:
        """A row with its bounds, where the text gives none of its own."""
        if not row.is_free:
            return row
        lower, upper = self._range(row)
        return row._replace(
            lower=row.lower if isfinite(row.lower) else lower,
            upper=row.upper if isfinite(row.upper) else upper,
        )

    def _range(self, row: Parameter) -> tuple[float, float]:
        if row.is_variance:
            return self._variance(row)
        most = inf
        if row.operator == "=~":
            most = self._loading(row)
        elif row.operator == "~~":
            sides = [self.uppers.get(name, self.fixed.get(name, inf)) for name in row.sides]
            most = sqrt(sides[0] * sides[1]) * (1.0 + self.width.covariance)
        return -most, most

    def _variance(self, row: Parameter) -> tuple[float, float]:
        name, width = row.lhs, self.width
        if name not in self.roles.latent:
            whole = self.variances[name]
            if name in self.markers.values():
                whole *= 1.0 - _LEAST_RELIABILITY
            return -width.residual_below * whole, (1.0 + width.residual_above) * whole
        lower = 0.0 if name not in self.markers else self._least(name)
        whole = self.variances.get(self.markers.get(name, ""), max(self.variances.values()))
        lower = _LEAST_DISTURBANCE if name in self.explained else lower
        return lower, lower + (1.0 + width.factor_above) * (whole - lower)

    def _least(self, factor: str) -> float:
        """The least variance that lets a factor's marker be reliable."""
        return _LEAST_RELIABILITY * self.variances[self.markers[factor]]

    def _loading(self, row: Parameter) -> float:
        if row.rhs not in self.variances:
            return inf
        least = self._least(row.lhs) if row.lhs in self.markers else self.fixed.get(row.lhs, 0.0)
        if least <= 0.0:
            return inf
        return sqrt(self.variances[row.rhs] / least) * (1.0 + self.width.loading)
