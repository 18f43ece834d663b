"""Group differences in factor means and variances, paths, indirect effects, R²."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arguments import checked
from ...drawing import Shown, Table
from ...errors import NotAvailableError, choose
from ...estimation import Estimation
from ...estimation.implied import Implied
from ...fit import Fit, read_fit
from ...numerics import Array, Indices
from ...results import quantity_table
from ...specification import refuse_correlation
from ..effect_sizes import group_measurements, invariant_items, without_common_unit
from ..invariance import InvarianceLadder
from .path_differences import explained_differences, path_differences


@dataclass(frozen=True, eq=False, repr=False)
class GroupDifferences(Shown):
    """Quantities of each group and their differences, with 95% intervals.

    Every table has a row per group (but the reference, for differences) and quantity, with the
    columns estimate, se, z, p_value, ci_lower, ci_upper; with clusters also df, of Student's t.

    Attributes
    ----------
    factors : DataFrame
        Means and variances of factors in each group.
    standardized : DataFrame
        Differences of factor means over the pooled standard deviation of the factor (by group
        sizes), other group less reference; and log ratios of the variances.
    paths : DataFrame
        Differences of direct, indirect and total effects between variables that are related by
        regressions, other group less reference, in the units of the fit.
    standardized_paths : DataFrame
        The same in standard deviations of cause and outcome in each group, which depend on no
        marker item, and on the reference in their sign only.
    r_squared : DataFrame
        R² of each dependent variable and its difference.
    reference : str
    notes : tuple of str
    """

    factors: pd.DataFrame
    standardized: pd.DataFrame
    paths: pd.DataFrame
    standardized_paths: pd.DataFrame
    r_squared: pd.DataFrame
    reference: str
    notes: tuple[str, ...]

    def _views(self) -> Iterable[str | Table]:
        yield f"Differences from {self.reference}"
        for name in ("factors", "standardized", "paths", "standardized_paths", "r_squared"):
            table = getattr(self, name)
            if len(table):
                yield Table(table, name, index=False)
        yield from self.notes


@checked
def group_differences(
    fit: Fit | InvarianceLadder, *, reference: str | None = None
) -> GroupDifferences:
    """Compare groups in means and variances of factors, paths, indirect effects and R².

    Errors are by the delta method from the fit's own covariance matrix. With clusters, intervals
    are Student's: Satterthwaite's degrees of freedom with ``se="cluster_cr2"``, else clusters less
    groups.

    Parameters
    ----------
    fit : Fit or InvarianceLadder
        Of several groups, with equal loadings of some item of each factor; means are compared where
        intercepts are equal, too. Of a ladder the last step that holds.
    reference : str, optional
        The first group if not given.

    Raises
    ------
    NotAvailableError
        For one group, a fit without standard errors, or factors without a common unit.
    """
    if isinstance(fit, InvarianceLadder):
        fit = fit.step(fit.reached or next(iter(fit.fits)))
    found = read_fit(fit, "group_differences")
    refuse_correlation(found.specification.options, "group_differences")
    labels = list(found.samples.labels)
    if len(labels) < 2:
        raise NotAvailableError("there is one group: fit with group=.")
    if not np.isfinite(found.covariance).all():
        raise NotAvailableError("the fit has no standard errors: there are no intervals.")
    chosen = labels[0] if reference is None else choose("reference", str(reference), labels)
    base = labels.index(chosen)
    others = [place for place in range(len(labels)) if place != base]
    no_origin = _require_common_unit(found)
    kinds = ("variance",) if no_origin else ("mean", "variance")
    return GroupDifferences(
        _factors(found, kinds),
        _standardized(found, base, others, kinds),
        path_differences(found, base, others),
        path_differences(found, base, others, standardized=True),
        explained_differences(found, base, others),
        chosen,
        (*no_origin, *_notes(found)),
    )


def _require_common_unit(estimation: Estimation) -> list[str]:
    """Refuse factors whose units differ between groups; a note where only their origins do."""
    roles = estimation.specification.roles
    if not roles.latent:
        return []
    groups = group_measurements(estimation)
    strange = without_common_unit(groups)
    if strange:
        raise NotAvailableError(
            f"no item of {strange[0]!r} has the same loading in all groups, so that neither its "
            "variance nor its paths can be compared: take a fit with (partial) metric invariance."
        )
    shifted = [factor for factor, items in invariant_items(groups).items() if not items]
    measured = [name for name in shifted if len(groups[0].measures[groups[0].factors.index(name)])]
    if not measured:
        return []
    return [
        f"Means are not compared: no item of {measured[0]!r} has equal intercepts in all groups."
    ]


def _factors(estimation: Estimation, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Means and variances of factors by group."""
    factors, labels = estimation.specification.common_latent, estimation.samples.labels
    places = [pattern.places_of(factors) for pattern in estimation.specification.patterns]
    names = [
        {"group": label, "factor": factor, "quantity": kind}
        for label in labels
        for kind in kinds
        for factor in factors
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        parts = []
        for moments, own in zip(implied, places, strict=True):
            values = {"mean": moments.all_mean[..., own], "variance": _variances(moments, own)}
            parts += [values[kind] for kind in kinds]
        return np.concatenate(parts, axis=-1)

    return quantity_table(estimation, names, quantity)


def _variances(moments: Implied, places: Indices) -> Array:
    return np.diagonal(moments.all_covariance, axis1=-2, axis2=-1)[..., places]


def _standardized(
    estimation: Estimation, base: int, others: list[int], kinds: tuple[str, ...]
) -> pd.DataFrame:
    """Standardised mean differences, and log ratios of variances."""
    factors, labels = estimation.specification.common_latent, estimation.samples.labels
    places = [pattern.places_of(factors) for pattern in estimation.specification.patterns]
    sizes = np.array([sample.size for sample in estimation.samples.groups])
    titles = {"mean": "mean difference", "variance": "log variance ratio"}
    names = [
        {"group": labels[other], "factor": factor, "quantity": titles[kind]}
        for other in others
        for kind in kinds
        for factor in factors
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        pairs = list(zip(implied, places, strict=True))
        means = [moments.all_mean[..., own] for moments, own in pairs]
        variances = [_variances(moments, own) for moments, own in pairs]
        parts = []
        for other in others:
            first, second = sizes[base], sizes[other]
            pooled = (first * variances[base] + second * variances[other]) / (first + second)
            with np.errstate(invalid="ignore", divide="ignore"):  # variances that are negative
                gaps = {
                    "mean": (means[other] - means[base]) / np.sqrt(pooled),
                    "variance": np.log(variances[other] / variances[base]),
                }
            parts += [gaps[kind] for kind in kinds]
        return np.concatenate(parts, axis=-1)

    return quantity_table(estimation, names, quantity)


def _notes(estimation: Estimation) -> list[str]:
    count = len(estimation.samples.cluster_labels)
    if count and not estimation.samples.crossed:
        return [f"Differences rest on {count} clusters, not on {estimation.n_observations} rows."]
    if not count:
        return [
            "Rows are taken as independent. Where the group is a property of clusters (schools), "
            "intervals are too narrow: give cluster=."
        ]
    return []
