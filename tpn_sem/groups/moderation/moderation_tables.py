"""Tables of the estimates of a moderated model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...numerics import Array
from ...results import against_zero
from .derivatives import jacobian_at
from .design import Design
from .estimation import ModeratedEstimation


def estimates_table(estimation: ModeratedEstimation) -> pd.DataFrame:
    """A row per baseline parameter, followed by its coefficients; then defined parameters."""
    design, table = estimation.design, estimation.specification.table
    baseline = estimation.parameters[: design.n_baseline]
    values, jacobian, rows = [], [], []
    identity = np.eye(design.size)
    for cell in np.argsort(design.pattern.table_rows):
        row = table.rows[design.pattern.table_rows[cell]]
        name = (row.lhs, row.operator, row.rhs)
        rows.append((*name, "", "linear"))
        values.append(design.origin[cell] + design.base[cell] @ baseline)
        jacobian.append(np.concatenate([design.base[cell], np.zeros(len(design.cell))]))
        for place in np.flatnonzero(design.cell == cell):
            rows.append(
                (*name, estimation.names[design.moderator[place]], design.scale_of(int(place)))
            )
            values.append(estimation.parameters[design.n_baseline + place])
            jacobian.append(identity[design.n_baseline + place])
    for name, value, slope in _defined(estimation, design):
        rows.append((*name, "", "linear"))
        values.append(value)
        jacobian.append(slope)
    columns = pd.DataFrame(rows, columns=["lhs", "op", "rhs", "moderator", "scale"])
    return columns.assign(
        **against_zero(np.array(values), np.array(jacobian), estimation.covariance)
    )


def parameters_at(estimation: ModeratedEstimation, moderators: Array) -> pd.DataFrame:
    """A row per parameter of a respondent with given moderators, shape (1, k)."""
    design = estimation.design
    at = design.moderate(estimation.parameters, moderators)
    order = np.argsort(design.pattern.table_rows)
    rows = [(row.lhs, row.operator, row.rhs) for row in estimation.specification.table.rows]
    slopes = jacobian_at(design, at)[0][order]
    numbers = against_zero(at.values[0][order], slopes, estimation.covariance)
    shown = {name: numbers[name] for name in ("estimate", "se", "ci_lower", "ci_upper")}
    return pd.DataFrame(rows, columns=["lhs", "op", "rhs"]).assign(**shown)


def _defined(
    estimation: ModeratedEstimation, design: Design
) -> list[tuple[tuple[str, str, str], float, Array]]:
    """Names, values and slopes of defined parameters, where the moderators are zero."""
    restrictions = estimation.specification.restrictions
    reduction = restrictions.reduction
    free = reduction.expand(estimation.parameters[: design.n_baseline])
    values, slopes = restrictions.defined(free)
    pulled = np.hstack([slopes @ reduction.basis, np.zeros((len(values), len(design.cell)))])
    texts = {item.name: item.text for item in estimation.specification.statements.definitions}
    names = [(name, ":=", texts[name]) for name in restrictions.definitions]
    return list(zip(names, map(float, values), pulled, strict=True))
