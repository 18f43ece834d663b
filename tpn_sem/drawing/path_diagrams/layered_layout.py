"""Where the variables of a path diagram stand: from the left to the right as they depend."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...numerics import Array
from .plan import Node, Plan

_TALL = 10  # variables beyond which one column is too tall
FAN = 118.0
BETWEEN_LAYERS, PER_ARROW = 145.0, 8.0


def place_in_layers(plan: Plan) -> None:
    """Place all variables from the left to the right, as they depend on each other.

    Latent variables and observed ones that are no indicators stand in columns by the longest
    path that leads to them. Indicators stand outside: left of the first column, right of the
    last one, above or below those between. What is tied to indicators only (the specific factors
    of a bifactor model, predictors that vary over time) stands beyond them.
    """
    if len(plan.layers) == 1 and len(plan.layers[0]) > _TALL:
        _place_side_by_side(plan)
    else:
        _place_layers(plan)


def _blocks(plan: Plan, layer: list[str], with_items: bool, roomy: bool) -> tuple[Array, float]:
    """Heights that the nodes of a column need with their items, and the gap between them."""
    heights = []
    for name in layer:
        items = plan.owned.get(name, []) if with_items else []
        fan = sum(plan.size(item)[1] + plan.item_gap for item in items) - plan.item_gap
        heights.append(max(plan.size(name)[1], fan))
    inside = any(link.source in layer and link.target in layer for link in plan.links)
    slack = min((h - plan.size(n)[1] for h, n in zip(heights, layer, strict=True)), default=0.0)
    least = 28.0 if slack > 0.0 else 42.0
    return np.array(heights), max(least, 74.0 - slack) if inside or roomy else least


def _place_column(
    plan: Plan, layer: list[str], middle: tuple[float, float], side: str, roomy: bool = False
) -> None:
    """Stack the nodes of a layer around a point, their items beside them on a side, if any."""
    if not layer:
        return
    heights, gap = _blocks(plan, layer, bool(side), roomy)
    starts = np.cumsum(heights + gap) - heights - gap
    starts -= (heights.sum() + gap * (len(layer) - 1)) / 2
    half = max(plan.size(name)[0] for name in layer) / 2
    items = [item for name in layer for item in plan.owned.get(name, [])] if side else []
    item_half = max((plan.size(item)[0] for item in items), default=0.0) / 2
    away = half + FAN + 0.12 * float(heights.max()) + item_half
    for name, start, height in zip(layer, starts, heights, strict=True):
        centre = middle[1] + float(start + height / 2)
        plan.put(name, middle[0], centre)
        mine = plan.owned.get(name, []) if side else []
        steps = np.array([plan.size(item)[1] + plan.item_gap for item in mine])
        heights_of = centre + np.cumsum(steps) - steps / 2 - steps.sum() / 2
        for item, y in zip(mine, heights_of, strict=True):
            plan.put(item, middle[0] + (away if side == "right" else -away), float(y), side)


def _place_row(plan: Plan, name: str, middle: tuple[float, float], side: str) -> None:
    """A factor between the outer columns, its items in a row above or below it."""
    plan.put(name, *middle)
    items = plan.owned[name]
    widths = np.array([plan.size(item)[0] + plan.item_gap for item in items])
    starts = middle[0] + np.cumsum(widths) - widths / 2 - widths.sum() / 2
    away = (plan.size(name)[1] + max(plan.size(item)[1] for item in items)) / 2 + 0.85 * FAN
    for item, x in zip(items, starts, strict=True):
        plan.put(item, float(x), middle[1] + (away if side == "bottom" else -away), side)


def _place_layers(plan: Plan) -> None:
    """Columns from the left to the right; factors with their items in a row rise or sink."""
    last = len(plan.layers) - 1
    rows = _in_rows(plan)
    lift = _lift(plan, rows)
    edges = {"core": -np.inf, "top": -np.inf, "bottom": -np.inf}
    for level, layer in enumerate(plan.layers):
        half = max(plan.size(name)[0] for name in layer) / 2
        rest = [name for name in layer if name not in rows]
        x = max(0.0, edges["core"] + half + _room_before(plan, level))
        if level == last and rest:
            x = max(x, edges["top"] + half + 20.0, edges["bottom"] + half + 20.0)
        edge = x + half
        for name in [name for name in layer if name in rows]:
            edge = max(edge, _place_in_band(plan, name, x, rows[name], lift, edges))
        skipped = 0 < level < last and _is_skipped(plan, level)
        rise = -90.0 if skipped and len(rest) == 1 else 0.0
        side = "right" if level == last else "left" if level == 0 else ""
        _place_column(plan, rest, (x, rise), side, roomy=skipped)
        edges["core"] = edge
        if level == 0:
            edges["top"], edges["bottom"] = max(edge, edges["top"]), max(edge, edges["bottom"])


def _room_before(plan: Plan, level: int) -> float:
    """Distance of a layer from the one before it: the more arrows between, the more."""
    before, layer = plan.layers[level - 1], plan.layers[level]
    arrows = sum(link.source in before and link.target in layer for link in plan.links)
    return BETWEEN_LAYERS + PER_ARROW * min(arrows, 15)


def _place_in_band(
    plan: Plan, name: str, x: float, band: str, lift: float, edges: dict[str, float]
) -> float:
    """Place a factor and its row right of what stands in the band; its own right edge."""
    half = plan.size(name)[0] / 2
    row = max(2 * half, sum(plan.size(item)[0] + plan.item_gap for item in plan.owned[name])) / 2
    x = max(x, edges[band] + row + 24.0)
    _place_row(plan, name, (x, lift if band == "bottom" else -lift), band)
    edges[band] = x + row
    return x + half


def _place_side_by_side(plan: Plan) -> None:
    """Many variables that do not depend on each other: several columns of the same height."""
    names = plan.layers[0]
    n_columns = int(np.ceil(np.sqrt(len(names) / 2)))
    height = -(-len(names) // n_columns)
    x = 0.0
    for start in range(0, len(names), height):
        before = set(plan.nodes)
        _place_column(plan, names[start : start + height], (x, 0.0), "right")
        new = [plan.nodes[name] for name in plan.nodes if name not in before]
        x = max(node.x + node.width / 2 for node in new) + 90.0


def _in_rows(plan: Plan) -> dict[str, str]:
    """Factors whose items stand in a row, each with its band, "top" or "bottom".

    These are the factors between the outer layers, in turn above and below; and one that is alone
    in an outer layer but whose items covary with those of other layers (the same items at several
    times), so that these arcs can run along the rows.
    """
    last = len(plan.layers) - 1
    pairs = [{link.source, link.target} for link in plan.links if link.operator == "~~"]
    rows: dict[str, str] = {}
    for level, layer in enumerate(plan.layers):
        for name in layer:
            tied = {other for pair in pairs if name in pair for other in pair} - set(layer)
            tied = {other for other in tied if plan.owned.get(other)}
            alone = len(layer) == 1 and bool(tied)
            if plan.owned.get(name) and (0 < level < last or alone):
                near = [rows[other] for other in rows if other in tied]
                turn = "top" if len(rows) % 2 == 0 else "bottom"
                rows[name] = near[0] if near else turn
    return rows


def _lift(plan: Plan, rows: Iterable[str]) -> float:
    """How far above or below the axis factors with rows stand."""
    lift = 95.0
    for level, layer in enumerate(plan.layers):
        outer = level in (0, len(plan.layers) - 1)
        rest = [name for name in layer if name not in rows]
        if rest:
            heights, gap = _blocks(plan, rest, outer, True)
            half = float(heights.sum() + gap * len(heights)) / 2
            lift = max(lift, 0.62 * half if outer else half + 70.0)
    return lift


def _is_skipped(plan: Plan, level: int) -> bool:
    """Whether an arrow leads from before a layer to behind it."""
    level_of = {name: n for n, layer in enumerate(plan.layers) for name in layer}
    return any(
        level_of[link.source] < level < level_of[link.target]
        for link in plan.links
        if link.operator != "~~"
    )


def place_satellites(plan: Plan) -> None:
    """Beyond the items that they are tied to, level with them and clear of each other."""
    sides: dict[tuple[float, float], list[str]] = {}
    for name, items in plan.satellites.items():
        sides.setdefault(plan.nodes[items[0]].outward, []).append(name)
    for outward, names in sides.items():
        across = 1 if outward[0] else 0
        sizes = {name: plan.size(name) for name in names}
        wanted = {
            name: float(np.mean([_at(plan.nodes[item])[across] for item in plan.satellites[name]]))
            for name in names
        }
        names.sort(key=lambda name: wanted[name])
        places: list[float] = []
        for before, name in zip([None, *names], names, strict=False):
            least = -np.inf
            if before is not None:
                room = (sizes[before][across] + sizes[name][across]) / 2 + plan.item_gap
                least = places[-1] + room + 20.0 * (name in plan.latent)
            places.append(max(wanted[name], least))
        shift = float(np.mean(places) - np.mean(list(wanted.values())))
        deepest = max(sizes[name][1 - across] for name in names)
        for name, place in zip(names, places, strict=True):
            item = plan.nodes[plan.satellites[name][0]]
            size = (item.width, item.height)[1 - across]
            far = 0.8 * FAN if name in plan.latent else 0.6 * FAN
            away = (size + deepest) / 2 + far
            along = _at(item)[1 - across] + away * outward[1 - across]
            plan.put(name, *((along, place - shift) if across else (place - shift, along)))


def _at(node: Node) -> tuple[float, float]:
    return node.x, node.y
