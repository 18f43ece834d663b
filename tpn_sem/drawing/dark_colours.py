"""Drawings on dark screens: each colour gets another one, and files for papers stay as they are."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

import numpy as np

from ..numerics import Array

DRAWING = "tpn-drawing"  # class of our own drawings: what others draw is left alone
_CHOSEN = {  # ink, greys and grounds of path diagrams, then colours of lines
    "#1f2d3d": "#e4e8ec",
    "#222222": "#e8e8e8",
    "#555555": "#b8bec4",
    "#6f6f6f": "#a3a9af",
    "#ffffff": "#16191d",
    "#e6f1f8": "#1d3444",
    "#0072b2": "#56b4e9",
    "#d55e00": "#ff8c3a",
    "#009e73": "#2fbf91",
    "#cc79a7": "#e39bc3",
    "#e69f00": "#f2b632",
    "#56b4e9": "#9ad5f7",
}
_DARKEST, _LIGHTEST = 8.5, 96.0  # L* of what is white and black on paper
_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # of linear sRGB
_WHITE = _TO_XYZ.sum(axis=1)
_ANY = re.compile(r"<svg\b[^>]*>")
_OPENED = re.compile(r'<svg\b[^>]*\bclass="tpn-drawing"[^>]*>')
_MARKER = re.compile(r'(<defs>\s*<path id="[^"]*" d="[^"]*") style="[^"]*"')  # of matplotlib
_PAINT = re.compile(r'\b(fill|stroke)(="|: ?)(#[0-9a-fA-F]{6})\b')


def on_screens(svg: str) -> str:
    """One of our own drawings with colours for dark screens; what others drew as it is.

    Dark is what the reader's system asks for; within a notebook it is what the notebook is.
    """
    opened = _OPENED.search(svg)
    if opened is None:
        return svg
    paints = sorted(set(_PAINT.findall(svg)))
    asked = _rules(f'.{DRAWING}:not([data-jp-theme-light="true"] *,.vscode-light *)', paints)
    notebook = _rules(f':is([data-jp-theme-light="false"],.vscode-dark) .{DRAWING}', paints)
    style = (
        f"<style>@media screen and (prefers-color-scheme:dark){{{asked}}}"
        f"@media screen{{{notebook}}}</style>"
    )
    drawn = _MARKER.sub(r"\1", svg[opened.end() :])  # rules reach where a marker is used only
    return svg[: opened.end()] + style + drawn


def embedded(svg: str, description: str) -> str:
    """A drawing as a part of a page of HTML, with an alternative text if it has none."""
    shown = on_screens(svg)
    shown = shown[shown.index("<svg") :]
    opened = _ANY.match(shown)
    if opened is None or "aria-label" in opened.group():
        return shown
    role = "" if "role=" in opened.group() else ' role="img"'
    return f'<svg{role} aria-label="{escape(description)}"{shown[4:]}'


def _rules(root: str, paints: list[tuple[str, str, str]]) -> str:
    """What has no colour of its own first, then each colour, as an attribute and as a style."""
    rules = [f"{root}{{fill:{dark_colour('#000000')}}}"]
    for kind, sign, colour in paints:
        dark = dark_colour(colour)
        if sign == '="':
            own = f'[{kind}="{colour}"]'
            rules.append(f"{root}{own},{root} {own}{{{kind}:{dark}}}")
        else:
            rules.append(f'{root} [style*="{kind}{sign}{colour}"]{{{kind}:{dark}!important}}')
    return "".join(rules)


@lru_cache(maxsize=4096)
def dark_colour(colour: str) -> str:
    """The colour on a dark screen: of the same hue, as light as it was dark.

    What could be told apart, words from their ground or a cell from its neighbour, still can.
    """
    chosen = _CHOSEN.get(colour.lower())
    if chosen is not None:
        return chosen
    light, a, b = _lab(colour)
    turned = _DARKEST + (_LIGHTEST - _DARKEST) * (100.0 - light) / 100.0
    for share in np.linspace(1.0, 0.0, 21).tolist():  # paler until a screen has it
        channels = _linear(turned, a * share, b * share)
        if channels.min() >= -1e-3 and channels.max() <= 1.0 + 1e-3:
            break
    shown = np.clip(channels, 0.0, 1.0)
    shown = np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * shown ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * value):02x}" for value in shown.tolist())


def _lab(colour: str) -> tuple[float, float, float]:
    """CIE 1976 L*, a* and b* of a colour."""
    shown = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    linear = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    share = _TO_XYZ @ linear / _WHITE
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116).tolist()
    return 116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)


def _linear(light: float, a: float, b: float) -> Array:
    """Linear channels of L*, a* and b*."""
    y = (light + 16.0) / 116.0
    root = np.array([y + a / 500.0, y, y - b / 200.0])
    share = np.where(root > 0.2069, root**3, (root - 16 / 116) / 7.787)
    channels: Array = np.linalg.solve(_TO_XYZ, share * _WHITE)
    return channels
