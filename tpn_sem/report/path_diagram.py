"""A fitted model as a drawing: shapes, arrows and estimates as scalable vector graphics."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd

from ..errors import OptionError
from ..linalg import Array
from ..roles import Roles
from .layout import NAME_SIZE, Box, Link, Node, place, text_width

ESTIMATE_SIZE = 11.0
TITLE_SIZE = 15.0
ALPHA = 0.05
_INK, _GREY, _BLUE, _PALE = "#1f2d3d", "#6f6f6f", "#0072b2", "#e6f1f8"
_BENDS = (0.0, 0.12, -0.12, 0.24, -0.24, 0.4, -0.4, 0.6, -0.6)
_DRAWN = ("=~", "~", "~~")
_NOT_DRAWN = "Residual variances and intercepts are not drawn."


@dataclass(frozen=True)
class PathDiagram:
    """A path diagram; a notebook shows it, `save` writes it, ``str()`` is its text.

    Attributes
    ----------
    svg : str
        The drawing as scalable vector graphics.
    description : str
        What it shows, in a sentence.
    """

    svg: str = field(repr=False)
    description: str

    def save(self, path: str | Path) -> Path:
        """Write the drawing, in UTF-8, and return where it is.

        Raises
        ------
        OptionError
            Where the name does not end in ``.svg``: other formats are not written.
        """
        target = Path(path)
        if target.suffix.lower() != ".svg":
            raise OptionError(
                f"path={str(path)!r}: a path diagram is written as .svg only. Save it as "
                f"{target.with_suffix('.svg').name!r}; a browser, Inkscape or rsvg-convert turns "
                "that into PDF or PNG."
            )
        target.write_text(self.svg, encoding="utf-8")
        return target

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg


@dataclass(frozen=True)
class _Arrow:
    """A parameter on its way: a cubic Bezier curve of shape (4, 2), from shape to shape."""

    link: Link
    row: pd.Series
    curve: Array

    @property
    def points(self) -> Array:
        return _points(self.curve, np.linspace(0.0, 1.0, 25))

    @property
    def fixed(self) -> bool:
        return not bool(self.row["free"])

    @property
    def text(self) -> str:
        return format_estimate(float(self.row["estimate"])) + ("†" if self.fixed else "")

    @property
    def significant(self) -> bool:
        """False only where a test says so: what is fixed has none."""
        return not float(self.row["p_value"]) >= ALPHA


def draw_path_diagram(
    table: pd.DataFrame, roles: Roles, r_squared: pd.Series, note: str = ""
) -> PathDiagram:
    """Draw a model with its estimates, a panel for each group.

    Rectangles are observed variables, ellipses latent ones. An arrow that is not significant at
    5 % is dashed and grey, and the larger an estimate, the wider its arrow. What is fixed at zero
    is not drawn, nor are variances, intercepts, and covariances of predictors that are taken from
    the data (``fixed_x``); the caption says so.

    Parameters
    ----------
    table : DataFrame
        As `Fit.standardized` or `Fit.estimates`.
    roles : Roles
    r_squared : Series
        As `Fit.r_squared`: indexed by variable, or by group and variable.
    note : str
        What the caption says first.
    """
    paths = table[table["op"].isin(_DRAWN) & (table["lhs"] != table["rhs"])]
    given = ~paths["free"].astype(bool) & (paths["op"] == "~~")
    given &= paths["lhs"].isin(roles.exogenous) & paths["rhs"].isin(roles.exogenous)
    nothing = ~paths["free"].astype(bool) & (paths["estimate"].abs() < 1e-12)
    drawn = paths[~given & ~nothing]
    explained = _explained(drawn, roles, r_squared)
    nodes = place(roles, _links(drawn), explained)
    groups = list(dict.fromkeys(table.loc[table["op"] != ":=", "group"]))
    panels = [
        _Panel(label, nodes, drawn[drawn["group"] == label], _shares(r_squared, label, explained))
        for label in groups
    ]
    caption = _caption(note, drawn, bool(given.any()), bool((nothing & ~given).any()))
    description = _description(roles, panels)
    return PathDiagram(_compose(panels, caption, description), description)


def format_estimate(value: float) -> str:
    """Two decimals, or two digits where these would hide all of a small number."""
    if not math.isfinite(value):
        return "n/a"
    magnitude = abs(value)
    text = f"{value:.2f}" if magnitude == 0 or 0.01 <= magnitude < 1000 else f"{value:.2g}"
    if magnitude >= 1000:
        text = f"{value:.0f}"
    elif magnitude < 1e-4:
        text = "0.00"
    return text.replace("-", "\N{MINUS SIGN}")


# What is drawn -------------------------------------------------------------------------------


def _ends(row: pd.Series) -> tuple[str, str]:
    """Where an arrow starts and ends: a regression's predictor stands on its right-hand side."""
    lhs, rhs = str(row["lhs"]), str(row["rhs"])
    return (rhs, lhs) if row["op"] == "~" else (lhs, rhs)


def _links(drawn: pd.DataFrame) -> list[Link]:
    """The arrows of all groups together, loadings first, then regressions, then covariances."""
    strengths: dict[tuple[str, str, str], list[float]] = {}
    for _, row in drawn.iterrows():
        strengths.setdefault((*_ends(row), row["op"]), []).append(abs(float(row["estimate"])))
    links = [Link(*key, float(np.mean(values))) for key, values in strengths.items()]
    return sorted(links, key=lambda link: _DRAWN.index(link.operator))


def _explained(drawn: pd.DataFrame, roles: Roles, r_squared: pd.Series) -> set[str]:
    """Variables that show R²: the dependent ones that are no indicators of the observed kind."""
    items = set(drawn.loc[drawn["op"] == "=~", "rhs"]) - set(roles.latent)
    known = r_squared.dropna().index
    names = set(known.get_level_values(-1) if len(known) else ())
    return {str(name) for name in names - items}


def _shares(r_squared: pd.Series, label: str, explained: Iterable[str]) -> dict[str, float]:
    by_group = r_squared.index.nlevels > 1
    shares = {name: r_squared.get((label, name) if by_group else name) for name in explained}
    return {name: float(x) for name, x in shares.items() if x is not None and not pd.isna(x)}


def _caption(note: str, drawn: pd.DataFrame, given: bool, nothing: bool) -> list[str]:
    """What the caption says, a sentence each."""
    untested = " or not tested" if bool(drawn["p_value"].isna().any()) else ""
    has_fixed = not bool(drawn["free"].astype(bool).all())
    parts = [
        note,
        f"Solid: p\xa0<\xa0.05{untested}; dashed grey: p\xa0≥\xa0.05.",
        "Wider arrows: larger estimates.",
        "†\xa0Fixed in estimation." if has_fixed else "",
        "Parameters fixed at zero are not drawn." if nothing else "",
        "Covariances among predictors, taken from the data, are not drawn." if given else "",
        _NOT_DRAWN,
    ]
    return [part for part in parts if part]


# Arrows --------------------------------------------------------------------------------------


def _points(curve: Array, at: Array) -> Array:
    """Points (n, 2) of a cubic Bezier curve at parameters between 0 and 1."""
    t = at[:, None]
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return np.asarray(sum(w * p for w, p in zip(weights, curve, strict=True)), dtype=float)


def _part(curve: Array, start: float, end: float) -> Array:
    """The piece of a cubic Bezier curve between two parameters, as a curve."""
    tangent = [_slope(curve, t) * (end - start) / 3 for t in (start, end)]
    first, last = _points(curve, np.array([start, end]))
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
    points = _points(curve, t)
    inside_source = np.flatnonzero(source.depth(points) < 1.0)
    first = t[inside_source[-1] + 1] if len(inside_source) else 0.0
    inside_target = np.flatnonzero((target.depth(points) < 1.0) & (t > first))
    last = t[inside_target[0] - 1] if len(inside_target) else 1.0
    return _part(curve, float(first), float(last))


def _side(node: Node, direction: Sequence[float] | Array, slide: float = 0.0) -> Array:
    """A point of the border in a direction along an axis, slid along the side by a share."""
    half = np.array([node.width, node.height]) / 2
    axis = np.array(direction)
    across = slide * axis[::-1] ** 2
    out = axis * math.sqrt(1 - slide**2) if node.latent else axis
    return np.array([node.x, node.y]) + half * (out + across)


def _candidates(link: Link, nodes: dict[str, Node], mutual: bool) -> list[tuple[float, Array]]:
    """Curves that an arrow could take, each with what its bend costs."""
    source, target = nodes[link.source], nodes[link.target]
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


def _is_outside(curve: Array, source: Node, target: Node) -> bool:
    """Whether a curve between two borders stays out of both shapes."""
    points = _points(curve, np.linspace(0.04, 0.96, 24))
    return bool((np.minimum(source.depth(points), target.depth(points)) >= 1.0).all())


def _route(rows: pd.DataFrame, nodes: dict[str, Node]) -> list[_Arrow]:
    """Give each parameter the curve that meets the fewest shapes and other arrows."""
    by_link = {(*_ends(row), row["op"]): row for _, row in rows.iterrows()}
    arrows: list[_Arrow] = []
    for link in _links(rows):
        row = by_link[link.source, link.target, link.operator]
        mutual = (link.target, link.source, link.operator) in by_link
        others = [node for name, node in nodes.items() if name not in (link.source, link.target)]
        drawn = [arrow.points for arrow in arrows]
        options = [
            (cost + _obstacles(_points(curve, np.linspace(0, 1, 25)), others, drawn), curve)
            for cost, curve in _candidates(link, nodes, mutual)
        ]
        arrows.append(_Arrow(link, row, min(options, key=lambda option: option[0])[1]))
    return arrows


def _obstacles(points: Array, nodes: list[Node], drawn: list[Array]) -> float:
    """What a way costs: shapes it runs through, arrows it crosses or runs along, its length."""
    hits = sum(bool((node.depth(points) < 1.12).any()) for node in nodes)
    steps = np.diff(points, axis=0)
    length = float(np.hypot(*steps.T).sum())
    cost = 400.0 * hits + 0.04 * length
    for other in drawn:
        cost += 9.0 * _crossings(points, other)
        apart = np.linalg.norm(points[4:-4, None] - other[None, 4:-4], axis=-1).min(axis=1)
        cost += 40.0 * float((apart < 9.0).mean())
    return cost


def _crossings(one: Array, other: Array) -> int:
    """How often two broken lines cross."""

    def turn(a: Array, b: Array, c: Array) -> Array:
        u, v = b - a, c - a
        return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0], dtype=float)

    a, b = one[:-1, None], one[1:, None]
    c, d = other[None, :-1], other[None, 1:]
    cross = (turn(a, b, c) * turn(a, b, d) < 0) & (turn(c, d, a) * turn(c, d, b) < 0)
    return int(cross.sum())


# Estimates on the arrows ---------------------------------------------------------------------


def _label_boxes(arrows: list[_Arrow], nodes: Iterable[Node]) -> list[Box]:
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


def _label_options(arrow: _Arrow) -> list[tuple[float, Box]]:
    """Places along an arrow, each with what its distance from the best one costs.

    An estimate would hide an arc that is hardly longer than itself: it stands beside it.
    """
    best = 0.6 if arrow.link.operator == "=~" else 0.5
    width, height = text_width(arrow.text, ESTIMATE_SIZE) + 5.0, ESTIMATE_SIZE + 3.0
    shares = best + np.linspace(-0.42, 0.3, 37)
    points = _points(arrow.curve, shares)
    chord = arrow.curve[3] - arrow.curve[0]
    bulge = _points(arrow.curve, np.array([0.5]))[0] - arrow.curve[[0, 3]].mean(axis=0)
    if arrow.link.operator == "~~" and np.hypot(*chord) < 2.5 * height:
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


# The drawing ---------------------------------------------------------------------------------


class _Panel:
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
        self.arrows = _route(rows, nodes)
        self.labels = _label_boxes(self.arrows, nodes.values())
        self.widest = {
            operator: max(
                [1.0] + [abs(a.row["estimate"]) for a in self.arrows if a.link.operator == operator]
            )
            for operator in _DRAWN
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


def _arrow_svg(arrow: _Arrow, widest: float) -> str:
    link = arrow.link
    colour = _INK if arrow.significant else _GREY
    share = min(abs(float(arrow.row["estimate"])) / widest, 1.0)
    width = 0.9 + 2.1 * (share if math.isfinite(share) else 0.0)
    head = 7.5 + 1.3 * width
    length = float(np.hypot(*np.diff(arrow.points, axis=0).T).sum())
    cut = min(0.8 * head / max(length, 1.0), 0.3)
    both = link.operator == "~~"
    stem = _part(arrow.curve, cut if both else 0.0, 1.0 - cut)
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
    back = curve[3] - _points(curve, np.array([0.96]))[0]
    along = back / max(float(np.hypot(*back)), 1e-9)
    across = np.array([-along[1], along[0]]) * (2.6 + 0.75 * width)
    base = curve[3] - length * along
    corners = [curve[3], base + across, base + 0.22 * length * along, base - across]
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + " Z"


def _sentence(arrow: _Arrow) -> str:
    """What an arrow says, for who points at it or has it read aloud."""
    row, sign = arrow.row, "↔" if arrow.link.operator == "~~" else "→"
    text = f"{arrow.link.source} {sign} {arrow.link.target}: {arrow.text.rstrip('†')}"
    if arrow.fixed:
        text += ", fixed in estimation"
    p = float(row["p_value"])
    if not math.isnan(p):
        text += ", p < .001" if p < 0.001 else f", p = {p:.3f}".replace("0.", ".", 1)
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


def _estimate_svg(arrow: _Arrow, box: Box) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    colour = _INK if arrow.significant else "#555555"
    return (
        f'<rect class="halo" x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="4" fill="#ffffff" fill-opacity="0.92"/>'
        + _text(box.x, box.y, arrow.text, ESTIMATE_SIZE, f'class="estimate" fill="{colour}"')
    )


def _description(roles: Roles, panels: list[_Panel]) -> str:
    count = len(panels[0].arrows) if panels else 0
    text = f"{len(roles.latent)} latent and {len(roles.observed)} observed variables, "
    text += f"{count} arrows with their estimates"
    labels = [panel.label for panel in panels if panel.label]
    return text + (f", in groups {', '.join(labels)}" if labels else "")


def _compose(panels: list[_Panel], caption: list[str], description: str) -> str:
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
