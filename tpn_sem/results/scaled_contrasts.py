"""Differences between groups on scales that know neither marker items nor the order of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array, Indices, Mask
from ..specification import PATH, Key, Parameter
from .delta_method import quantity_slopes

Value = Callable[[tuple[Implied, ...]], Array]  # moments in stacks to one contrast, shape (...)

MEANS = "difference over the pooled SD of the factor"
INTERCEPTS = "difference at the pooled causes, over the pooled SD"
LOADINGS = "difference of loadings, pooled SDs of factor and item as units"
OWN_LOADINGS = "difference of loadings, each group's SD of the factor as unit"
PATHS = "difference of standardised paths"
VARIANCES = "log ratio of variances"
RESIDUALS = "log ratio of residual variances"
CORRELATIONS = "difference of Fisher's z of correlations"
THRESHOLDS = "difference of standardised thresholds"
SCALES = "log ratio of response scales"

_SAME = 1e-7  # of an error: below, only rounding lets a contrast vary


@dataclass(frozen=True, eq=False)
class ScaledContrasts:
    """What may differ between groups, later group less earlier one, on symmetric scales.

    Whatever the reference group, marker items and units of the items, the values are the same;
    the order of the groups decides of their signs only.

    Attributes
    ----------
    estimation : Estimation
    names : tuple of str
        The parameter, and the two groups where there are more than two.
    scales : tuple of str
        The scale of each, in words.
    keys : tuple of Key
        The parameter of each.
    values_of : tuple of callables
    """

    estimation: Estimation
    names: tuple[str, ...]
    scales: tuple[str, ...]
    keys: tuple[Key, ...]
    values_of: tuple[Value, ...]

    def __len__(self) -> int:
        return len(self.names)

    def quantity(self, implied: tuple[Implied, ...]) -> Array:
        """The contrasts at implied moments in stacks, shape (..., k)."""
        if not self.values_of:
            return np.zeros((*implied[0].all_mean.shape[:-1], 0))
        with np.errstate(invalid="ignore", divide="ignore"):  # variances that are negative
            return np.stack([value(implied) for value in self.values_of], axis=-1)

    @cached_property
    def _inference(self) -> tuple[Array, Array]:
        return quantity_slopes(self.estimation, self.quantity)

    @property
    def values(self) -> Array:
        """At the estimates, shape (k,)."""
        return self._inference[0]

    @property
    def slopes(self) -> Array:
        """Derivatives in the free parameters at the estimates, shape (k, n_free)."""
        return self._inference[1]

    def chosen(self, keep: list[int]) -> ScaledContrasts:
        """Some of them."""
        return ScaledContrasts(
            self.estimation,
            tuple(self.names[place] for place in keep),
            tuple(self.scales[place] for place in keep),
            tuple(self.keys[place] for place in keep),
            tuple(self.values_of[place] for place in keep),
        )


def scaled_contrasts(estimation: Estimation) -> ScaledContrasts:
    """All contrasts that the model leaves free and that have a scale of their own.

    Means of factors are over the pooled standard deviation (groups' variances by their sizes),
    variances are log ratios, covariances Fisher's z of correlations, paths standardised in each
    group. Loadings are in pooled standard deviations of factor and item, intercepts compare
    what is expected at the pooled means of their causes. A factor has a common unit where two
    items at least have equal loadings, and a common origin where two have equal intercepts, too:
    one item alone is equal by choice of a marker. Without a common unit loadings are over each
    group's own deviation of the factor and its variances are not compared; without a common origin
    its means are not, and intercepts become means of the items.
    """
    labels = estimation.samples.labels
    names: list[str] = []
    found: list[tuple[str, Parameter, Value]] = []
    for first, second in combinations(range(len(labels)), 2):
        pair = _Pair(estimation, first, second)
        for scale, row, value in pair.contrasts():
            name = row._replace(label="").name
            if len(labels) > 2:
                name = f"{name} ({labels[second]} - {labels[first]})"
            names.append(name)
            found.append((scale, row, value))
    everything = ScaledContrasts(
        estimation,
        tuple(names),
        tuple(scale for scale, _, _ in found),
        tuple(row.key for _, row, _ in found),
        tuple(value for _, _, value in found),
    )
    varies = _varies(estimation, everything.slopes)
    return everything.chosen([place for place in range(len(found)) if varies[place]])


def _varies(estimation: Estimation, slopes: Array) -> Mask:
    """Whether functions of the parameters are not constant under the constraints, shape (k,)."""
    spread = np.sqrt(np.abs(np.diag(estimation.covariance)))
    spread = np.where(np.isfinite(spread) & (spread > 0.0), spread, 1.0)
    along = slopes @ estimation.tangent
    size = np.abs(estimation.tangent * spread[:, None]).max(axis=0, initial=0.0)
    moved = np.abs(along * size).max(axis=1, initial=0.0)
    return np.asarray((moved > _SAME) | np.isnan(along).any(axis=1), dtype=bool)


class _Pair:
    """Two groups whose parameters are compared: where these stand, and on which scales."""

    def __init__(self, estimation: Estimation, first: int, second: int):
        self.estimation, self.groups = estimation, (first, second)
        rows = estimation.specification.table.rows
        self.patterns = [estimation.specification.patterns[group] for group in self.groups]
        self.cells: list[dict[Key, int]] = [
            {rows[place].key: cell for cell, place in enumerate(pattern.table_rows)}
            for pattern in self.patterns
        ]
        other = self.cells[1]
        self.rows = [row for row in rows if row.group == first and row.key in other]
        sizes = [estimation.samples.groups[group].size for group in self.groups]
        self.shares = [size / sum(sizes) for size in sizes]
        self.latent = set(self.patterns[0].latent)
        self.differs = self._find_differences()
        self.loadings = _grouped(row for row in self.rows if row.operator == "=~")
        self.has_unit = {factor: self._has_unit(items) for factor, items in self.loadings.items()}
        self.has_origin = {
            factor: self.has_unit[factor] and self._has_origin(items)
            for factor, items in self.loadings.items()
        }

    def _find_differences(self) -> dict[Key, bool]:
        """Whether each parameter may differ, or does."""
        keys = [row.key for row in self.rows]
        own, other = ([cells[key] for key in keys] for cells in self.cells)
        first, second = self.groups

        def gaps(implied: tuple[Implied, ...]) -> Array:
            return np.asarray(implied[second].values[..., other] - implied[first].values[..., own])

        values, slopes = quantity_slopes(self.estimation, gaps)
        pairs = ((first, own), (second, other))
        sizes = np.maximum(*(np.abs(self.estimation.implied[g].values[c]) for g, c in pairs))
        found = _varies(self.estimation, slopes) | (np.abs(values) > _SAME * sizes)
        return dict(zip(keys, map(bool, found), strict=True))

    def _has_unit(self, items: list[Parameter]) -> bool:
        return sum(not self.differs[row.key] for row in items) > 1

    def _has_origin(self, items: list[Parameter]) -> bool:
        same = [row for row in items if not self.differs[row.key]]
        return sum(not self._is_shifted(row.rhs) for row in same) > 1

    def _is_shifted(self, item: str) -> bool:
        """Whether its intercept, or a threshold, may differ."""
        return any(
            self.differs[row.key]
            for row in self.rows
            if row.lhs == item and row.operator in ("~1", "|")
        )

    def contrasts(self) -> Iterator[tuple[str, Parameter, Value]]:
        """Scale, row of the first group and value of each."""
        builders: Mapping[str, Callable[[Parameter], tuple[str, Value] | None]] = {
            "=~": self._loading,
            "~": self._path,
            "~~": self._covariance,
            "~1": self._intercept,
            "|": self._threshold,
            "~*~": self._scale,
        }
        for row in self.rows:
            if row.exogenous or row.operator not in builders:
                continue
            built = builders[row.operator](row)
            if built is not None:
                yield built[0], row, built[1]

    # What each group says ------------------------------------------------------------------------

    def _value(self, key: Key, side: int) -> Value:
        group, cell = self.groups[side], self.cells[side][key]
        return lambda implied: np.asarray(implied[group].values[..., cell])

    def _variance(self, name: str, side: int) -> Value:
        group, place = self.groups[side], int(self.patterns[side].places_of([name])[0])
        return lambda implied: np.asarray(implied[group].all_covariance[..., place, place])

    def _pooled_deviation(self, name: str) -> Value:
        variances = [self._variance(name, side) for side in (0, 1)]
        one, two = self.shares
        return lambda implied: np.sqrt(one * variances[0](implied) + two * variances[1](implied))

    def _deviation(self, name: str, side: int) -> Value:
        variance = self._variance(name, side)
        return lambda implied: np.sqrt(variance(implied))

    def _expected(self, name: str, side: int) -> Value:
        """What is expected of a variable at the pooled means of its causes."""
        group, pattern = self.groups[side], self.patterns[side]
        place = int(pattern.places_of([name])[0])
        paths = np.flatnonzero((pattern.kind == PATH) & (pattern.row == place))
        causes = [pattern.names[column] for column in pattern.column[paths]]
        places: list[Indices] = [one.places_of(causes) for one in self.patterns]
        key, cells = (name, "~1", ""), self.cells[side]

        def expected(implied: tuple[Implied, ...]) -> Array:
            pooled = sum(
                share * implied[each].all_mean[..., where]
                for share, each, where in zip(self.shares, self.groups, places, strict=True)
            )
            values = implied[group].values
            total = (values[..., paths] * pooled).sum(-1)
            return np.asarray(total + values[..., cells[key]] if key in cells else total)

        return expected

    # Contrasts -----------------------------------------------------------------------------------

    def _intercept(self, row: Parameter) -> tuple[str, Value] | None:
        name = row.lhs
        factors = [one.lhs for one in self.rows if one.operator == "=~" and one.rhs == name]
        if name in self.latent and not factors:
            if not self.has_origin.get(name, True):
                return None
            is_mean = not any(one.operator == "~" and one.lhs == name for one in self.rows)
            gap = _difference(*(self._expected(name, side) for side in (0, 1)))
            return (MEANS if is_mean else INTERCEPTS), _over(gap, self._pooled_deviation(name))
        if not factors and not self.differs[row.key]:
            return None
        if all(self.has_origin.get(factor, True) for factor in factors):
            sides = [self._expected(name, side) for side in (0, 1)]
        else:
            sides = [self._implied_mean(name, side) for side in (0, 1)]
        return INTERCEPTS, _over(_difference(*sides), self._pooled_deviation(name))

    def _implied_mean(self, name: str, side: int) -> Value:
        group, place = self.groups[side], int(self.patterns[side].places_of([name])[0])
        return lambda implied: np.asarray(implied[group].all_mean[..., place])

    def _loading(self, row: Parameter) -> tuple[str, Value] | None:
        factor, item = row.lhs, row.rhs
        raw = [self._value(row.key, side) for side in (0, 1)]
        below = self._pooled_deviation(item)
        if self.has_unit[factor]:
            unit = self._pooled_deviation(factor)
            gap = _difference(*raw)
            return LOADINGS, lambda implied: gap(implied) * unit(implied) / below(implied)
        own = [_times(raw[side], self._deviation(factor, side)) for side in (0, 1)]
        return OWN_LOADINGS, _over(_difference(*own), below)

    def _path(self, row: Parameter) -> tuple[str, Value] | None:
        if not self.differs[row.key] and self._share_units(row.lhs, row.rhs):
            return None
        sides = [
            _over(
                _times(self._value(row.key, side), self._deviation(row.rhs, side)),
                self._deviation(row.lhs, side),
            )
            for side in (0, 1)
        ]
        return PATHS, _difference(*sides)

    def _share_units(self, *names: str) -> bool:
        return all(self.has_unit.get(name, True) for name in names)

    def _covariance(self, row: Parameter) -> tuple[str, Value] | None:
        if row.is_variance:
            if not self._share_units(row.lhs):
                return None
            total = row.lhs in self.latent and not self._is_explained(row.lhs)
            gap = _log_ratio(*(self._value(row.key, side) for side in (0, 1)))
            return (VARIANCES if total else RESIDUALS), gap
        sides = []
        for side in (0, 1):
            variances = [(name, "~~", name) for name in (row.lhs, row.rhs)]
            if any(key not in self.cells[side] for key in variances):
                return None
            parts = [self._value(key, side) for key in variances]
            sides.append(_fisher(self._value(row.key, side), *parts))
        return CORRELATIONS, _difference(*sides)

    def _is_explained(self, name: str) -> bool:
        return any(
            (row.operator == "~" and row.lhs == name) or (row.operator == "=~" and row.rhs == name)
            for row in self.rows
        )

    def _threshold(self, row: Parameter) -> tuple[str, Value] | None:
        if not self.differs[row.key]:
            return None
        sides = [
            _over(
                _difference(self._expected(row.lhs, side), self._value(row.key, side)),
                self._deviation(row.lhs, side),
            )
            for side in (0, 1)
        ]
        return THRESHOLDS, _difference(*sides)

    def _scale(self, row: Parameter) -> tuple[str, Value] | None:
        if not self.differs[row.key]:
            return None
        return SCALES, _log_ratio(*(self._value(row.key, side) for side in (0, 1)))


def _grouped(rows: Iterator[Parameter]) -> dict[str, list[Parameter]]:
    found: dict[str, list[Parameter]] = {}
    for row in rows:
        found.setdefault(row.lhs, []).append(row)
    return found


def _difference(first: Value, second: Value) -> Value:
    """The second less the first."""
    return lambda implied: second(implied) - first(implied)


def _over(above: Value, below: Value) -> Value:
    return lambda implied: above(implied) / below(implied)


def _times(one: Value, two: Value) -> Value:
    return lambda implied: one(implied) * two(implied)


def _log_ratio(first: Value, second: Value) -> Value:
    return lambda implied: np.log(second(implied)) - np.log(first(implied))


def _fisher(covariance: Value, one: Value, two: Value) -> Value:
    def value(implied: tuple[Implied, ...]) -> Array:
        return np.arctanh(covariance(implied) / np.sqrt(one(implied) * two(implied)))

    return value
