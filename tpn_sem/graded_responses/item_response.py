"""An ordinal fit as an item response model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import OrdinalStatistics
from ..drawing import CurvePanel, Drawing, Shown, Table, draw_curve_panels
from ..errors import NotAvailableError, OptionError, choose
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..groups.effect_sizes import GroupMeasurement, group_measurements, without_common_unit
from ..numerics import CURVES, LOGISTIC_UNIT, Array
from .item_parameters import ItemPlace, item_parameters, place_of
from .response_functions import category_curves, item_information

_REACH, _POINTS, _NODES = 4.0, 81, 61
_MOST_PANELS, _FARTHEST = 60, 1000.0


@dataclass(frozen=True, eq=False, repr=False)
class ItemResponse(Shown):
    """Items of an ordinal fit as graded responses (Samejima, 1969).

    A factor has mean 0 and variance 1 in the first group; in other groups, too, where nothing gives
    them the first one's unit.

    Attributes
    ----------
    scale : {"normal", "logistic"}
        Normal ogives, or logistic curves 1.702 times as steep.
    items : DataFrame
        A row per group and item: factor, discrimination, se, ci_lower, ci_upper.
    difficulties : DataFrame
        A row per group, item and step (1: above the lowest answer): factor, difficulty (where half
        of the people are above), se, ci_lower, ci_upper.
    populations : DataFrame
        A row per group and factor: mean, sd, marginal_reliability (of the best scores, averaged
        over the group; Green et al., 1984).
    multidimensional : DataFrame
        A row per group and item that measures several factors: mdisc (length of the vector of
        discriminations; Reckase, 1985), one column a factor. They are in no other table.
    answers : dict of str to tuple of str
        The answers to each item, lowest first; joined ones as "1, 2".
    notes : tuple of str
    """

    scale: str
    items: pd.DataFrame
    difficulties: pd.DataFrame
    populations: pd.DataFrame
    multidimensional: pd.DataFrame
    answers: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]

    @checked
    def information(
        self, factor: str | None = None, *, points: Sequence[float] | None = None
    ) -> pd.DataFrame:
        """Information on a factor along it.

        Parameters
        ----------
        factor : str, optional
            The first one if not given.
        points : sequence of float, optional
            Values of the factor; -4 to 4 if not given.

        Returns
        -------
        DataFrame
            A row per group and point: information (of all items), se (of the best score from the
            items alone), reliability (conditional: of information and the group's spread), and one
            column per item.
        """
        name = self._factor(factor)
        at = _points(points)
        frames = []
        for group in dict.fromkeys(self.items["group"]):
            own = self._information_of(group, name, at)
            total = own.sum(axis=1)
            variance = self._population(group, name)["sd"] ** 2
            told = {"group": group, "point": at, "information": total, "se": total**-0.5}
            told["reliability"] = total * variance / (total * variance + 1.0)
            frames.append(pd.DataFrame(told).join(own.reset_index(drop=True)))
        return pd.concat(frames, ignore_index=True)

    @checked
    def probabilities(
        self, item: str, *, group: str | None = None, points: Sequence[float] | None = None
    ) -> pd.DataFrame:
        """Probability of each answer to an item along its factor: a row per point, a column each.

        Parameters
        ----------
        item : str
        group : str, optional
            The first one if not given.
        points : sequence of float, optional
            Values of the factor; -4 to 4 if not given.
        """
        groups = list(dict.fromkeys(self.items["group"]))
        chosen = groups[0] if group is None else choose("group", group, groups)
        known = list(dict.fromkeys(self.items["item"]))
        slope, steps = self._item(chosen, choose("item", item, known))
        at = _points(points)
        curves = category_curves(CURVES[self.scale], slope, steps, at)
        index, columns = pd.Index(at, name="point"), list(self.answers[item])
        return pd.DataFrame(curves, index=index, columns=columns)

    @checked
    def plot_items(
        self, items: str | Sequence[str] | None = None, *, group: str | None = None
    ) -> Drawing:
        """Probabilities of answers along the factor, a panel an item."""
        known = list(dict.fromkeys(self.items["item"]))
        given = [items] if isinstance(items, str) else list(known if items is None else items)
        if not 0 < len(given) <= _MOST_PANELS:
            raise OptionError(f"items= names 1 to {_MOST_PANELS} items, not {len(given)}.")
        panels = []
        for item in given:
            table = self.probabilities(item, group=group)
            curves = {f"answer {name}": table[name].to_numpy() for name in table.columns}
            panels.append(CurvePanel(item, table.index.to_numpy(float), curves))
        said = "Probability of each answer along the factor, in standard deviations."
        return draw_curve_panels(panels, "factor", "probability", said)

    @checked
    def plot_information(self, factor: str | None = None, *, by: str = "group") -> Drawing:
        """Information along factors: a panel a factor, or an item, a curve a group.

        Parameters
        ----------
        factor : str, optional
            All factors if not given; with ``by="item"`` the first.
        by : {"group", "item"}
            Whether panels show all items of a factor together, or each item of one factor.
        """
        choose("by", by, ("group", "item"))
        factors = list(dict.fromkeys(self.items["factor"]))
        names = factors if factor is None and by == "group" else [self._factor(factor)]
        panels = []
        for name in names:
            table = self.information(name)
            at = table.loc[table["group"] == table["group"].iloc[0], "point"].to_numpy(float)
            columns = ["information"] if by == "group" else list(table.columns[5:])
            for column in columns:
                curves = {
                    str(group) or "information": part[column].to_numpy(float)
                    for group, part in table.groupby("group", sort=False)
                }
                panels.append(CurvePanel(name if by == "group" else column, at, curves))
        said = "Information on the factor along it, in standard deviations."
        return draw_curve_panels(panels, "factor", "information", said)

    def _factor(self, factor: str | None) -> str:
        factors = list(dict.fromkeys(self.items["factor"]))
        return factors[0] if factor is None else choose("factor", factor, factors)

    def _item(self, group: str, item: str) -> tuple[float, Array]:
        return _parameters_of(self.items, self.difficulties, group, item)

    def _information_of(self, group: str, factor: str, points: Array) -> pd.DataFrame:
        chosen = (self.items["group"] == group) & (self.items["factor"] == factor)
        names = list(self.items.loc[chosen, "item"])
        curve = CURVES[self.scale]
        parts = {name: item_information(curve, *self._item(group, name), points) for name in names}
        return pd.DataFrame(parts)

    def _population(self, group: str, factor: str) -> pd.Series:
        table = self.populations
        return table[(table["group"] == group) & (table["factor"] == factor)].iloc[0]

    def _views(self) -> list[str | Table]:
        tables: list[str | Table] = [Table(self.items, "Items", index=False)]
        wide = self.difficulties.pivot(
            index=["group", "item"], columns="step", values="difficulty"
        ).reindex(pd.MultiIndex.from_frame(self.items[["group", "item"]]))
        tables.append(Table(wide, "Difficulties"))
        tables.append(Table(self.populations, "Factors", index=False))
        if len(self.multidimensional):
            tables.append(Table(self.multidimensional, "Items of several factors", index=False))
        return [*tables, *self.notes]


@checked
def item_response(fit: Fit, *, scale: str = "normal") -> ItemResponse:
    """Read an ordinal fit as an item response model.

    Parameters
    ----------
    fit : Fit
        Of ordinal items.
    scale : {"normal", "logistic"}
        Normal ogives, which the fit has; or logistic curves, whose discriminations are 1.702 times
        as large and whose information differs a little. A fit with link="logit" has logistic
        curves, and no others.

    Returns
    -------
    ItemResponse

    Raises
    ------
    NotAvailableError
        Where the fit has no ordinal items, no factors or did not converge, or where a latent
        response has no variance of its own.
    OptionError

    Notes
    -----
    Takane & de Leeuw (1987): factor analysis of ordinal items and the graded response model with
    normal ogives are one model in two notations.
    """
    choose("scale", scale, tuple(CURVES))
    estimation = read_fit(fit, "item_response")
    if not any(isinstance(one, OrdinalStatistics) for one in estimation.samples.groups):
        raise NotAvailableError(
            "item response curves are of ordinal items: fit with ordered=True, or name them in "
            "ordered=."
        )
    has_logistic = estimation.options.link == "logit"
    if has_logistic and scale != "logistic":
        raise OptionError("the curves of a fit with link='logit' are logistic: scale='logistic'.")
    measured = group_measurements(estimation, logistic=True)
    unit = LOGISTIC_UNIT if scale == "logistic" and not has_logistic else 1.0
    apart = _apart(estimation, measured)
    places, several, notes = _sorted_items(estimation, measured, apart, unit)
    items, difficulties = item_parameters(estimation, places, unit)
    populations = _populations(estimation, items, difficulties, apart, scale)
    answers = {item: _answers(estimation, item) for item in dict.fromkeys(items["item"])}
    return ItemResponse(scale, items, difficulties, populations, several, answers, tuple(notes))


def _answers(estimation: Estimation, item: str) -> tuple[str, ...]:
    """The answers to an item as the data have them, in the order of their categories."""
    known = dict(estimation.samples.answers)[item]
    by_place: dict[int, list[str]] = {}
    for answer, place in known:
        by_place.setdefault(int(place), []).append(
            f"{answer:g}" if _is_real(answer) else f"{answer}"
        )
    return tuple(", ".join(by_place[place]) for place in sorted(by_place))


def _is_real(answer: object) -> bool:
    return isinstance(answer, float | np.floating)


def _apart(estimation: Estimation, measured: list[GroupMeasurement]) -> list[str]:
    """Factors that groups have in units of their own.

    One item whose loading is fixed in all groups, as a marker is, does not make units the same.
    """
    if len(measured) == 1:
        return []
    rows = estimation.specification.table.rows
    found = without_common_unit(measured)
    for factor in measured[0].factors:
        own = [row for row in rows if row.operator == "=~" and row.lhs == factor]
        tied = [row for row in own if row.group == 0 and row.free >= 0 and row.label]
        fixed = [row for row in own if row.group == 0 and row.free < 0]
        if factor not in found and not tied and len(fixed) < 2 and len(own) > len(measured):
            found.append(factor)
    return found


def _sorted_items(
    estimation: Estimation, measured: list[GroupMeasurement], apart: list[str], unit: float
) -> tuple[list[ItemPlace], pd.DataFrame, list[str]]:
    """Items of one factor, those of several, and what must be known."""
    places, several, dependent = [], [], set()
    for group, one in enumerate(measured):
        correlated = np.abs(np.triu(one.residuals, 1)) > 0.0
        dependent |= {one.items[k] for pair in np.argwhere(correlated) for k in pair}
        for item in one.thresholds:
            _check_residual(one.items[item], one.residuals[item, item])
            factors = np.flatnonzero(one.loadings[item])
            names = [one.factors[k] for k in factors]
            if len(names) == 1:
                metric = group if names[0] in apart else 0
                place = place_of(estimation, group, metric, one.items[item], names[0])
                places.append(place)
            elif names:
                spread = np.sqrt(np.diag(one.factor_covariance)[factors])
                slopes = unit * one.loadings[item, factors] * spread
                slopes = slopes / np.sqrt(one.residuals[item, item])
                row: dict[str, object] = {"group": one.label, "item": one.items[item]}
                row["mdisc"] = float(np.linalg.norm(slopes))
                several.append(row | dict(zip(names, slopes.tolist(), strict=True)))
    if not places:
        raise NotAvailableError(
            "no ordinal item measures one factor alone: curves along one factor do not exist."
        )
    notes = []
    if dependent:
        notes.append(
            f"residuals of {', '.join(sorted(dependent))} are correlated: their information is "
            "partly the same, and its sum is too large."
        )
    if apart:
        notes.append(
            f"groups share no unit of {', '.join(apart)}: each group's discriminations and "
            "difficulties are in units of its own, and are not to be compared."
        )
    return places, pd.DataFrame(several), notes


def _check_residual(item: str, residual: float) -> None:
    if not residual > 0.0:
        raise NotAvailableError(
            f"the latent response of {item!r} has no variance beside its factors (a Heywood case): "
            "its discrimination is infinite."
        )


def _populations(
    estimation: Estimation,
    items: pd.DataFrame,
    difficulties: pd.DataFrame,
    apart: list[str],
    scale: str,
) -> pd.DataFrame:
    """Means, deviations and marginal reliabilities of factors by group."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    curve = CURVES[scale]
    rows = []
    for (label, factor), own in items.groupby(["group", "factor"], sort=False):
        group = list(estimation.samples.labels).index(label)
        metric = group if factor in apart else 0
        place = estimation.specification.patterns[group].names.index(factor)
        here, there = estimation.implied[group], estimation.implied[metric]
        unit = float(np.sqrt(there.all_covariance[place, place]))
        mean = float(here.all_mean[place] - there.all_mean[place]) / unit
        deviation = float(np.sqrt(here.all_covariance[place, place])) / unit
        points = mean + deviation * nodes
        told = [
            item_information(curve, *_parameters_of(items, difficulties, label, item), points)
            for item in own["item"]
        ]
        total = np.sum(told, axis=0) * deviation**2
        reliability = float(weights @ (total / (total + 1.0)))
        rows.append(
            {
                "group": label,
                "factor": factor,
                "mean": mean,
                "sd": deviation,
                "marginal_reliability": reliability,
            }
        )
    return pd.DataFrame(rows)


def _parameters_of(
    items: pd.DataFrame, difficulties: pd.DataFrame, group: str, item: str
) -> tuple[float, Array]:
    """Discrimination and difficulties of one item."""
    row = items[(items["group"] == group) & (items["item"] == item)]
    steps = difficulties[(difficulties["group"] == group) & (difficulties["item"] == item)]
    return float(row["discrimination"].iloc[0]), steps["difficulty"].to_numpy(float)


def _points(given: Sequence[float] | None) -> Array:
    if given is None:
        return np.linspace(-_REACH, _REACH, _POINTS)
    values = np.atleast_1d(np.asarray(given, dtype=float))
    if values.ndim != 1 or not len(values) or not (np.abs(values) <= _FARTHEST).all():
        raise OptionError(
            f"points= is one or more finite numbers from -{_FARTHEST:g} to {_FARTHEST:g}, as "
            "[-2, 0, 2]."
        )
    return values
