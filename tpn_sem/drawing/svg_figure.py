"""Drawings that are SVG of few elements as figures of matplotlib, for PDF and PNG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ..numerics import Array
from ..optional_packages import optional
from .legible import legible
from .matplotlib_figures import POINT, as_given, letters, new_figure, settings

_SILENT = {"title", "desc", "style", "metadata", "defs"}
_SIDES = {"start": "left", "middle": "center", "end": "right"}
_INHERITED = {
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "fill-opacity",
    "stroke-opacity",
    "opacity",
    "font-size",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
}
_NUMBER = re.compile(r"-?\d+\.?\d*(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_ALONG_X, _ALONG_Y, _CLOSING = "H", "V", "Z"
_CORNERS = {"M": 1, "L": 1, "C": 3}


class NotDrawableError(Exception):
    """What the drawing holds that no writer here knows; of another program, perhaps."""


def figure_of_svg(svg: str) -> Any:
    """A figure of the drawing's own size.

    Raises
    ------
    NotDrawableError
        For elements, steps of paths and turns that the library's own drawings do not have.
    NotAvailableError
        Without matplotlib.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise NotDrawableError("text that is no SVG") from error
    if _name(root) != "svg" or "viewBox" not in root.attrib:
        raise NotDrawableError("no viewBox")
    width, height = _numbers(root.attrib["viewBox"])[2:]
    with settings():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0.0, width)
        axes.set_ylim(height, 0.0)
        axes.set_axis_off()
        _Drawn(axes, width, height).element(root, _State())
    return figure


@dataclass(frozen=True)
class _State:
    """What an element has of those around it: attributes, and how it is moved and turned."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    turned: Array = field(default_factory=lambda: np.eye(3))
    angle: float = 0.0

    def within(self, element: ElementTree.Element) -> _State:
        own = {key: value for key, value in element.attrib.items() if key in _INHERITED}
        opacity = float(self.attributes.get("opacity", 1.0)) * float(own.get("opacity", 1.0))
        inner = replace(self, attributes={**self.attributes, **own, "opacity": str(opacity)})
        turn = element.attrib.get("transform")
        return inner if turn is None else inner._turned(turn)

    def _turned(self, text: str) -> _State:
        kind, numbers = text.partition("(")[0].strip(), _numbers(text)
        if kind == "translate":
            x, y = (*numbers, 0.0)[:2]
            return replace(self, turned=self.turned @ _shift(x, y))
        if kind != "rotate":
            raise NotDrawableError(f"transform={text!r}")
        angle, x, y = (*numbers, 0.0, 0.0)[:3]
        cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        turned = self.turned @ _shift(x, y) @ turn @ _shift(-x, -y)
        return replace(self, turned=turned, angle=self.angle + angle)

    def places(self, points: Any) -> Array:
        """Points, shape (n, 2), where they come to lie."""
        own = np.atleast_2d(np.asarray(points, dtype=float))
        moved: Array = (np.column_stack([own, np.ones(len(own))]) @ self.turned.T)[:, :2]
        return moved

    def look(self, filled: bool = True) -> dict[str, Any]:
        """Colours and strokes as matplotlib has them."""
        read = self.attributes
        opacity = float(read["opacity"])
        fill = read.get("fill", "#000000") if filled else "none"
        stroke, width = read.get("stroke", "none"), float(read.get("stroke-width", 1.0))
        look: dict[str, Any] = {
            "facecolor": _colour(fill, opacity * float(read.get("fill-opacity", 1.0))),
            "edgecolor": _colour(stroke, opacity * float(read.get("stroke-opacity", 1.0))),
            "linewidth": width * POINT if stroke != "none" else 0.0,
        }
        dashes = _numbers(read.get("stroke-dasharray", ""))
        if dashes and all(dashes[1::2]) and width > 0.0:
            look["linestyle"] = (0.0, tuple(one / width for one in dashes))
        return look


class _Drawn:
    """Draws elements on axes in their order."""

    def __init__(self, axes: Any, width: float, height: float):
        self.axes, self.width, self.height, self.order = axes, width, height, 2.0
        self.patches = optional("matplotlib.patches", "report")
        self.path = optional("matplotlib.path", "report").Path

    def element(self, element: ElementTree.Element, above: _State) -> None:
        name = _name(element)
        if name in _SILENT:
            return
        state = above.within(element)
        if name in ("svg", "g"):
            for inner in element:
                self.element(inner, state)
            return
        draw = getattr(self, f"_{name}", None)
        if draw is None:
            raise NotDrawableError(f"<{name}>")
        self.order += 0.001
        draw(element, state)

    def _add(self, patch: Any) -> None:
        patch.set_zorder(self.order)
        self.axes.add_patch(patch)

    def _rect(self, element: ElementTree.Element, state: _State) -> None:
        x, y = self._length(element, "x"), self._length(element, "y")
        width, height = self._length(element, "width"), self._length(element, "height")
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        self._add(self.patches.Polygon(state.places(corners), **state.look()))

    def _length(self, element: ElementTree.Element, key: str) -> float:
        text = element.attrib.get(key, "0")
        if text.endswith("%"):
            whole = self.width if key in ("x", "width") else self.height
            return whole * float(text[:-1]) / 100.0
        return float(text)

    def _line(self, element: ElementTree.Element, state: _State) -> None:
        ends = [[float(element.attrib.get(key, 0.0)) for key in pair] for pair in _ENDS]
        self._open(state.places(ends), state)

    def _polyline(self, element: ElementTree.Element, state: _State) -> None:
        points = _points(element)
        if len(points) > 1:
            self._open(state.places(points), state, filled=element.get("fill") != "none")

    def _open(self, places: Array, state: _State, filled: bool = False) -> None:
        self._add(self.patches.PathPatch(self.path(places), **state.look(filled)))

    def _polygon(self, element: ElementTree.Element, state: _State) -> None:
        if len(points := _points(element)):
            self._add(self.patches.Polygon(state.places(points), **state.look()))

    def _circle(self, element: ElementTree.Element, state: _State) -> None:
        self._round(element, state, "r", "r")

    def _ellipse(self, element: ElementTree.Element, state: _State) -> None:
        self._round(element, state, "rx", "ry")

    def _round(self, element: ElementTree.Element, state: _State, across: str, up: str) -> None:
        centre = state.places([float(element.attrib.get(key, 0.0)) for key in ("cx", "cy")])[0]
        wide, high = 2.0 * float(element.attrib[across]), 2.0 * float(element.attrib[up])
        self._add(self.patches.Ellipse(centre, wide, high, angle=state.angle, **state.look()))

    def _path(self, element: ElementTree.Element, state: _State) -> None:
        points, codes = self._steps(element.attrib["d"])
        path = self.path(state.places(points), codes)
        self._add(self.patches.PathPatch(path, **state.look()))

    def _steps(self, text: str) -> tuple[list[tuple[float, float]], list[int]]:
        kinds = {"M": self.path.MOVETO, "L": self.path.LINETO, "C": self.path.CURVE4}
        points: list[tuple[float, float]] = []
        codes: list[int] = []
        for step, rest in _STEP.findall(text):
            numbers = _numbers(rest)
            if step == _CLOSING:
                points.append(points[-1])
                codes.append(self.path.CLOSEPOLY)
            elif step in (_ALONG_X, _ALONG_Y):
                x, y = points[-1]
                points.append((numbers[0], y) if step == _ALONG_X else (x, numbers[0]))
                codes.append(self.path.LINETO)
            elif step in _CORNERS:
                own = list(zip(numbers[::2], numbers[1::2], strict=True))
                first = kinds[step]
                rest_kind = first if step == "C" else self.path.LINETO
                points += own
                codes += [first, *[rest_kind] * (len(own) - 1)]
            else:
                raise NotDrawableError(f"the step {step!r} of a path")
        return points, codes

    def _text(self, element: ElementTree.Element, state: _State) -> None:
        read = state.attributes
        size = float(read.get("font-size", 12.0))
        middle = read.get("dominant-baseline") in ("middle", "central")
        x, y = state.places([float(element.attrib.get(key, 0.0)) for key in ("x", "y")])[0]
        written = self.axes.text(
            x,
            y,
            legible("".join(element.itertext())),
            fontsize=size * POINT,
            fontfamily=list(letters()),
            fontweight="bold" if read.get("font-weight", "normal") not in _PLAIN else "normal",
            color=_colour(read.get("fill", "#000000"), float(read["opacity"])),
            horizontalalignment=_SIDES[read.get("text-anchor", "start")],
            verticalalignment="center_baseline" if middle else "baseline",
            rotation=-state.angle,
            rotation_mode="anchor",
            zorder=self.order,
        )
        as_given(written)


_ENDS = (("x1", "y1"), ("x2", "y2"))
_PLAIN = {"normal", "400"}


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _numbers(text: str) -> list[float]:
    return [float(one) for one in _NUMBER.findall(text)]


def _points(element: ElementTree.Element) -> Array:
    return np.reshape(_numbers(element.attrib.get("points", "")), (-1, 2))


def _shift(x: float, y: float) -> Array:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def _colour(name: str, opacity: float) -> Any:
    if name == "none":
        return "none"
    return optional("matplotlib.colors", "report").to_rgba(name, opacity)
