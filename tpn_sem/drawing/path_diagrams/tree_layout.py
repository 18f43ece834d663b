"""A tree: layers from the top to the bottom, the items of the first one above, of others below."""

from __future__ import annotations

from .layered_layout import FAN
from .plan import Plan

_BETWEEN, _BESIDE, _COLUMN = 120.0, 46.0, 90.0


def place_as_tree(plan: Plan) -> None:
    """Layers as rows; items in rows at the ends, in columns beside factors between."""
    last = len(plan.layers) - 1
    edge = 0.0
    for level, layer in enumerate(plan.layers):
        side = "bottom" if level == last else "top" if level == 0 else "right"
        above, below = _heights(plan, layer, side)
        y = edge + above
        x = 0.0
        blocks = [_block_width(plan, name, side) for name in layer]
        x = -(sum(blocks) + _BESIDE * (len(layer) - 1)) / 2
        for name, width in zip(layer, blocks, strict=True):
            _place_block(plan, name, x, width, y, side)
            x += width + _BESIDE
        edge = y + below + _BETWEEN


def _heights(plan: Plan, layer: list[str], side: str) -> tuple[float, float]:
    """Room that a layer needs above and below its middle: factors, and rows or columns of items."""
    half = max(plan.size(name)[1] for name in layer) / 2
    owned = [plan.owned.get(name, []) for name in layer]
    if side == "right":
        columns = [sum(plan.size(item)[1] + plan.item_gap for item in items) for items in owned]
        half = max(half, *(column / 2 for column in columns))
        return half, half
    deepest = max((plan.size(item)[1] for items in owned for item in items), default=0.0)
    rows = half + 0.85 * FAN + deepest if deepest else half
    return (rows, half) if side == "top" else (half, rows)


def _block_width(plan: Plan, name: str, side: str) -> float:
    own = plan.size(name)[0]
    items = plan.owned.get(name, [])
    if not items:
        return own
    widths = [plan.size(item)[0] for item in items]
    if side == "right":
        return own + _COLUMN + max(widths)
    return max(own, sum(widths) + plan.item_gap * (len(widths) - 1))


def _place_block(plan: Plan, name: str, left: float, width: float, y: float, side: str) -> None:
    """Place a factor and its items; `left` is where their room begins."""
    items = plan.owned.get(name, [])
    own, height = plan.size(name)
    if side == "right":
        plan.put(name, left + own / 2, y)
        at = y - sum(plan.size(item)[1] + plan.item_gap for item in items) / 2
        for item in items:
            tall = plan.size(item)[1] + plan.item_gap
            plan.put(item, left + own + _COLUMN + plan.size(item)[0] / 2, at + tall / 2, side)
            at += tall
        return
    plan.put(name, left + width / 2, y)
    row = sum(plan.size(item)[0] + plan.item_gap for item in items) - plan.item_gap
    x = left + (width - row) / 2
    for item in items:
        wide, tall = plan.size(item)
        away = (height + tall) / 2 + 0.85 * FAN
        plan.put(item, x + wide / 2, y + (away if side == "bottom" else -away), side)
        x += wide + plan.item_gap
