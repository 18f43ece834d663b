"""Effect sizes of non-invariance: items (dMACS), sum scores, latent means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arguments import checked
from ...drawing import Drawing, Shown, Table, draw_item_curves
from ...errors import NotAvailableError, OptionError, choose
from ...estimation import Estimation
from ...fit import Fit, read_fit
from ...numerics import Array
from ...specification import refuse_correlation
from ..invariance import InvarianceLadder
from .group_measurement import (
    GroupMeasurement,
    group_measurements,
    invariant_items,
    require_common_metric,
)
from .selection import selection_table
from .sum_scores import expected_mean, sum_variance

_REACH = 8.0  # standard deviations


@dataclass(frozen=True, eq=False, repr=False)
class EffectSizes(Shown):
    """What differences between groups in items amount to.

    "Reference" is the group that others are compared with, "focal" each of the others.

    Attributes
    ----------
    items : DataFrame
        A row per focal group and item: dmacs (Nye & Drasgow, 2011: root mean squared difference of
        expected answers at the same values of the factors, over the focal group's factors and the
        pooled standard deviation of the item), signed (mean difference, focal less reference,
        instead), unsigned (mean absolute difference), weighted_signed and weighted_unsigned (over
        the factors of both groups, by size; Gunn, Grimm & Edwards, 2020), bias (mean difference in
        points of the answer).
    scales : DataFrame
        A row per focal group and factor, for the sum of its items: difference (of expected sums,
        focal less reference), bias (what of it the items make), impact (what is left: the
        difference if the items worked as in the reference group), d and d_impact (over the pooled
        standard deviation of the sum).
    factors : DataFrame
        A row per focal group and factor: mean, mean_if_equal (of the step with everything equal)
        and bias, in standard deviations of the reference group. Empty where that step is not known.
    reference : str
    groups : list of GroupMeasurement
    notes : tuple of str
    """

    items: pd.DataFrame
    scales: pd.DataFrame
    factors: pd.DataFrame
    reference: str
    groups: list[GroupMeasurement]
    notes: tuple[str, ...]

    @checked
    def plot(self, items: str | Sequence[str] | None = None) -> Drawing:
        """Expected answer by factor and group, an item a panel: those that differ if not given."""
        known = list(self.groups[0].items)
        if items is None:
            chosen = self._exceptions or known
        else:
            given = [items] if isinstance(items, str) else list(items)
            chosen = [choose("items", item, known) for item in given]
        return draw_item_curves(self.groups, chosen)

    @checked
    def selection(self, factor: str, share: float) -> pd.DataFrame:
        """What selecting people by the sum of a factor's items does to each group.

        Parameters
        ----------
        factor : str
        share : float
            Of all people, who are to be selected: those with the highest sums.

        Returns
        -------
        DataFrame
            A row per group: selected, sensitivity (selected, of those whose factor is among the
            highest), specificity, success_ratio (of those selected, whose factor is), each also
            ``..._if_equal``: if items worked as in the reference group. Millsap & Kwok (2004).
        """
        choose("factor", factor, self.groups[0].factors)
        if not (isinstance(share, float) and 0.0 < share < 1.0):
            raise OptionError(f"share is a number between 0 and 1, not {share!r}.")
        return selection_table(self.groups, factor, share, self.reference)

    @property
    def _exceptions(self) -> list[str]:
        """Items whose loadings, intercepts or thresholds differ."""
        invariant = {item for items in invariant_items(self.groups).values() for item in items}
        return [item for item in self.groups[0].items if item not in invariant]

    def _text(self) -> str:
        differ = self.items[self.items["item"].isin(self._exceptions)]
        parts = [
            f"Items that differ from those in {self.reference} (dmacs, in standard deviations):",
            str(Table(differ, index=False)) if len(differ) else "none",
            "Sums of items:",
            str(Table(self.scales, index=False)),
        ]
        return "\n".join([*parts, *self.notes])

    def _views(self) -> list[str | Table]:
        scales = Table(self.scales, "Sums of items", index=False)
        return [
            *self.notes,
            Table(self.items, f"Items against {self.reference}", index=False),
            scales,
        ]


@checked
def effect_sizes(fit: Fit | InvarianceLadder, *, reference: str | None = None) -> EffectSizes:
    """Say how much it matters that some parameters of items differ between groups.

    Parameters
    ----------
    fit : Fit or InvarianceLadder
        With (partial) scalar invariance, so that values of the factors are comparable; of a ladder
        the last step "partial scalar" or "partial intercepts" or, without one, "scalar".
    reference : str, optional
        The group that others are compared with; the first if not given.

    Returns
    -------
    EffectSizes

    Raises
    ------
    NotAvailableError
        For one group, or factors without any invariant item.
    """
    found, full = _which(fit)
    groups = group_measurements(found)
    require_common_metric(groups)
    labels = [group.label for group in groups]
    chosen = labels[0] if reference is None else choose("reference", str(reference), labels)
    base = groups[labels.index(chosen)]
    focal = [group for group in groups if group.label != chosen]
    items = [row for group in focal for row in _items(base, group)]
    scales = [row for group in focal for row in _scales(base, group)]
    factors = _factors(base, focal, group_measurements(full)) if full is not None else []
    notes = tuple(_notes(fit, groups))
    columns = ["group", "factor", "mean", "mean_if_equal", "bias"]
    return EffectSizes(
        pd.DataFrame(items),
        pd.DataFrame(scales),
        pd.DataFrame(factors, columns=columns),
        chosen,
        groups,
        notes,
    )


def _notes(fit: Fit | InvarianceLadder, groups: list[GroupMeasurement]) -> list[str]:
    """What is assumed of the items."""
    invariant = {item for items in invariant_items(groups).values() for item in items}
    if set(groups[0].items) - invariant:
        return []
    note = "All items are equal in this fit, so that none can make a difference."
    if isinstance(fit, InvarianceLadder) and fit.failed:
        note += f" But {fit.failed} fails: climb with partial=True to find out which items differ."
    return [note]


def _which(fit: Fit | InvarianceLadder) -> tuple[Estimation, Estimation | None]:
    """The fit to look at, and that with everything equal."""
    if not isinstance(fit, InvarianceLadder):
        found = read_fit(fit, "effect_sizes")
        refuse_correlation(found.specification.options, "effect_sizes")
        return found, None
    for name in ("scalar", "intercepts"):
        if name in fit.fits:
            full = read_fit(fit.fits[name], "effect_sizes")
            return fit.fits.get(f"partial {name}", fit.fits[name]).estimation, full
    raise NotAvailableError("the ladder has no step with equal intercepts: climb as far as that.")


def _items(base: GroupMeasurement, focal: GroupMeasurement) -> list[dict[str, object]]:
    """Differences of each item, in the focal group's factors and in those of both."""
    rows: list[dict[str, object]] = []
    total = base.n + focal.n
    for place, item in enumerate(base.items):
        squares = [(g.n - 1) * g.deviations[place] ** 2 for g in (base, focal)]
        pooled = np.sqrt(sum(squares) / (total - 2))
        own, weights = _gaps(base, focal, place, focal)
        other, _ = _gaps(base, focal, place, base)
        share = focal.n / total
        rows.append(
            {
                "group": focal.label,
                "item": item,
                "dmacs": np.sqrt(weights @ own**2) / pooled,
                "signed": weights @ own / pooled,
                "unsigned": weights @ np.abs(own) / pooled,
                "weighted_signed": (share * weights @ own + (1 - share) * weights @ other) / pooled,
                "weighted_unsigned": (
                    share * weights @ np.abs(own) + (1 - share) * weights @ np.abs(other)
                )
                / pooled,
                "bias": weights @ own,
            }
        )
    return rows


def _gaps(
    base: GroupMeasurement, focal: GroupMeasurement, item: int, over: GroupMeasurement
) -> tuple[Array, Array]:
    """Focal less reference expected answers on a grid over a group's factors, with weights.

    The two linear predictors of an item are bivariate normal over the factors.
    """
    slopes = np.array([base.loadings[item], focal.loadings[item]])
    centre = slopes @ over.factor_mean + [base.intercepts[item], focal.intercepts[item]]
    values, vectors = np.linalg.eigh(slopes @ over.factor_covariance @ slopes.T)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    flat = values[0] <= 1e-12 * values[1]  # one factor alone: one predictor follows the other
    nodes = np.linspace(-_REACH, _REACH, 4001 if flat else 401)
    weights = np.exp(-0.5 * nodes**2)
    weights /= weights.sum()
    if flat:
        grid = np.stack([np.zeros_like(nodes), nodes], axis=-1)
    else:
        grid = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
        weights = np.outer(weights, weights).ravel()
    predictors = centre + grid @ root.T
    gaps = focal.expected(item, predictors[:, 1]) - base.expected(item, predictors[:, 0])
    return gaps, weights


def _scales(base: GroupMeasurement, focal: GroupMeasurement) -> list[dict[str, object]]:
    """Differences of sums of items."""
    rows: list[dict[str, object]] = []
    for factor, places in zip(base.factors, base.measures, strict=True):
        if not len(places):
            continue
        focal_mean = sum(expected_mean(focal, item, focal) for item in places)
        as_base = sum(expected_mean(base, item, focal) for item in places)
        base_mean = sum(expected_mean(base, item, base) for item in places)
        pooled = np.sqrt(
            (base.n * sum_variance(base, places) + focal.n * sum_variance(focal, places))
            / (base.n + focal.n)
        )
        rows.append(
            {
                "group": focal.label,
                "factor": factor,
                "difference": focal_mean - base_mean,
                "bias": focal_mean - as_base,
                "impact": as_base - base_mean,
                "d": (focal_mean - base_mean) / pooled,
                "d_impact": (as_base - base_mean) / pooled,
            }
        )
    return rows


def _factors(
    base: GroupMeasurement, focal: list[GroupMeasurement], full: list[GroupMeasurement]
) -> list[tuple[object, ...]]:
    """Latent means with the exceptions and without, in the reference group's deviations."""
    equal = {group.label: group for group in full}
    rows: list[tuple[object, ...]] = []
    for group in focal:
        for place, factor in enumerate(base.factors):
            mean = _standard_difference(base, group, place)
            if_equal = _standard_difference(equal[base.label], equal[group.label], place)
            rows.append((group.label, factor, mean, if_equal, if_equal - mean))
    return rows


def _standard_difference(base: GroupMeasurement, focal: GroupMeasurement, place: int) -> float:
    gap = focal.factor_mean[place] - base.factor_mean[place]
    return float(gap / np.sqrt(base.factor_covariance[place, place]))
