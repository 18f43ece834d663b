"""A column, for narrow pages: one variable below the other, their items on the right."""

from __future__ import annotations

from .plan import Plan

_STEP, _REACH = 72.0, 76.0
_BELOW, _LEAST = 30.0, 58.0  # between items of two variables, and between these


def place_in_column(plan: Plan) -> None:
    """Variables below each other as they depend; in turn a step aside, so that paths pass."""
    names = [name for layer in plan.layers for name in layer]
    step = _STEP if len(plan.layers) > 1 and len(names) > 2 else 0.0
    edge = step + max(plan.size(name)[0] for name in names) / 2 + _REACH
    top = 0.0
    for number, name in enumerate(names):
        items = plan.owned.get(name, [])
        fan = sum(plan.size(item)[1] + plan.item_gap for item in items) - plan.item_gap
        height = max(plan.size(name)[1], fan)
        plan.put(name, step * (number % 2), top + height / 2)
        y = top + (height - fan) / 2
        for item in items:
            wide, tall = plan.size(item)
            plan.put(item, edge + wide / 2, y + tall / 2, "right")
            y += tall + plan.item_gap
        slack = height - plan.size(name)[1]
        top += height + max(_BELOW, _LEAST - slack / 2)
