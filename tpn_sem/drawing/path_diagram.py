"""A fitted model as a drawing: shapes, arrows and estimates as scalable vector graphics."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..specification import Roles
from .arrows import DRAWN, links_of
from .drawing import Drawing
from .placement import place
from .svg import Panel, compose

_MOST_ARCS = 50
_NOT_DRAWN = "Residual variances and intercepts are not drawn."


class PathDiagram(Drawing):
    """A path diagram; a notebook shows it, ``save`` writes it, ``str()`` is its text."""


def draw_path_diagram(
    table: pd.DataFrame, roles: Roles, r_squared: pd.Series, note: str = ""
) -> PathDiagram:
    """Draw a model with its estimates, a panel for each group.

    Rectangles are observed variables, ellipses latent ones. An arrow that is not significant at
    5 % is dashed and grey, and the larger an estimate, the wider its arrow. What is fixed at zero
    is not drawn, nor are variances, intercepts, and covariances of predictors that are taken from
    the data (``fixed_x``); the caption says so, and how
    many covariances are left out where they are more than 50, as so many arcs cannot be read.

    Parameters
    ----------
    table : DataFrame
        As `Fit.standardized` or `Fit.estimates`.
    roles : Roles
    r_squared : Series
        As `Fit.r_squared`: indexed by variable, or by group and variable.
    note : str
        What the caption says first.
    """
    paths = table[table["op"].isin(DRAWN) & (table["lhs"] != table["rhs"])]
    given = ~paths["free"].astype(bool) & (paths["op"] == "~~")
    given &= paths["lhs"].isin(roles.exogenous) & paths["rhs"].isin(roles.exogenous)
    nothing = ~paths["free"].astype(bool) & (paths["estimate"].abs() < 1e-12)
    drawn = paths[~given & ~nothing]
    arcs = drawn["op"] == "~~"
    left_out = int(arcs.sum() / max(drawn["group"].nunique(), 1))
    if left_out > _MOST_ARCS:
        drawn = drawn[~arcs]
    else:
        left_out = 0
    explained = _explained(drawn, roles, r_squared)
    nodes = place(roles, links_of(drawn), explained)
    groups = list(dict.fromkeys(table.loc[table["op"] != ":=", "group"]))
    panels = [
        Panel(label, nodes, drawn[drawn["group"] == label], _shares(r_squared, label, explained))
        for label in groups
    ]
    caption = _caption(note, drawn, bool(given.any()), bool((nothing & ~given).any()), left_out)
    description = _description(roles, panels)
    return PathDiagram(compose(panels, caption, description), description)


def _explained(drawn: pd.DataFrame, roles: Roles, r_squared: pd.Series) -> set[str]:
    """Variables that show R²: the dependent ones that are no indicators of the observed kind."""
    items = set(drawn.loc[drawn["op"] == "=~", "rhs"]) - set(roles.latent)
    known = r_squared.dropna().index
    names = set(known.get_level_values(-1) if len(known) else ())
    return {str(name) for name in names - items}


def _shares(r_squared: pd.Series, label: str, explained: Iterable[str]) -> dict[str, float]:
    by_group = r_squared.index.nlevels > 1
    shares = {name: r_squared.get((label, name) if by_group else name) for name in explained}
    return {name: float(x) for name, x in shares.items() if x is not None and not pd.isna(x)}


def _caption(
    note: str, drawn: pd.DataFrame, given: bool, nothing: bool, left_out: int
) -> list[str]:
    """What the caption says, a sentence each."""
    untested = " or not tested" if bool(drawn["p_value"].isna().any()) else ""
    has_fixed = not bool(drawn["free"].astype(bool).all())
    parts = [
        note,
        f"Solid: p\xa0<\xa0.05{untested}; dashed grey: p\xa0≥\xa0.05.",
        "Wider arrows: larger estimates.",
        "†\xa0Fixed in estimation." if has_fixed else "",
        "Parameters fixed at zero are not drawn." if nothing else "",
        "Covariances among predictors, taken from the data, are not drawn." if given else "",
        f"{left_out} covariances are left out: so many arcs cannot be read." if left_out else "",
        _NOT_DRAWN,
    ]
    return [part for part in parts if part]


def _description(roles: Roles, panels: list[Panel]) -> str:
    count = len(panels[0].arrows) if panels else 0
    text = f"{len(roles.latent)} latent and {len(roles.observed)} observed variables, "
    text += f"{count} arrows with their estimates"
    labels = [panel.label for panel in panels if panel.label]
    return text + (f", in groups {', '.join(labels)}" if labels else "")
