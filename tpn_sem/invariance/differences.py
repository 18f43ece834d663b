"""What groups differ in: means and variances of factors, paths, indirect effects, R²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotAvailableError, choose
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..implied import Implied
from ..linalg import Array
from .path_differences import explained_differences, path_differences
from .quantities import quantity_table


@dataclass(frozen=True, eq=False)
class GroupDifferences:
    """Quantities of each group and their differences, with 95 % intervals.

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
        regressions, other group less reference.
    r_squared : DataFrame
        R² of each dependent variable and its difference.
    reference : str
    notes : tuple of str
    """

    factors: pd.DataFrame
    standardized: pd.DataFrame
    paths: pd.DataFrame
    r_squared: pd.DataFrame
    reference: str
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        parts = [f"Differences from {self.reference}"]
        for name in ("factors", "standardized", "paths", "r_squared"):
            table = getattr(self, name)
            if len(table):
                parts += [name, table.to_string(index=False, float_format="{:.3f}".format)]
        return "\n".join([*parts, *self.notes])


def group_differences(fit: Fit, *, reference: str | None = None) -> GroupDifferences:
    """Compare groups in means and variances of factors, paths, indirect effects and R².

    Errors are by the delta method from the fit's own covariance matrix. With clusters, intervals
    are Student's: Satterthwaite's degrees of freedom with ``se="cluster_cr2"``, else clusters less
    groups.

    Parameters
    ----------
    fit : Fit
        Of several groups; for factors with (partial) scalar invariance, for paths at least metric.
    reference : str, optional
        The first group if not given.

    Raises
    ------
    NotAvailableError
        For one group, or a fit without standard errors.
    """
    found = read_fit(fit, "group_differences")
    labels = list(found.samples.labels)
    if len(labels) < 2:
        raise NotAvailableError("there is one group: fit with group=.")
    if not np.isfinite(found.covariance).all():
        raise NotAvailableError("the fit has no standard errors: there are no intervals.")
    chosen = labels[0] if reference is None else choose("reference", reference, labels)
    base = labels.index(chosen)
    others = [place for place in range(len(labels)) if place != base]
    return GroupDifferences(
        _factors(found),
        _standardized(found, base, others),
        path_differences(found, base, others),
        explained_differences(found, base, others),
        chosen,
        tuple(_notes(found)),
    )


def _factors(found: Estimation) -> pd.DataFrame:
    roles, labels = found.specification.roles, found.samples.labels
    n = len(found.specification.observed)
    names = [
        {"group": label, "factor": factor, "quantity": kind}
        for label in labels
        for kind in ("mean", "variance")
        for factor in roles.latent
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        parts = []
        for moments in implied:
            parts.append(moments.all_mean[..., n:])
            parts.append(np.diagonal(moments.all_covariance, axis1=-2, axis2=-1)[..., n:])
        return np.concatenate(parts, axis=-1)

    return quantity_table(found, names, quantity)


def _standardized(found: Estimation, base: int, others: list[int]) -> pd.DataFrame:
    roles, labels = found.specification.roles, found.samples.labels
    n = len(found.specification.observed)
    sizes = np.array([sample.size for sample in found.samples.groups])
    names = [
        {"group": labels[other], "factor": factor, "quantity": kind}
        for other in others
        for kind in ("mean difference", "log variance ratio")
        for factor in roles.latent
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        means = [moments.all_mean[..., n:] for moments in implied]
        variances = [
            np.diagonal(moments.all_covariance, axis1=-2, axis2=-1)[..., n:] for moments in implied
        ]
        parts = []
        for other in others:
            first, second = sizes[base], sizes[other]
            pooled = (first * variances[base] + second * variances[other]) / (first + second)
            parts.append((means[other] - means[base]) / np.sqrt(pooled))
            parts.append(np.log(variances[other] / variances[base]))
        return np.concatenate(parts, axis=-1)

    return quantity_table(found, names, quantity)


def _notes(found: Estimation) -> list[str]:
    count = len(found.samples.cluster_labels)
    if count and not found.samples.crossed:
        return [f"Differences rest on {count} clusters, not on {found.n_observations} rows."]
    if not count:
        return [
            "Rows are taken as independent. Where the group is a property of clusters (schools), "
            "intervals are too narrow: give cluster=."
        ]
    return []
