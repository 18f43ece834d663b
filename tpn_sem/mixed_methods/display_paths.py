"""Paths of a fit: standardised estimates with intervals, and their differences by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import DataError, NotAvailableError, OptionError, nearest
from ..fit import Fit, read_fit
from ..groups.differences import GroupDifferences, group_differences
from .theme_links import PathName


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95% interval.

    Attributes
    ----------
    estimate, se, ci_lower, ci_upper, p_value : float
        All but the estimate are NaN where the parameter is fixed.
    """

    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    p_value: float


@dataclass(frozen=True)
class PathDifferences:
    """How paths of other groups differ from those of the first.

    Attributes
    ----------
    reference : str
    groups : tuple of str
        The others.
    values : dict of (str, PathName) to Interval
        By other group and path: the difference of the standardised paths.
    notes : tuple of str
    """

    reference: str
    groups: tuple[str, ...]
    values: Mapping[tuple[str, PathName], Interval]
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Of all groups, the reference first."""
        return (self.reference, *self.groups)


def paths_of(fit: Fit) -> dict[PathName, Interval]:
    """Standardised paths of a fit of one group, in the model's order.

    Raises
    ------
    OptionError
        For a fit of several groups.
    NotAvailableError
        Where it did not converge, or the model has no paths.
    """
    labels = read_fit(fit, "joint_display").samples.labels
    if len(labels) > 1:
        raise OptionError(
            f"fit has the groups {', '.join(map(str, labels))}: give a fit of all rows together, "
            "and this one as by_group=."
        )
    if not fit.converged:
        raise NotAvailableError("the fit did not converge: it has no estimates to display.")
    table = fit.standardized()
    found = {
        PathName(str(row.rhs), str(row.lhs)): _interval(row)
        for row in table[table["op"] == "~"].itertuples()
    }
    if not found:
        raise NotAvailableError(
            "the model has no paths (regressions, as KS ~ KSSE): there is nothing that a theme "
            "could stand beside."
        )
    return found


def _interval(row: object) -> Interval:
    names = ("estimate", "se", "ci_lower", "ci_upper", "p_value")
    return Interval(*(float(getattr(row, name)) for name in names))


def differences_of(
    by_group: Fit | GroupDifferences | None, paths: Mapping[PathName, Interval]
) -> PathDifferences | None:
    """Differences of the paths between groups.

    Raises
    ------
    OptionError
        Where it has none of the paths.
    """
    if by_group is None:
        return None
    found = group_differences(by_group) if isinstance(by_group, Fit) else by_group
    table = found.standardized_paths
    values: dict[tuple[str, PathName], Interval] = {}
    for row in table[table["kind"] == "direct"].itertuples() if len(table) else ():
        predictor, _, outcome = str(row.effect).partition(" → ")
        path = PathName(predictor, outcome)
        if path in paths:
            values[str(row.group), path] = _interval(row)
    if not values:
        raise OptionError(
            f"by_group= has none of the paths {', '.join(map(str, paths))}: give the same model "
            "fitted with group=, or its group_differences."
        )
    groups = tuple(dict.fromkeys(group for group, _ in values))
    return PathDifferences(found.reference, groups, values, found.notes)


def find_path(
    name: PathName, paths: Mapping[PathName, Interval], where: str, advice: str = ""
) -> PathName:
    """The path itself, if the model has it.

    Raises
    ------
    DataError
    """
    if name not in paths:
        raise DataError(
            f"{where}: the model has no path {str(name)!r}{_advice(name, paths)}{advice}"
        )
    return name


def _advice(name: PathName, paths: Mapping[PathName, Interval]) -> str:
    if PathName(name.outcome, name.predictor) in paths:
        return f"; it has the reverse, '{PathName(name.outcome, name.predictor)}'."
    near = nearest(str(name), map(str, paths))
    return f"{near or '.'} It has {', '.join(map(str, paths))}."
