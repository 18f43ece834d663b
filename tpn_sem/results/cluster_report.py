"""Report on clusters: influence, effective number, intraclass correlations, CR2 and CR3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..data import intraclass_correlation
from ..drawing import Shown, Table
from ..estimation import Estimation
from ..estimation.standard_errors import ClusterParts, cluster_parts
from ..numerics import Array, student_quantile, student_two_sided

_LEVEL = 0.95


@dataclass(frozen=True, eq=False, repr=False)
class ClusterReport(Shown):
    """How far the estimates rest on single clusters, and on how many.

    Attributes
    ----------
    table : DataFrame
        A row per free parameter: estimate; se (the fit's); se_cr2, se_cr3 (corrected for few
        clusters); df (Satterthwaite, of se_cr2); p_value, ci_lower, ci_upper (of se_cr2 with
        these df); clusters (that inform it) and effective_clusters (how many equally informative
        ones they are worth).
    influence : DataFrame
        A row per cluster: by how many standard errors each estimate changes without it.
    sizes : DataFrame
        Rows of each cluster by group.
    intraclass : DataFrame
        By group and variable: icc, average cluster size, design_effect.
    """

    table: pd.DataFrame
    influence: pd.DataFrame
    sizes: pd.DataFrame
    intraclass: pd.DataFrame

    def _views(self) -> list[Table]:
        return [Table(self.table)]


def cluster_report(estimation: Estimation) -> ClusterReport:
    """The report; see `Fit.clusters`."""
    parts = cluster_parts(estimation)
    labels = list(estimation.samples.cluster_labels)
    names = estimation.names
    errors = np.sqrt(np.diag(estimation.covariance))
    influence = pd.DataFrame(parts.without() / errors, index=labels, columns=names)
    sizes = pd.DataFrame(parts.counts.astype(int), index=labels, columns=estimation.samples.labels)
    table = pd.DataFrame(_table(estimation, parts, errors), index=names)
    return ClusterReport(table, influence, sizes, _intraclass(estimation))


def _table(estimation: Estimation, parts: ClusterParts, errors: Array) -> dict[str, Array]:
    contrasts = np.eye(len(errors))
    second, third = (np.sqrt(np.diag(parts.covariance(power))) for power in (0.5, 1.0))
    df = parts.degrees_of_freedom(contrasts, 0.5)
    margin = student_quantile(0.5 + _LEVEL / 2.0, df) * second
    informed = np.einsum("ki,cij,kj->kc", parts.root, parts.shares, parts.root)
    return {
        "estimate": estimation.parameters,
        "se": errors,
        "se_cr2": second,
        "se_cr3": third,
        "df": df,
        "p_value": student_two_sided(estimation.parameters / second, df),
        "ci_lower": estimation.parameters - margin,
        "ci_upper": estimation.parameters + margin,
        "clusters": (informed > 1e-12 * informed.max(1, keepdims=True)).sum(1),
        "effective_clusters": parts.effective(contrasts),
    }


def _intraclass(estimation: Estimation) -> pd.DataFrame:
    rows = {}
    for sample in estimation.samples.groups:
        for place, name in enumerate(sample.names):
            rows[sample.label, name] = intraclass_correlation(sample, place)
    columns = ["icc", "average_size", "design_effect"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(rows, names=["group", "variable"])
    return table.droplevel("group") if len(estimation.samples.groups) == 1 else table
