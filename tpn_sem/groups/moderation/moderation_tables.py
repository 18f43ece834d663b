"""Tables of the estimates of a moderated model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...numerics import Array
from ...results import against_zero
from .derivatives import jacobian_at
from .design import Design
from .estimation import ModeratedEstimation


def estimates_table(found: ModeratedEstimation) -> pd.DataFrame:
    """A row per baseline parameter, followed by its coefficients; then defined parameters."""
    design, table = found.design, found.specification.table
    baseline = found.parameters[: design.n_baseline]
    values, jacobian, rows = [], [], []
    identity = np.eye(design.size)
    for cell in np.argsort(design.pattern.table_rows):
        row = table.rows[design.pattern.table_rows[cell]]
        name = (row.lhs, row.operator, row.rhs)
        rows.append((*name, "", "linear"))
        values.append(design.origin[cell] + design.base[cell] @ baseline)
        jacobian.append(np.concatenate([design.base[cell], np.zeros(len(design.cell))]))
        for place in np.flatnonzero(design.cell == cell):
            rows.append((*name, found.names[design.moderator[place]], design.scale_of(int(place))))
            values.append(found.parameters[design.n_baseline + place])
            jacobian.append(identity[design.n_baseline + place])
    for name, value, slope in _defined(found, design):
        rows.append((*name, "", "linear"))
        values.append(value)
        jacobian.append(slope)
    columns = pd.DataFrame(rows, columns=["lhs", "op", "rhs", "moderator", "scale"])
    return columns.assign(**against_zero(np.array(values), np.array(jacobian), found.covariance))


def parameters_at(found: ModeratedEstimation, moderators: Array) -> pd.DataFrame:
    """A row per parameter of a respondent with given moderators, shape (1, k)."""
    design = found.design
    at = design.moderate(found.parameters, moderators)
    order = np.argsort(design.pattern.table_rows)
    rows = [(row.lhs, row.operator, row.rhs) for row in found.specification.table.rows]
    slopes = jacobian_at(design, at)[0][order]
    numbers = against_zero(at.values[0][order], slopes, found.covariance)
    shown = {name: numbers[name] for name in ("estimate", "se", "ci_lower", "ci_upper")}
    return pd.DataFrame(rows, columns=["lhs", "op", "rhs"]).assign(**shown)


def _defined(
    found: ModeratedEstimation, design: Design
) -> list[tuple[tuple[str, str, str], float, Array]]:
    """Names, values and slopes of defined parameters, where the moderators are zero."""
    restrictions = found.specification.restrictions
    reduction = restrictions.reduction
    free = reduction.expand(found.parameters[: design.n_baseline])
    values, slopes = restrictions.defined(free)
    pulled = np.hstack([slopes @ reduction.basis, np.zeros((len(values), len(design.cell)))])
    texts = {item.name: item.text for item in found.specification.statements.definitions}
    names = [(name, ":=", texts[name]) for name in restrictions.definitions]
    return list(zip(names, map(float, values), pulled, strict=True))
