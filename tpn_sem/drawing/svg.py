"""A path diagram's panels as scalable vector graphics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd

from ..numerics import Array
from .arrows import (
    DRAWN,
    ESTIMATE_SIZE,
    Arrow,
    label_boxes,
    part_of,
    points_of,
    route,
)
from .number_formats import format_estimate, p_phrase
from .plan import NAME_SIZE, Box, Node, text_width

TITLE_SIZE = 15.0
_INK, _GREY, _BLUE, _PALE = "#1f2d3d", "#6f6f6f", "#0072b2", "#e6f1f8"


class Panel:
    """One group: its arrows and the places of their estimates.

    Attributes
    ----------
    label : str
        The group's; "" where there is one.
    shares : dict of str to float
        R² of the variables that show it.
    box : Box
        What everything drawn is inside of.
    """

    def __init__(
        self, label: str, nodes: dict[str, Node], rows: pd.DataFrame, shares: dict[str, float]
    ):
        self.label, self.nodes, self.shares = label, nodes, shares
        self.arrows = route(rows, nodes)
        self.labels = label_boxes(self.arrows, nodes.values())
        self.widest = {
            operator: max(
                [1.0] + [abs(a.row["estimate"]) for a in self.arrows if a.link.operator == operator]
            )
            for operator in DRAWN
        }
        self.box = _bounds([*nodes.values(), *self.labels], [a.points for a in self.arrows])

    def svg(self) -> list[str]:
        """Arrows below shapes, estimates on top."""
        lines = [_arrow_svg(a, self.widest[a.link.operator]) for a in self.arrows]
        lines += [_node_svg(node, self.shares.get(node.name)) for node in self.nodes.values()]
        pairs = zip(self.arrows, self.labels, strict=True)
        return lines + [_estimate_svg(arrow, box) for arrow, box in pairs]


def _bounds(boxes: Sequence[Box], lines: Sequence[Array]) -> Box:
    centres = np.array([[box.x, box.y] for box in boxes])
    halves = np.array([[box.width, box.height] for box in boxes]) / 2
    points = np.concatenate([centres - halves, centres + halves, *lines])
    low, high = points.min(axis=0) - 6.0, points.max(axis=0) + 6.0
    centre, size = (low + high) / 2, high - low
    return Box(float(centre[0]), float(centre[1]), float(size[0]), float(size[1]))


def _arrow_svg(arrow: Arrow, widest: float) -> str:
    link = arrow.link
    colour = _INK if arrow.significant else _GREY
    share = min(abs(float(arrow.row["estimate"])) / widest, 1.0)
    width = 0.9 + 2.1 * (share if math.isfinite(share) else 0.0)
    head = 7.5 + 1.3 * width
    length = float(np.hypot(*np.diff(arrow.points, axis=0).T).sum())
    cut = min(0.8 * head / max(length, 1.0), 0.3)
    both = link.operator == "~~"
    stem = part_of(arrow.curve, cut if both else 0.0, 1.0 - cut)
    d = "M{} {} C{} {} {} {} {} {}".format(*(f"{v:.1f}" for v in stem.ravel()))
    dash = "" if arrow.significant else ' stroke-dasharray="5 3.5"'
    heads = [_head(arrow.curve, head, width)] + [_head(arrow.curve[::-1], head, width)] * both
    row = arrow.row
    return (
        f'<g class="path" data-lhs={quoteattr(str(row["lhs"]))} data-op="{escape(link.operator)}" '
        f"data-rhs={quoteattr(str(row['rhs']))}><title>{escape(_sentence(arrow))}</title>"
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:.2f}"{dash}/>'
        + "".join(f'<path class="head" d="{item}" fill="{colour}"/>' for item in heads)
        + "</g>"
    )


def _head(curve: Array, length: float, width: float) -> str:
    """An arrow head at the end of a curve, in the direction in which it arrives."""
    back = curve[3] - points_of(curve, np.array([0.96]))[0]
    along = back / max(float(np.hypot(*back)), 1e-9)
    across = np.array([-along[1], along[0]]) * (2.6 + 0.75 * width)
    base = curve[3] - length * along
    corners = [curve[3], base + across, base + 0.22 * length * along, base - across]
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + " Z"


def _sentence(arrow: Arrow) -> str:
    """What an arrow says, for who points at it or has it read aloud."""
    row, sign = arrow.row, "↔" if arrow.link.operator == "~~" else "→"
    text = f"{arrow.link.source} {sign} {arrow.link.target}: {arrow.text.rstrip('†')}"
    if arrow.fixed:
        text += ", fixed in estimation"
    p = float(row["p_value"])
    if not math.isnan(p):
        text += f", {p_phrase(p)}"
        low, high = (format_estimate(float(row[side])) for side in ("ci_lower", "ci_upper"))
        text += f", 95 % CI [{low}, {high}]"
    return text


def _node_svg(node: Node, share: float | None) -> str:
    x, y, width, height = (f"{v:.1f}" for v in (node.x, node.y, node.width / 2, node.height / 2))
    if node.latent:
        shape = f'<ellipse cx="{x}" cy="{y}" rx="{width}" ry="{height}" fill="{_PALE}"'
    else:
        left, top = f"{node.x - node.width / 2:.1f}", f"{node.y - node.height / 2:.1f}"
        shape = f'<rect x="{left}" y="{top}" width="{node.width:.1f}" height="{node.height:.1f}"'
        shape += ' rx="1.5" fill="#ffffff"'
    shape += f' stroke="{_BLUE if node.latent else _INK}" stroke-width="1.4"/>'
    weight = "600" if node.latent else "400"
    shift = -7.0 if share is not None else 0.0
    text = _text(node.x, node.y + shift, node.name, NAME_SIZE, f'font-weight="{weight}"')
    if share is not None:
        text += _text(node.x, node.y + 10.0, f"R² = {format_estimate(share)}", 10.5)
    return f'<g class="variable" data-name={quoteattr(node.name)}>{shape}{text}</g>'


def _text(x: float, y: float, text: str, size: float, more: str = "") -> str:
    """A text whose middle is at (x, y); `y` is moved to the base line, which all viewers know."""
    return (
        f'<text x="{x:.1f}" y="{y + 0.36 * size:.1f}" font-size="{size:g}" {more}>'
        f"{escape(text)}</text>"
    )


def _estimate_svg(arrow: Arrow, box: Box) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    colour = _INK if arrow.significant else "#555555"
    return (
        f'<rect class="halo" x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="4" fill="#ffffff" fill-opacity="0.92"/>'
        + _text(box.x, box.y, arrow.text, ESTIMATE_SIZE, f'class="estimate" fill="{colour}"')
    )


def compose(panels: list[Panel], caption: list[str], description: str) -> str:
    """Panels in the grid whose shape is nearest to a page's, the caption below them."""
    titles = max(text_width(panel.label, 1.1 * TITLE_SIZE) for panel in panels)
    width = max(titles, *(panel.box.width for panel in panels)) + 24.0
    head = 34.0 if any(panel.label for panel in panels) else 6.0
    height = max(panel.box.height for panel in panels) + head + 14.0
    columns = min(
        range(1, len(panels) + 1),
        key=lambda n: abs(math.log(n * width / (math.ceil(len(panels) / n) * height) / 1.3)),
    )
    body: list[str] = []
    for number, panel in enumerate(panels):
        left, top = number % columns * width, number // columns * height
        dx = left + width / 2 - panel.box.x
        dy = top + (height + head - 14.0) / 2 - panel.box.y
        title = _text(left + width / 2, top + 18, panel.label, TITLE_SIZE, 'font-weight="600"')
        body += ['<g class="panel">', title if panel.label else ""]
        body += [f'<g transform="translate({dx:.1f} {dy:.1f})">', *panel.svg(), "</g></g>"]
    full_width = max(columns * width, 340.0)
    offset = (full_width - columns * width) / 2
    bottom = math.ceil(len(panels) / columns) * height
    lines = _wrap(caption, full_width - 24.0)
    notes = [
        _text(
            12.0, bottom + 12 + 15 * k, line, ESTIMATE_SIZE, 'class="caption" text-anchor="start"'
        )
        for k, line in enumerate(lines)
    ]
    return _document(full_width, bottom + 15 * len(lines) + 12, offset, body, notes, description)


def _wrap(sentences: list[str], width: float) -> list[str]:
    lines = [""]
    for word in " ".join(sentences).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, ESTIMATE_SIZE) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _document(
    width: float, height: float, offset: float, body: list[str], notes: list[str], text: str
) -> str:
    title = "Path diagram"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" style="max-width:100%;height:auto" '
        f'font-family="Helvetica, Arial, sans-serif" fill="{_INK}" text-anchor="middle">'
    )
    parts = [
        head,
        f"<title>{title}</title>",
        f"<desc>{escape(text)}.</desc>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<g transform="translate({offset:.1f} 0)">',
        *body,
        "</g>",
        *notes,
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"
