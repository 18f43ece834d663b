"""Which parameters of a model a path diagram shows, and what it says of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ...language import level_of
from ...specification import Roles
from .arrows import DRAWN, ends_of

_MOST_ARCS = 50
_ZERO = 1e-12


@dataclass(frozen=True, eq=False)
class DrawnRows:
    """Rows of a table of estimates that are drawn as arrows, and what is left out.

    Attributes
    ----------
    rows : DataFrame
        Loadings, regressions, covariances and, on request, variances.
    intercepts : DataFrame
        Those that stand in the shapes; without rows where they were not asked for.
    given : bool
        Whether covariances of predictors are left out, as they are taken from the data.
    zeros : bool
        Whether parameters fixed at zero are left out.
    left_out : int
        Number of covariances that are too many to be drawn.
    residual_arcs : bool
        Whether a covariance that is drawn is of residuals.
    """

    rows: pd.DataFrame
    intercepts: pd.DataFrame
    given: bool
    zeros: bool
    left_out: int
    residual_arcs: bool


def drawn_rows(
    table: pd.DataFrame, roles: Roles, residuals: bool, intercepts: bool, differences: bool
) -> DrawnRows:
    """The rows of variables with these roles that are drawn."""
    ours = set(roles.all)
    explained = {*table.loc[table["op"] == "=~", "rhs"], *table.loc[table["op"] == "~", "lhs"]}
    known = table["lhs"].isin(ours) & (table["rhs"].isin(ours) | (table["op"] == "~1"))
    table = table[known]
    free = table["free"].astype(bool)
    loop = table["lhs"] == table["rhs"]
    nothing = ~free & (table["estimate"].abs() < _ZERO) & (not differences)
    exogenous = table["lhs"].isin(roles.exogenous) & table["rhs"].isin(roles.exogenous)
    given = ~free & (table["op"] == "~~") & exogenous
    chosen = table["op"].isin(DRAWN) & (~loop | residuals) & ~given & ~nothing
    rows = table[chosen]
    arcs = (rows["op"] == "~~") & (rows["lhs"] != rows["rhs"])
    left_out = int(arcs.sum() / max(rows["group"].nunique(), 1))
    if left_out > _MOST_ARCS:
        rows = rows[~arcs]
    else:
        left_out = 0
    arcs = rows[(rows["op"] == "~~") & (rows["lhs"] != rows["rhs"])]
    residual_arcs = bool((arcs["lhs"].isin(explained) | arcs["rhs"].isin(explained)).any())
    means = table[(table["op"] == "~1") & intercepts & ~nothing]
    means = means[~means["lhs"].isin(roles.exogenous) | means["free"].astype(bool)]
    zeros = (nothing & ~given & ~loop & table["op"].isin(DRAWN)).any()
    return DrawnRows(rows, means, bool((given & ~loop).any()), bool(zeros), left_out, residual_arcs)


def structure_of(roles: Roles, table: pd.DataFrame) -> Roles:
    """The roles without indicators that are observed: factors, predictors and outcomes."""
    related = {name for _, row in table[table["op"] == "~"].iterrows() for name in ends_of(row)}
    measured = {*roles.items, *roles.composite_items}
    shown = {n for n in roles.observed if n not in measured or n in related}
    return restricted(roles, [*shown, *roles.latent])


def at_level_of(roles: Roles, level: int) -> Roles:
    """The roles of variables at a level."""
    return restricted(roles, [name for name in roles.all if level_of(name) == level])


def restricted(roles: Roles, names: Sequence[str]) -> Roles:
    """The roles of some of the variables, in the same order."""
    kept = set(names)

    def part(of: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in of if name in kept)

    def parts(of: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {name: part(items) for name, items in of.items() if name in kept}

    return replace(
        roles,
        observed=part(roles.observed),
        latent=part(roles.latent),
        exogenous=part(roles.exogenous),
        exogenous_latent=part(roles.exogenous_latent),
        outcomes=part(roles.outcomes),
        indicators=parts(roles.indicators),
        composites=parts(roles.composites),
        products=part(roles.products),
    )
