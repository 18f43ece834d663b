"""A scene on axes of matplotlib."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...optional_packages import optional
from ..legible import legible
from ..matplotlib_figures import INCH, POINT, as_given, letters, new_figure, settings
from .scene import Curve, Ellipse, Polygon, Primitive, Rectangle, Scene, Words

_ALIGNED = {"middle": "center", "start": "left", "end": "right"}


def figure_of(scene: Scene) -> Any:
    """A figure of the scene's own size, filled by it."""
    with settings():
        figure = new_figure(scene.width, scene.height)
        draw_on_axes(scene, figure.add_axes((0.0, 0.0, 1.0, 1.0)))
    return figure


def draw_on_axes(scene: Scene, ax: Any) -> None:
    """Draw everything on axes, in the scene's proportions; these get no ticks and no frame."""
    ax.set_xlim(0.0, scene.width)
    ax.set_ylim(scene.height, 0.0)
    ax.set_aspect("equal", adjustable="box", anchor="C")
    ax.set_axis_off()
    scale = _scale(scene, ax) * POINT
    ax.add_patch(
        optional("matplotlib.patches", "report").Rectangle(
            (0.0, 0.0), scene.width, scene.height, facecolor=scene.ground, edgecolor="none"
        )
    )
    for order, (dx, dy, item) in enumerate(scene.primitives()):
        _draw(item, ax, scene, np.array([dx, dy]), scale, 2.0 + 0.001 * order)


def _scale(scene: Scene, ax: Any) -> float:
    """Pixels on paper, 96 to an inch, of one pixel of the scene."""
    figure = ax.figure  # or a part of one
    box = ax.get_position(original=True).transformed(figure.transSubfigure)
    inches = np.array([box.width, box.height]) / figure.dpi
    return float((inches * INCH / [scene.width, scene.height]).min())


def _draw(item: Primitive, ax: Any, scene: Scene, shift: Any, scale: float, order: float) -> None:
    """Draw one primitive; `scale` is points to a pixel of the scene."""
    patches = optional("matplotlib.patches", "report")
    if isinstance(item, Words):
        _write(item, ax, scene, shift, scale, order)
        return
    if isinstance(item, Curve):
        path = optional("matplotlib.path", "report").Path
        way = path(item.points + shift, [path.MOVETO, *[path.CURVE4] * 3])
        patch = patches.PathPatch(way, capstyle="butt", **_line(item, scale), facecolor="none")
    elif isinstance(item, Polygon):
        patch = patches.Polygon(item.corners + shift, facecolor=item.fill, edgecolor="none")
    else:
        patch = _shape(item, patches, shift, scale)
    patch.set_zorder(order)
    ax.add_patch(patch)


def _shape(item: Ellipse | Rectangle, patches: Any, shift: Any, scale: float) -> Any:
    box = item.box
    centre = shift + np.array([box.x, box.y])
    look: dict[str, Any] = {"facecolor": item.fill, "edgecolor": "none"}
    if isinstance(item, Ellipse):
        look |= _line(item, scale)
        return patches.Ellipse(tuple(centre), box.width, box.height, **look)
    look |= _line(item, scale) if item.ink else {}
    size = np.array([box.width, box.height])
    if item.opacity < 1.0:
        look["alpha"] = item.opacity
    return patches.Rectangle(tuple(centre - size / 2), *size, **look)


def _line(item: Curve | Ellipse | Rectangle, scale: float) -> dict[str, Any]:
    look: dict[str, Any] = {"edgecolor": item.ink, "linewidth": item.width * scale}
    if not isinstance(item, Rectangle) and item.dashed:
        on, off = item.dashes
        look["linestyle"] = (0.0, (on / item.width, off / item.width))
    return look


def _write(item: Words, ax: Any, scene: Scene, shift: Any, scale: float, order: float) -> None:
    text = ax.text(
        item.x + shift[0],
        item.base + shift[1],
        "",
        fontsize=item.size * scale,
        fontfamily=list(letters()),
        fontweight="bold" if item.bold else "normal",
        color=item.ink or scene.ink,
        ha=_ALIGNED[item.anchor],
        va="baseline",
        zorder=order,
    )
    as_given(text)
    text.set_text(legible(item.text))
