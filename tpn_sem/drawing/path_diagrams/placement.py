"""Where the variables of a path diagram stand, by the layout that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...specification import Roles
from .layered_layout import place_in_layers, place_satellites
from .plan import ITEM_GAP, Link, Node, Plan, make_plan
from .single_column import place_in_column
from .spread_layout import place_as_given, place_by_springs, place_on_circle
from .tree_layout import place_as_tree

Layout = str | Mapping[str, Sequence[float]]
LAYOUTS: dict[str, Callable[[Plan], None]] = {
    "layers": place_in_layers,
    "column": place_in_column,
    "tree": place_as_tree,
    "circle": place_on_circle,
    "spring": place_by_springs,
}


def place(
    roles: Roles,
    links: Sequence[Link],
    feet: Mapping[str, Sequence[str]],
    labels: Mapping[str, str] | None = None,
    layout: Layout = "layers",
    item_gap: float = ITEM_GAP,
) -> dict[str, Node]:
    """Place all variables so that no two shapes overlap.

    Parameters
    ----------
    roles : Roles
    links : sequence of Link
    feet : mapping of str to sequence of str
        Variables whose shape also shows R² or an intercept, and the widest of these lines.
    labels : mapping of str to str, optional
        What stands in the shapes instead of names, in lines.
    layout : {"layers", "column", "tree", "circle", "spring"} or mapping of str to tuple of float
        Or the place of each variable.
    item_gap : float
        Pixels between items of a factor.
    """
    plan = make_plan(roles, links, feet, labels or {})
    plan.item_gap = item_gap
    if isinstance(layout, str):
        LAYOUTS[layout](plan)
    else:
        place_as_given(plan, layout)
    _place_rest(plan)
    return plan.nodes


def _place_rest(plan: Plan) -> None:
    """Satellites that have no place yet, beyond the items that they are tied to."""
    waiting = {n: items for n, items in plan.satellites.items() if n not in plan.nodes}
    plan.satellites = waiting
    place_satellites(plan)
