"""Panels of a path diagram, their titles and the caption as one scene."""

from __future__ import annotations

import math

from ..scenes import Group, Item, Scene, Words, text_width
from .arrows import ESTIMATE_SIZE
from .panel import Panel

TITLE_SIZE = 15.0
_PAGE = 1000.0  # pixels that a page has for panels side by side


def compose(panels: list[Panel], caption: list[str], description: str, columns: int = 0) -> Scene:
    """Panels in columns, the caption below them.

    If nobody says how many: side by side where a page has room; more panels than that stand in the
    grid whose shape is nearest to a page's.
    """
    titles = max(text_width(panel.label, 1.1 * TITLE_SIZE) for panel in panels)
    width = max(titles, *(panel.box.width for panel in panels)) + 24.0
    head = 34.0 if any(panel.label for panel in panels) else 6.0
    height = max(panel.box.height for panel in panels) + head + 14.0
    columns = columns or _columns(len(panels), width, height)
    body: list[Item] = []
    for number, panel in enumerate(panels):
        left, top = number % columns * width, number // columns * height
        dx = left + width / 2 - panel.box.x
        dy = top + (height + head - 14.0) / 2 - panel.box.y
        title = [Words(left + width / 2, top + 18, panel.label, TITLE_SIZE, bold=True)]
        drawn = Group(panel.items(), shift=(dx, dy))
        body.append(Group([*(title if panel.label else []), drawn], "panel"))
    full_width = max(columns * width, 340.0)
    offset = (full_width - columns * width) / 2
    bottom = math.ceil(len(panels) / columns) * height
    lines = _wrap(caption, full_width - 24.0)
    notes = [
        Words(12.0, bottom + 12 + 15 * k, line, ESTIMATE_SIZE, "start", name="caption")
        for k, line in enumerate(lines)
    ]
    items: list[Item] = [Group(body, shift=(offset, 0.0)), *notes]
    return Scene(full_width, bottom + 15 * len(lines) + 12, items, "Path diagram", description)


def _columns(panels: int, width: float, height: float) -> int:
    """How many panels of a size stand side by side."""
    shapely = min(
        range(1, panels + 1),
        key=lambda n: abs(math.log(n * width / (math.ceil(panels / n) * height) / 1.3)),
    )
    most = max(shapely, min(panels, int(_PAGE // width)))
    return math.ceil(panels / math.ceil(panels / most))


def _wrap(sentences: list[str], width: float) -> list[str]:
    lines = [""]
    for word in " ".join(sentences).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, ESTIMATE_SIZE) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
