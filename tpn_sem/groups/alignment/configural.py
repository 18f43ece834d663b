"""A configural fit with every factor's mean at zero and variance at one: where alignment begins."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...errors import NotAvailableError
from ...estimation import Estimation
from ...numerics import Array, correlation, is_positive_definite

Name = tuple[str, str, str]
_DEPENDENT = 1e-9  # smallest eigenvalue, of a correlation matrix, below which numbers are tied


@dataclass(frozen=True, eq=False)
class Configural:
    """Loadings and locations (intercepts or thresholds) of G groups, factors in units of their own.

    Attributes
    ----------
    groups, factors : tuple of str
    sizes : array, shape (G,)
        Number of observations, or sum of sampling weights.
    loading_names, location_names : tuple of (lhs, op, rhs)
        L loadings and K locations.
    loadings, locations : array, shapes (G, L) and (G, K)
    member : array, shape (L, F)
        1 where the loading is one on the factor.
    carried : array, shape (K, L)
        What a unit of the factor behind a loading adds to a location, in loadings: 1 for the
        item's intercept, -1 for its thresholds, 0 for those of other items.
    covariance : array, shape (G (L + K), G (L + K))
        Of the estimates, groups one after the other, each with its loadings and then its locations.
    """

    groups: tuple[str, ...]
    factors: tuple[str, ...]
    sizes: Array
    loading_names: tuple[Name, ...]
    location_names: tuple[Name, ...]
    loadings: Array
    locations: Array
    member: Array
    carried: Array
    covariance: Array

    @property
    def n_group(self) -> int:
        """Number of loadings and locations of one group."""
        return len(self.loading_names) + len(self.location_names)


def configural(estimation: Estimation) -> Configural:
    """Rescale a configural fit, however it is identified, to factors in units of their own.

    Latent responses of ordinal items get unit residual variance.

    Raises
    ------
    NotAvailableError
        Where the fit is none of a configural measurement model of several groups.
    """
    _check(estimation)
    loading_names, location_names = _names(estimation)
    parts = [
        _rescaled(estimation, group, loading_names, location_names)
        for group in range(len(estimation.samples.groups))
    ]
    values = np.stack([part for part, _ in parts])
    jacobian = np.concatenate([slopes for _, slopes in parts])
    _check_freedom(estimation, jacobian, loading_names + location_names)
    factors = estimation.specification.roles.latent
    n_loadings = len(loading_names)
    return _in_one_direction(
        Configural(
            estimation.samples.labels,
            factors,
            np.array([sample.size for sample in estimation.samples.groups]),
            loading_names,
            location_names,
            values[:, :n_loadings],
            values[:, n_loadings:],
            np.array([[float(lhs == factor) for factor in factors] for lhs, _, _ in loading_names]),
            _carried(loading_names, location_names),
            jacobian @ estimation.covariance @ jacobian.T,
        )
    )


def _check(estimation: Estimation) -> None:
    """Alignment needs several groups, a converged measurement model, means and errors."""
    roles, rows = estimation.specification.roles, estimation.specification.table.rows
    if len(estimation.samples.groups) < 2:
        raise NotAvailableError("alignment compares groups: fit the model with group=.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to align.")
    if not roles.latent:
        raise NotAvailableError("alignment compares factors, and the model has none (=~).")
    if estimation.specification.has_own_variables:
        raise NotAvailableError("alignment needs the same items and factors in all groups.")
    paths = [row.name for row in rows if row.operator == "~"]
    higher = [row.name for row in rows if row.operator == "=~" and row.rhs in roles.latent]
    if paths or higher:
        raise NotAvailableError(
            f"alignment is of a measurement model, and this one has {(paths + higher)[0]!r}: fit "
            "factors and their items alone, with factors that are free to covary."
        )
    if not estimation.specification.means:
        raise NotAvailableError("alignment needs intercepts: fit with mean_structure=True.")
    if not np.isfinite(estimation.covariance).all():
        raise NotAvailableError(
            "the fit has no covariance matrix of its estimates, which alignment needs: fit with "
            "standard errors, and see fit.notes."
        )


def _names(estimation: Estimation) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """The loadings, and the intercepts and thresholds of the items that load."""
    rows = estimation.specification.table.rows
    used = [row for row in rows if row.operator == "=~" and (row.is_free or row.fixed != 0.0)]
    loadings = tuple(dict.fromkeys((row.lhs, "=~", row.rhs) for row in used))
    for name in loadings:
        if sum((row.lhs, row.operator, row.rhs) == name for row in used) < len(
            estimation.samples.groups
        ):
            raise NotAvailableError(
                f"{name[0]}=~{name[2]} is not in every group: alignment begins with the same "
                "pattern of loadings in all of them. Leave the item out."
            )
    items, ordinal = {name[2] for name in loadings}, dict(estimation.specification.categories)
    first = [row for row in rows if row.group == 0 and row.lhs in items]
    locations = [
        (row.lhs, row.operator, row.rhs)
        for row in first
        if row.operator == ("|" if row.lhs in ordinal else "~1")
    ]
    return loadings, tuple(locations)


def _carried(loadings: tuple[Name, ...], locations: tuple[Name, ...]) -> Array:
    """Which loadings carry a factor's mean into which locations, shape (K, L)."""
    sign = {"~1": 1.0, "|": -1.0}
    return np.array(
        [[sign[op] * (item == own) for _, _, own in loadings] for item, op, _ in locations]
    )


def _rescaled(
    estimation: Estimation, group: int, loadings: tuple[Name, ...], locations: tuple[Name, ...]
) -> tuple[Array, Array]:
    """Loadings and locations of a group, shape (L + K,), and slopes, shape (L + K, n_free)."""
    cells = _Cells(estimation, group)
    ordinal = dict(estimation.specification.categories)
    values, slopes = [], []
    for factor, _, item in loadings:
        value, slope = cells[factor, "=~", item]
        variance, up = cells.variance(factor)
        residual, down = cells.variance(item) if item in ordinal else (1.0, 0.0 * up)
        values.append(value * np.sqrt(variance / residual))
        slopes.append(slope * np.sqrt(variance / residual))
        slopes[-1] = slopes[-1] + values[-1] * 0.5 * (up / variance - down / residual)
    for item, operator, cut in locations:
        value, slope = cells.mean(item, loadings)
        if operator == "|":
            threshold, own = cells[item, "|", cut]
            residual, down = cells.variance(item)
            value = (threshold - value) / np.sqrt(residual)
            slope = (own - slope) / np.sqrt(residual) - 0.5 * value * down / residual
        values.append(value)
        slopes.append(slope)
    return np.array(values), np.array(slopes)


class _Cells:
    """Values of a group's parameters and their slopes in all free ones, by name."""

    def __init__(self, estimation: Estimation, group: int):
        pattern = estimation.specification.patterns[group]
        rows = [estimation.specification.table.rows[place] for place in pattern.table_rows]
        self.label = estimation.samples.labels[group]
        self.place = {(row.lhs, row.operator, row.rhs): i for i, row in enumerate(rows)}
        self.values = estimation.implied[group].values
        self.slopes = np.zeros((len(rows), len(estimation.parameters)))
        self.slopes[:, pattern.places] = estimation.implied[group].value_slopes(pattern)

    def __getitem__(self, name: Name) -> tuple[float, Array]:
        place = self.place.get(name)
        if place is None:  # zero where the table has no such row
            return 0.0, np.zeros(self.slopes.shape[1])
        return float(self.values[place]), self.slopes[place]

    def variance(self, name: str) -> tuple[float, Array]:
        """A (residual) variance, which must be positive."""
        value, slope = self[name, "~~", name]
        if not value > 0.0:
            raise NotAvailableError(
                f"the variance {name}~~{name} is {value:.3g} in group {self.label!r}: without a "
                "positive one there is no unit to align in. See fit.notes."
            )
        return value, slope

    def mean(self, item: str, loadings: tuple[Name, ...]) -> tuple[float, Array]:
        """An item's mean: its intercept and what the means of its factors add."""
        value, slope = self[item, "~1", ""]
        for name in loadings:
            if name[2] == item:
                (loading, one), (mean, other) = self[name], self[name[0], "~1", ""]
                value, slope = value + loading * mean, slope + one * mean + loading * other
        return value, slope


def _check_freedom(estimation: Estimation, jacobian: Array, names: tuple[Name, ...]) -> None:
    """Refuse what restricts loadings and locations, within a group or between groups.

    A fit is configural where the rescaled loadings and locations can all move by themselves: the
    Jacobian then has full row rank along the directions that the constraints leave free.
    """
    moves = jacobian @ estimation.tangent
    labels = estimation.samples.labels
    size = len(names)
    for group, label in enumerate(labels):
        tied = _tied(moves[group * size : (group + 1) * size])
        if tied is not None:
            raise NotAvailableError(
                f"the model restricts {''.join(names[tied])!r} in group {label!r} beyond what "
                "identifies it. Fix one loading or the variance of each factor, and its mean, and "
                "free all other loadings, intercepts and thresholds (std_lv=True does so)."
            )
    tied = _tied(moves)
    if tied is not None:
        raise NotAvailableError(
            f"the fit holds parameters equal between groups ({''.join(names[tied % size])!r}), so "
            "that it is not configural: alignment begins where loadings, intercepts and thresholds "
            "are free in each group. Fit without group_equal and without shared labels."
        )


def _tied(moves: Array) -> int | None:
    """A row that is a combination of the others, or zero; None where there is none."""
    gram = moves @ moves.T
    still = np.flatnonzero(np.diagonal(gram) < 1e-16)
    if len(still):
        return int(still[0])
    scaled = correlation(gram)
    if is_positive_definite(scaled - _DEPENDENT * np.eye(len(scaled))):
        return None
    return int(np.abs(np.linalg.eigh(scaled)[1][:, 0]).argmax())


def _in_one_direction(found: Configural) -> Configural:
    """Reflect factors whose loadings run against those of the first group."""
    against = (found.loadings * found.loadings[0]) @ found.member < 0.0
    signs = 1.0 - 2.0 * (against @ found.member.T)
    every = np.concatenate([signs, np.ones_like(found.locations)], axis=1).ravel()
    return replace(
        found,
        loadings=found.loadings * signs,
        covariance=found.covariance * every[:, None] * every,
    )
