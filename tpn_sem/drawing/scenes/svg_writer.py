"""A scene as scalable vector graphics."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape as escape_all
from xml.sax.saxutils import escape

from ..dark_colours import DRAWING
from .scene import Curve, Ellipse, Group, Item, Polygon, Rectangle, Scene, Words


def svg_of(scene: Scene) -> str:
    """The scene as a document that describes itself."""
    size = f"{scene.width:.0f} {scene.height:.0f}"
    width, height = size.split()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{DRAWING}" viewBox="0 0 {size}" '
        f'width="{width}" height="{height}" role="img" style="max-width:100%;height:auto" '
        f'font-family="Helvetica, Arial, sans-serif" fill="{scene.ink}" text-anchor="middle">'
    )
    parts = [
        head,
        f"<title>{escape(scene.title)}</title>",
        f"<desc>{escape(scene.description)}.</desc>",
        f'<rect width="{width}" height="{height}" fill="{scene.ground}"/>',
        *_written(scene.items),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _written(items: Iterable[Item]) -> list[str]:
    return [_item(item) for item in items]


def _item(item: Item) -> str:
    match item:
        case Group():
            return _group(item)
        case Curve():
            return _curve(item)
        case Polygon():
            corners = " L".join(f"{x:.1f} {y:.1f}" for x, y in item.corners)
            return f'<path{_class(item.name)} d="M{corners} Z" fill="{item.fill}"/>'
        case Ellipse():
            return _ellipse(item)
        case Rectangle():
            return _rectangle(item)
        case Words():
            return _words(item)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _quoted(text: str) -> str:
    return f'"{escape_all(text)}"'


def _group(group: Group) -> str:
    data = "".join(f" data-{key}={_quoted(value)}" for key, value in group.data.items())
    shift = group.shift
    move = f' transform="translate({shift[0]:.1f} {shift[1]:.1f})"' if shift is not None else ""
    said = f"<title>{escape(group.said)}</title>" if group.said else ""
    inside = "\n".join(_written(group.items)) if not group.data else "".join(_written(group.items))
    return f"<g{_class(group.name)}{data}{move}>{said}{inside}</g>"


def _dash(line: Curve | Ellipse) -> str:
    on, off = line.dashes
    return f' stroke-dasharray="{on:.3g} {off:.3g}"' if line.dashed else ""


def _curve(curve: Curve) -> str:
    d = "M{} {} C{} {} {} {} {} {}".format(*(f"{v:.1f}" for v in curve.points.ravel()))
    return (
        f'<path d="{d}" fill="none" stroke="{curve.ink}" '
        f'stroke-width="{curve.width:.2f}"{_dash(curve)}/>'
    )


def _ellipse(ellipse: Ellipse) -> str:
    box = ellipse.box
    x, y, rx, ry = (f"{v:.1f}" for v in (box.x, box.y, box.width / 2, box.height / 2))
    return (
        f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{ellipse.fill}" '
        f'stroke="{ellipse.ink}" stroke-width="{ellipse.width:g}"{_dash(ellipse)}/>'
    )


def _rectangle(rectangle: Rectangle) -> str:
    box = rectangle.box
    left, top = box.x - box.width / 2, box.y - box.height / 2
    border = f' stroke="{rectangle.ink}" stroke-width="{rectangle.width:g}"'
    opacity = f' fill-opacity="{rectangle.opacity:g}"' if rectangle.opacity < 1.0 else ""
    return (
        f'<rect{_class(rectangle.name)} x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{rectangle.rounding:g}" fill="{rectangle.fill}"{opacity}'
        f"{border if rectangle.ink else ''}/>"
    )


def _words(words: Words) -> str:
    more = f' fill="{words.ink}"' if words.ink else ""
    more += ' font-weight="600"' if words.bold else ""
    more += f' text-anchor="{words.anchor}"' if words.anchor != "middle" else ""
    return (
        f'<text{_class(words.name)} x="{words.x:.1f}" y="{words.base:.1f}" '
        f'font-size="{words.size:g}"{more}>{escape(words.text)}</text>'
    )
