"""Places for the estimates on the arrows of a path diagram."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...numerics import Array
from ..scenes import Box, text_width
from .arrows import ESTIMATE_LINE, ESTIMATE_SIZE, Arrow, points_of
from .plan import Node


def label_boxes(arrows: list[Arrow], nodes: Iterable[Node]) -> list[Box]:
    """A place for each estimate on its arrow, clear of shapes and of each other."""
    placed: list[Box] = []
    shapes = list(nodes)
    lines = [arrow.points for arrow in arrows]
    nowhere = np.full((1, 2), np.inf)
    for number, arrow in enumerate(arrows):
        others = np.concatenate([nowhere, *lines[:number], *lines[number + 1 :]])
        options = [
            (cost + _crowding(box, placed, shapes, others), box)
            for cost, box in _label_options(arrow)
        ]
        placed.append(min(options, key=lambda option: option[0])[1])
    return placed


def _label_options(arrow: Arrow) -> list[tuple[float, Box]]:
    """Places along an arrow, each with what its distance from the best one costs.

    An estimate would hide an arc that is hardly longer than itself: it stands beside it.
    """
    best = {"=~": 0.6, "<~": 0.4}.get(arrow.link.operator, 0.5)
    lines = arrow.text.split("\n")
    width = max(text_width(line, ESTIMATE_SIZE) for line in lines) + 5.0
    height = ESTIMATE_LINE * len(lines) + 1.5
    shares = best + np.linspace(-0.42, 0.3, 37)
    points = points_of(arrow.curve, shares)
    chord = arrow.curve[3] - arrow.curve[0]
    bulge = points_of(arrow.curve, np.array([0.5]))[0] - arrow.curve[[0, 3]].mean(axis=0)
    if arrow.link.source == arrow.link.target:
        out = bulge / max(float(np.hypot(*bulge)), 1e-9)
        points = points_of(arrow.curve, np.full(37, 0.5))
        away = np.abs(out) @ [width / 2, height / 2] + np.linspace(0.0, 12.0, 37)
        points = points + out * away[:, None]
    elif arrow.link.operator == "~~" and np.hypot(*chord) < 2.5 * (ESTIMATE_SIZE + 3.0):
        points = points + np.sign(np.round(bulge)) * [width / 2 + 1.0, height / 2 + 1.0]
    return [
        (30 * abs(float(t) - best), Box(float(x), float(y), width, height))
        for t, (x, y) in zip(shares, points, strict=True)
    ]


def _crowding(box: Box, placed: list[Box], shapes: list[Node], others: Array) -> float:
    """What a place costs: other estimates, shapes and arrows under it."""
    cost = 300.0 * sum(box.overlaps(other, 1.5) for other in placed)
    cost += 300.0 * sum(box.overlaps(shape, 2.0) for shape in shapes)
    near = np.abs(others - [box.x, box.y]) < [box.width / 2 + 3, box.height / 2 + 3]
    return cost + 3.0 * float(near.all(axis=1).sum())
