"""One panel of a path diagram: its arrows, shapes and estimates as primitives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ...numerics import Array
from ..number_formats import p_phrase
from ..scenes import Box, Curve, Ellipse, Group, Item, Polygon, Rectangle, Words
from .arrows import DRAWN, ESTIMATE_LINE, ESTIMATE_SIZE, Arrow, part_of, points_of, route
from .estimate_places import label_boxes
from .plan import FOOT_LINE, FOOT_SIZE, LINE, NAME_SIZE, Node

INK, GREY, BLUE, ORANGE, PALE = "#1f2d3d", "#6f6f6f", "#0072b2", "#d55e00", "#e6f1f8"
_GROUND, _FAINT = "#ffffff", "#555555"
_WIDTHS = {
    "=~": (0.8, 0.9),
    "<~": (0.8, 0.9),
    "~": (1.5, 2.1),
    "~~": (0.9, 1.3),
}  # least, and what size adds


class Panel:
    """One group: its arrows and the places of their estimates.

    Attributes
    ----------
    label : str
        The group's; "" where there is one.
    feet : mapping of str to sequence of str
        What stands below the labels of variables: R², intercepts.
    digits : int
        Decimals of estimates.
    box : Box
        What everything drawn is inside of.
    """

    def __init__(
        self,
        label: str,
        nodes: Mapping[str, Node],
        rows: pd.DataFrame,
        feet: Mapping[str, Sequence[str]],
        digits: int,
    ):
        self.label, self.nodes, self.feet = label, nodes, feet
        self.arrows = route(rows, nodes, digits)
        self.labels = label_boxes(self.arrows, nodes.values())
        self.widest = {operator: _widest(self.arrows, operator) for operator in DRAWN}
        self.box = _bounds([*nodes.values(), *self.labels], [a.points for a in self.arrows])

    def items(self) -> list[Item]:
        """Arrows below shapes, estimates on top."""
        items: list[Item] = [_arrow(a, self.widest[a.link.operator]) for a in self.arrows]
        items += [_shape(node, self.feet.get(node.name, ())) for node in self.nodes.values()]
        for arrow, box in zip(self.arrows, self.labels, strict=True):
            items += _estimate(arrow, box)
        return items


def _widest(arrows: Sequence[Arrow], operator: str) -> float:
    sizes = [abs(a.row["estimate"]) for a in arrows if a.link.operator == operator]
    least = 0.0 if any(a.is_difference for a in arrows) else 1.0
    return max([least, *(size for size in sizes if math.isfinite(size))]) or 1.0


def _bounds(boxes: Sequence[Box], lines: Sequence[Array]) -> Box:
    centres = np.array([[box.x, box.y] for box in boxes])
    halves = np.array([[box.width, box.height] for box in boxes]) / 2
    points = np.concatenate([centres - halves, centres + halves, *lines])
    low, high = points.min(axis=0) - 6.0, points.max(axis=0) + 6.0
    centre, size = (low + high) / 2, high - low
    return Box(float(centre[0]), float(centre[1]), float(size[0]), float(size[1]))


def _arrow(arrow: Arrow, widest: float) -> Group:
    """A path or covariance; paths between variables are heavier than loadings."""
    operator, row = arrow.link.operator, arrow.row
    share = min(abs(float(row["estimate"])) / widest, 1.0)
    least, more = _WIDTHS[operator]
    width = least + more * (share if math.isfinite(share) else 0.0)
    is_loop = arrow.link.source == arrow.link.target
    head = 5.0 if is_loop else 7.5 + 1.3 * width
    length = float(np.hypot(*np.diff(arrow.points, axis=0).T).sum())
    cut = min(0.8 * head / max(length, 1.0), 0.3)
    both = operator == "~~"
    stem = part_of(arrow.curve, cut if both else 0.0, 1.0 - cut)
    ink = _ink(arrow)
    ends = [arrow.curve, arrow.curve[::-1]] if both else [arrow.curve]
    across = 2.2 if is_loop else 2.6 + 0.75 * width
    heads = [Polygon(_head(end, head, across), ink, "head") for end in ends]
    data = {"lhs": str(row["lhs"]), "op": operator, "rhs": str(row["rhs"])}
    lines = [Curve(stem, ink, width, not arrow.significant)]
    return Group([*lines, *heads], "path", data, _sentence(arrow))


def _ink(arrow: Arrow) -> str:
    if not arrow.significant:
        return GREY
    if not arrow.is_difference:
        return INK
    return BLUE if float(arrow.row["estimate"]) > 0.0 else ORANGE


def _head(curve: Array, length: float, half: float) -> Array:
    """An arrow head at the end of a curve, in the direction in which it arrives."""
    back = curve[3] - points_of(curve, np.array([0.96]))[0]
    along = back / max(float(np.hypot(*back)), 1e-9)
    across = np.array([-along[1], along[0]]) * half
    base = curve[3] - length * along
    return np.array([curve[3], base + across, base + 0.22 * length * along, base - across])


def _sentence(arrow: Arrow) -> str:
    """What an arrow says, for who points at it or has it read aloud."""
    row, sign = arrow.row, "↔" if arrow.link.operator == "~~" else "→"
    value = arrow.text.split("\n")[0].rstrip("†")
    text = f"{arrow.link.source} {sign} {arrow.link.target}: {value}"
    if arrow.fixed:
        text += ", fixed in estimation"
    p = float(row["p_value"])
    if not math.isnan(p):
        text += f", {p_phrase(p)}"
        low, high = arrow.interval
        text += f", 95% CI [{low}, {high}]"
    return text


def _shape(node: Node, feet: Sequence[str]) -> Group:
    """A variable: its shape, its label in lines, and smaller lines below."""
    box = Box(node.x, node.y, node.width, node.height)
    shape: Item = Rectangle(box, _GROUND, INK)
    if node.latent:
        shape = Ellipse(box, PALE, BLUE, dashed=node.product)
    lines = node.label.split("\n")
    height = LINE * len(lines) + FOOT_LINE * len(feet)
    y = node.y - height / 2 + LINE / 2
    words = [
        Words(node.x, y + LINE * k, line, NAME_SIZE, bold=node.latent)
        for k, line in enumerate(lines)
    ]
    y += LINE * (len(lines) - 1) + (LINE + FOOT_LINE) / 2
    words += [Words(node.x, y + FOOT_LINE * k, foot, FOOT_SIZE) for k, foot in enumerate(feet)]
    return Group([shape, *words], "variable", {"name": node.name})


def _estimate(arrow: Arrow, box: Box) -> list[Item]:
    ink = INK if arrow.significant else _FAINT
    lines = arrow.text.split("\n")
    first = box.y - ESTIMATE_LINE * (len(lines) - 1) / 2
    halo = Rectangle(box, _GROUND, rounding=4.0, opacity=0.92, name="halo")
    return [
        halo,
        *(
            Words(
                box.x,
                first + ESTIMATE_LINE * k,
                line,
                ESTIMATE_SIZE,
                ink=ink,
                name="interval" if k else "estimate",
            )
            for k, line in enumerate(lines)
        ),
    ]
