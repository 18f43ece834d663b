"""The arrows of a path diagram: ways between the shapes, and places for their estimates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...numerics import Array
from ..number_formats import format_estimate
from .plan import Link, Node

ESTIMATE_SIZE, ESTIMATE_LINE = 11.0, 12.5
ALPHA = 0.05
DRAWN = ("=~", "<~", "~", "~~")
_NEAR = 9.0  # pixels
_BENDS = (0.0, 0.12, -0.12, 0.24, -0.24, 0.4, -0.4, 0.6, -0.6)


@dataclass(frozen=True)
class Arrow:
    """A parameter on its way: a cubic Bezier curve of shape (4, 2), from shape to shape."""

    link: Link
    row: pd.Series
    curve: Array
    digits: int = 2

    @property
    def points(self) -> Array:
        """Points along the curve, shape (25, 2)."""
        return points_of(self.curve, np.linspace(0.0, 1.0, 25))

    @property
    def fixed(self) -> bool:
        """Whether the model gives the value, so that it was not estimated."""
        return not bool(self.row["free"])

    @property
    def is_difference(self) -> bool:
        """Whether the estimate is a difference between groups."""
        return bool(self.row.get("difference", False))

    @property
    def text(self) -> str:
        """The estimate; a dagger marks a fixed one. A difference has its interval below it."""
        if bool(self.row.get("held", False)):
            return "="
        if not self.is_difference:
            return self._number("estimate") + ("†" if self.fixed else "")
        value = self._number("estimate")
        low, high = self.interval
        return value if math.isnan(float(self.row["p_value"])) else f"{value}\n[{low}, {high}]"

    @property
    def interval(self) -> tuple[str, str]:
        """Both ends of the interval of the estimate."""
        return self._number("ci_lower"), self._number("ci_upper")

    def _number(self, name: str) -> str:
        return format_estimate(float(self.row[name]), self.digits)

    @property
    def significant(self) -> bool:
        """False only where a test says so: what is fixed has none."""
        return not float(self.row["p_value"]) >= ALPHA


def ends_of(row: pd.Series) -> tuple[str, str]:
    """Where an arrow starts and ends: predictors and weighed items stand on the right-hand side."""
    lhs, rhs = str(row["lhs"]), str(row["rhs"])
    return (rhs, lhs) if row["op"] in ("~", "<~") else (lhs, rhs)


def links_of(drawn: pd.DataFrame) -> list[Link]:
    """The arrows of all groups together, loadings first, then regressions, then covariances."""
    strengths: dict[tuple[str, str, str], list[float]] = {}
    for _, row in drawn.iterrows():
        strengths.setdefault((*ends_of(row), row["op"]), []).append(abs(float(row["estimate"])))
    links = [Link(*key, float(np.mean(values))) for key, values in strengths.items()]
    return sorted(links, key=lambda link: DRAWN.index(link.operator))


# Ways ----------------------------------------------------------------------------------------


def points_of(curve: Array, at: Array) -> Array:
    """Points (n, 2) of a cubic Bezier curve at parameters between 0 and 1."""
    t = at[:, None]
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return np.asarray(sum(w * p for w, p in zip(weights, curve, strict=True)), dtype=float)


def part_of(curve: Array, start: float, end: float) -> Array:
    """The piece of a cubic Bezier curve between two parameters, as a curve."""
    tangent = [_slope(curve, t) * (end - start) / 3 for t in (start, end)]
    first, last = points_of(curve, np.array([start, end]))
    return np.array([first, first + tangent[0], last - tangent[1], last])


def _slope(curve: Array, t: float) -> Array:
    a, b, c = 3 * np.diff(curve, axis=0)
    return np.asarray((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c, dtype=float)


def _bent(start: Array, end: Array, bend: float) -> Array:
    """A curve that bulges by `bend` times its length to the left of its direction."""
    chord = end - start
    bulge = bend * 4 / 3 * np.array([chord[1], -chord[0]])
    return np.array([start, start + 0.3 * chord + bulge, end - 0.3 * chord + bulge, end])


def _clip(curve: Array, source: Node, target: Node) -> Array:
    """The piece of a curve outside of both shapes that it connects."""
    t = np.linspace(0.0, 1.0, 401)
    points = points_of(curve, t)
    inside_source = np.flatnonzero(source.depth(points) < 1.0)
    first = t[inside_source[-1] + 1] if len(inside_source) else 0.0
    inside_target = np.flatnonzero((target.depth(points) < 1.0) & (t > first))
    last = t[inside_target[0] - 1] if len(inside_target) else 1.0
    return part_of(curve, float(first), float(last))


def _side(node: Node, direction: Sequence[float] | Array, slide: float = 0.0) -> Array:
    """A point of the border in a direction along an axis, slid along the side by a share."""
    half = np.array([node.width, node.height]) / 2
    axis = np.array(direction)
    across = slide * axis[::-1] ** 2
    out = axis * math.sqrt(1 - slide**2) if node.latent else axis
    return np.array([node.x, node.y]) + half * (out + across)


def _candidates(link: Link, nodes: Mapping[str, Node], mutual: bool) -> list[tuple[float, Array]]:
    """Curves that an arrow could take, each with what its bend costs."""
    source, target = nodes[link.source], nodes[link.target]
    if link.source == link.target:
        return _loops(source)
    start, end = np.array([source.x, source.y]), np.array([target.x, target.y])
    if link.operator == "~~":
        curves = [(40 * abs(b), _bent(start, end, b)) for b in _BENDS[1:]]
        clipped = [(cost, _clip(curve, source, target)) for cost, curve in curves]
        return _arcs(source, target) + clipped
    if link.operator == "=~" and any(target.outward):
        axis = np.array(target.outward) * (1.0 if (start - end) @ target.outward > 0 else -1.0)
        across = float((start - end) @ axis[::-1] ** 2)
        steep = abs(across) / max(float((start - end) @ axis), 1.0)
        end = _side(target, axis, math.copysign(min(0.5 * max(steep - 0.8, 0.0), 0.7), across))
    bends = (0.2, 0.3, 0.45) if mutual else _BENDS
    curves = [(170 * abs(b), _bent(start, end, b)) for b in bends]
    return [(cost, _clip(curve, source, target)) for cost, curve in curves]


def _arcs(source: Node, target: Node) -> list[tuple[float, Array]]:
    """Arcs that leave and reach two shapes on the same side, or away from their factors."""
    found = []
    toward = np.sign([target.x - source.x, target.y - source.y])
    distance = math.hypot(target.x - source.x, target.y - source.y)
    for axis in ((-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)):
        slide = 0.35 * float(toward[1] if axis[0] else toward[0])
        first, last = _side(source, axis, slide), _side(target, axis, -slide)
        for depth in (0.3, 0.5, 0.75):
            out = np.array(axis) * (14.0 + depth * distance)
            found.append((10 * depth, np.array([first, first + out, last + out, last])))
    if any(source.outward) and any(target.outward) and source.outward != target.outward:
        first, last = _side(source, source.outward), _side(target, target.outward)
        for depth in (0.5, 0.8):
            ends = [np.array(node.outward) * depth * distance for node in (source, target)]
            found.append((20 * depth, np.array([first, first + ends[0], last + ends[1], last])))
    return [option for option in found if _is_outside(option[1], source, target)]


def _loops(node: Node) -> list[tuple[float, Array]]:
    """Small loops from a shape to itself, at a side: an item's away from its factor."""
    angles = np.pi / 4 * np.arange(8)[:: 1 if node.latent else 2]
    axes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    half = np.array([node.width, node.height]) / 2
    found = []
    for axis in [np.array(node.outward)] if any(node.outward) else axes:
        normal = axis / half if node.latent else axis
        out = normal / np.hypot(*normal)
        across = np.array([-out[1], out[0]])
        tip = np.array([node.x, node.y]) + axis * half - (1.5 if node.latent else 0.0) * out
        first, last = tip - 7.0 * across, tip + 7.0 * across
        reach, spread = 26.0 * out, 7.0 * across
        curve = np.array([first, first + reach - spread, last + reach + spread, last])
        found.append((8.0 * bool(np.abs(axis).min() > 0.1), curve))
    return found


def _is_outside(curve: Array, source: Node, target: Node) -> bool:
    """Whether a curve between two borders stays out of both shapes."""
    points = points_of(curve, np.linspace(0.04, 0.96, 24))
    return bool((np.minimum(source.depth(points), target.depth(points)) >= 1.0).all())


def route(rows: pd.DataFrame, nodes: Mapping[str, Node], digits: int = 2) -> list[Arrow]:
    """Give each parameter the curve that meets the fewest shapes and other arrows.

    Its estimate has so many decimals.
    """
    by_link = {(*ends_of(row), row["op"]): row for _, row in rows.iterrows()}
    arrows: list[Arrow] = []
    drawn = np.zeros((0, 25, 2))
    for link in links_of(rows):
        row = by_link[link.source, link.target, link.operator]
        mutual = (link.target, link.source, link.operator) in by_link
        others = [node for name, node in nodes.items() if name not in (link.source, link.target)]
        options = [
            (cost + _obstacles(_probe(link, curve), others, drawn), curve)
            for cost, curve in _candidates(link, nodes, mutual)
        ]
        arrows.append(Arrow(link, row, min(options, key=lambda option: option[0])[1], digits))
        drawn = np.concatenate([drawn, arrows[-1].points[None]])
    return arrows


def _probe(link: Link, curve: Array) -> Array:
    """Points where a way must be clear, shape (25, 2); a loop has its estimate beyond it."""
    if link.source == link.target:
        foot = curve[[0, 3]].mean(axis=0)
        curve = np.concatenate([curve[:1], foot + 2.4 * (curve[1:3] - foot), curve[3:]])
    return points_of(curve, np.linspace(0, 1, 25))


def _obstacles(points: Array, nodes: list[Node], drawn: Array) -> float:
    """What a way costs: shapes it runs through, arrows it crosses or runs along, its length.

    Of other shapes and arrows, shape (m, 25, 2), only those count whose rectangle it touches.
    """
    low, high = points.min(axis=0) - _NEAR, points.max(axis=0) + _NEAR
    hits = sum(
        bool((node.depth(points) < 1.12).any())
        for node in nodes
        if low[0] < node.x + node.width
        and high[0] > node.x - node.width
        and low[1] < node.y + node.height
        and high[1] > node.y - node.height
    )
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    cost = 400.0 * hits + 0.04 * length
    near = drawn[((drawn.max(axis=1) > low) & (drawn.min(axis=1) < high)).all(axis=1)]
    if len(near):
        cost += 9.0 * _crossings(points, near)
        gaps = points[4:-4, None] - near[:, None, 4:-4]
        apart = np.hypot(gaps[..., 0], gaps[..., 1]).min(axis=-1)
        cost += 40.0 * float((apart < _NEAR).mean(axis=-1).sum())
    return cost


def _turn(a: Array, b: Array, c: Array) -> Array:
    """On which side of the way from a to b the point c lies, by its sign."""
    u, v = b - a, c - a
    return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0], dtype=float)


def _crossings(one: Array, others: Array) -> int:
    """How often a broken line, shape (25, 2), crosses others, shape (m, 25, 2)."""
    a, b = one[:-1, None], one[1:, None]
    c, d = others[:, None, :-1], others[:, None, 1:]
    cross = (_turn(a, b, c) * _turn(a, b, d) < 0) & (_turn(c, d, a) * _turn(c, d, b) < 0)
    return int(cross.sum())
