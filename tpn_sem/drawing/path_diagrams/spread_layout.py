"""Layouts by places of the factors: circle, spring, places that are given; items stand outside."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from ...errors import OptionError
from ...numerics import Array
from .layered_layout import FAN
from .plan import Plan

_CLEAR = 42.0  # pixels between shapes of different factors
_GROWTH, _MOST = 1.07, 120
Places = dict[str, Array]


def place_on_circle(plan: Plan) -> None:
    """Factors, and what is no indicator, on a circle, in the order of their layers."""
    names = _inner(plan)
    angles = np.pi + 2.0 * np.pi * np.arange(len(names)) / max(len(names), 1)
    radius = 150.0 if len(names) > 1 else 0.0
    points = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    _spread(plan, dict(zip(names, points, strict=True)))


def place_by_springs(plan: Plan) -> None:
    """Where springs along the arrows would hold them (Fruchterman & Reingold, 1991)."""
    import networkx as nx

    names = _inner(plan)
    graph = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from((link.source, link.target) for link in plan.links)
    found = nx.spring_layout(graph, seed=1, iterations=200)
    _spread(plan, {name: 150.0 * np.asarray(found[name], dtype=float) for name in names})


def place_as_given(plan: Plan, given: Mapping[str, Sequence[float]]) -> None:
    """At given places, in any unit, y upwards; items without one stand outside of their factor.

    Raises
    ------
    OptionError
        Where a place is missing, or two are the same.
    """
    items = [item for owned in plan.owned.values() for item in owned]
    known = [*_inner(plan), *items, *plan.satellites]
    given = {name: at for name, at in given.items() if name in known}
    missing = [name for name in _inner(plan) if name not in given]
    if missing:
        raise OptionError(
            f"layout= gives no place for {', '.join(map(repr, missing))}: all variables need one, "
            "but for items, which can stand beside their factors."
        )
    places = {name: np.array([x, -y]) for name, (x, y) in given.items()}
    for (one, a), (other, b) in itertools.combinations(places.items(), 2):
        if not np.abs(a - b).max() > 1e-9:
            raise OptionError(f"layout= puts {one!r} and {other!r} at the same place.")
    extent = max(float(np.abs(a - b).max()) for a in places.values() for b in places.values())
    _spread(plan, {name: at * (200.0 / extent if extent else 1.0) for name, at in places.items()})


def _inner(plan: Plan) -> list[str]:
    return [name for layer in plan.layers for name in layer]


def _spread(plan: Plan, places: Places) -> None:
    """Put factors at places, their items outside, and pull all apart until no two overlap."""
    centre = np.mean([places[name] for name in _inner(plan)], axis=0)
    scale = 1.0
    for _ in range(_MOST):
        plan.nodes.clear()
        for name, at in places.items():
            plan.put(name, scale * at[0], scale * at[1], _side_of(plan, name, places))
        for name in _inner(plan):
            items = [item for item in plan.owned.get(name, []) if item not in places]
            _fan(plan, name, items, places[name] - centre)
        if _is_clear(plan):
            return
        scale *= _GROWTH


def _side_of(plan: Plan, name: str, places: Places) -> str:
    """On which side of its factor an item stands that was given a place; "" of others."""
    owner = next((factor for factor, items in plan.owned.items() if name in items), None)
    return _side(places[name] - places[owner]) if owner in places else ""


def _side(direction: Array) -> str:
    x, y = direction
    if abs(x) >= abs(y) and abs(x) > 1e-9:
        return "right" if x > 0 else "left"
    return "top" if y < -1e-9 else "bottom"


def _fan(plan: Plan, name: str, items: list[str], direction: Array) -> None:
    """Place a factor's items in a column or a row on its outer side."""
    if not items:
        return
    node, side = plan.nodes[name], _side(direction)
    sizes = np.array([plan.size(item) for item in items])
    across = 1 if side in ("left", "right") else 0
    steps = sizes[:, across] + plan.item_gap
    along = np.cumsum(steps) - steps / 2 - steps.sum() / 2
    half = (node.width, node.height)[1 - across] / 2
    away = half + 0.85 * FAN + 0.06 * float(steps.sum()) + float(sizes[:, 1 - across].max()) / 2
    away *= 1.0 if side in ("right", "bottom") else -1.0
    for item, shift in zip(items, along, strict=True):
        move = (away, float(shift)) if across else (float(shift), away)
        plan.put(item, node.x + move[0], node.y + move[1], side)


def _is_clear(plan: Plan) -> bool:
    """Whether all shapes are clear of each other, those of different factors by some more."""
    owner = {item: factor for factor, items in plan.owned.items() for item in items}
    for one, other in itertools.combinations(plan.nodes.values(), 2):
        same = owner.get(one.name, one.name) == owner.get(other.name, other.name)
        inner = one.name not in owner and other.name not in owner
        margin = 4.0 if same else _CLEAR + 40.0 * inner
        if one.overlaps(other, margin):
            return False
    return not any(math.isnan(node.x) for node in plan.nodes.values())
