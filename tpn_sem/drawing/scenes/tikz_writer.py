"""A scene as a document of LaTeX, drawn by TikZ."""

from __future__ import annotations

import re

from ...numerics import Array
from ..latex_letters import escaped
from ..legible import legible
from .scene import Curve, Ellipse, Polygon, Primitive, Rectangle, Scene, Words

_POINT = 0.75  # big points in a pixel
_ANCHORS = {"middle": "base", "start": "base west", "end": "base east"}
_FIGURES = {"†": r"\dag{}", "ʼ": "'", "×": r"\ensuremath{\times}", "\xa0": "~"}
_HEAD = r"""\documentclass[tikz, border=2pt]{standalone}
\usepackage{iftex}
\iftutex % LuaLaTeX, XeLaTeX
  \usepackage{fontspec}
  \IfFontExistsTF{Liberation Sans}{\setsansfont{Liberation Sans}}{%
    \IfFontExistsTF{DejaVu Sans}{\setsansfont{DejaVu Sans}}{}}
\else % letters beyond Latin need LuaLaTeX or XeLaTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\fi
"""


def tikz_of(scene: Scene) -> str:
    """A document that compiles by itself; lengths are in pixels of the scene, .75 bp each."""
    said = re.sub(r"[^\S ]|[\x00-\x1f\x7f]", " ", f"{scene.title}: {legible(scene.description)}.")
    drawn = [_drawn(item, scene, dx, dy) for dx, dy, item in scene.primitives()]
    colours = dict.fromkeys(re.findall(r"\bC([0-9A-F]{6})\b", "\n".join(drawn)))
    return "\n".join(
        [
            f"% {said}",
            _HEAD.rstrip(),
            *(rf"\definecolor{{C{colour}}}{{HTML}}{{{colour}}}" for colour in colours),
            r"\begin{document}",
            r"\begin{tikzpicture}[x=0.75bp, y=-0.75bp]",
            rf"\path[use as bounding box] (0,0) rectangle ({scene.width:.0f},{scene.height:.0f});",
            *drawn,
            r"\end{tikzpicture}",
            r"\end{document}",
            "",
        ]
    )


def _drawn(item: Primitive, scene: Scene, dx: float, dy: float) -> str:
    match item:
        case Curve():
            start, one, two, end = (_at(point, dx, dy) for point in item.points)
            return rf"\draw[{_line(item)}] {start} .. controls {one} and {two} .. {end};"
        case Polygon():
            way = " -- ".join(_at(corner, dx, dy) for corner in item.corners)
            return rf"\fill[{_colour(item.fill)}] {way} -- cycle;"
        case Ellipse():
            box = item.box
            radii = f"x radius={box.width / 2:.1f}, y radius={box.height / 2:.1f}"
            look = f"fill={_colour(item.fill)}, {_line(item)}"
            return rf"\draw[{look}] ({box.x + dx:.1f},{box.y + dy:.1f}) ellipse [{radii}];"
        case Rectangle():
            return _rectangle(item, dx, dy)
        case Words():
            return _words(item, scene, dx, dy)


def _at(point: Array, dx: float, dy: float) -> str:
    return f"({point[0] + dx:.1f},{point[1] + dy:.1f})"


def _colour(code: str) -> str:
    return f"C{code.lstrip('#').upper()}"


def _line(item: Curve | Ellipse | Rectangle) -> str:
    dash = ""
    if not isinstance(item, Rectangle) and item.dashed:
        on, off = (_POINT * length for length in item.dashes)
        dash = f", dash pattern=on {on:.2f}bp off {off:.2f}bp"
    return f"draw={_colour(item.ink)}, line width={item.width * _POINT:.2f}bp{dash}"


def _rectangle(item: Rectangle, dx: float, dy: float) -> str:
    box = item.box
    low = f"({box.x + dx - box.width / 2:.1f},{box.y + dy - box.height / 2:.1f})"
    high = f"({box.x + dx + box.width / 2:.1f},{box.y + dy + box.height / 2:.1f})"
    look = [f"fill={_colour(item.fill)}", f"rounded corners={item.rounding * _POINT:.2f}bp"]
    look += [f"fill opacity={item.opacity:g}"] if item.opacity < 1.0 else []
    look += [_line(item)] if item.ink else []
    return rf"\path[{', '.join(look)}] {low} rectangle {high};"


def _words(item: Words, scene: Scene, dx: float, dy: float) -> str:
    size = item.size * _POINT
    font = rf"\sffamily{chr(92)}bfseries" if item.bold else r"\sffamily"
    look = (
        f"anchor={_ANCHORS[item.anchor]}, inner sep=0pt, text={_colour(item.ink or scene.ink)}, "
        rf"font=\fontsize{{{size:.2f}}}{{{1.2 * size:.2f}}}\selectfont{font}"
    )
    text = re.sub(r"[\x00-\x1f\x7f]", " ", legible(item.text))
    shown = "".join(_FIGURES.get(letter, escaped(letter)) for letter in text)
    return rf"\node[{look}] at ({item.x + dx:.1f},{item.base + dy:.1f}) {{{shown}}};"
