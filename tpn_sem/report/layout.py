"""Where the variables of a path diagram stand: from the left to the right as they depend."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..linalg import Array
from ..roles import Roles

NAME_SIZE = 13.0
ITEM_GAP = 8.0
FAN = 118.0
BETWEEN_LAYERS, PER_ARROW = 145.0, 8.0
_NARROW, _WIDE = set("iljtfrI.,:;'|!()[]1 "), set("mwMW@%&—")
_OUTWARD = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "top": (0.0, -1.0), "bottom": (0.0, 1.0)}


@dataclass(frozen=True)
class Box:
    """A rectangle by its centre and its size, in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box, margin: float = 0.0) -> bool:
        """Whether two rectangles are nearer to each other than `margin`."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + margin
            and abs(self.y - other.y) < (self.height + other.height) / 2 + margin
        )


@dataclass(frozen=True)
class Node(Box):
    """A variable's shape: an ellipse where it is latent, a rectangle where it is observed.

    Attributes
    ----------
    outward : tuple of float
        For an indicator, the direction (x, y) away from its factor; (0, 0) for others.
    """

    name: str = ""
    latent: bool = False
    outward: tuple[float, float] = (0.0, 0.0)

    def depth(self, points: Array) -> Array:
        """How far points (..., 2) are from the centre: 1 on the border, less inside."""
        scaled = (points - [self.x, self.y]) / [self.width / 2, self.height / 2]
        order = 2 if self.latent else np.inf
        return np.asarray(np.linalg.norm(scaled, ord=order, axis=-1), dtype=float)


@dataclass(frozen=True)
class Link:
    """An arrow to be drawn: from factor or predictor to indicator or outcome, or a covariance.

    Attributes
    ----------
    source, target : str
    operator : {"=~", "~", "~~"}
    strength : float
        Absolute estimate, averaged over groups: an item stands with its strongest factor.
    """

    source: str
    target: str
    operator: str
    strength: float = 1.0


@dataclass
class _Plan:
    """What stands where in relation to what, before there are coordinates.

    Attributes
    ----------
    owned : dict of str to list of str
        The items that stand beside each factor.
    satellites : dict of str to list of str
        Variables that are tied to items only, and these items: they stand outside of them.
    layers : list of list of str
        The other variables, from predictors to outcomes.
    """

    latent: set[str]
    explained: set[str]
    owned: dict[str, list[str]]
    satellites: dict[str, list[str]]
    layers: list[list[str]]
    links: list[Link]
    nodes: dict[str, Node] = field(default_factory=dict)

    def size(self, name: str) -> tuple[float, float]:
        return node_size(name, name in self.latent, name in self.explained)

    def put(self, name: str, x: float, y: float, side: str = "") -> None:
        width, height = self.size(name)
        outward = _OUTWARD.get(side, (0.0, 0.0))
        self.nodes[name] = Node(x, y, width, height, name, name in self.latent, outward)


def text_width(text: str, size: float) -> float:
    """Roughly how wide a sans-serif text is, in pixels, at a font size in pixels."""
    total = 0.0
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            total += 1.0
        elif character in _NARROW:
            total += 0.38
        elif character in _WIDE:
            total += 0.92
        else:
            total += 0.72 if character.isupper() else 0.58
    return total * size


def node_size(name: str, latent: bool, explained: bool) -> tuple[float, float]:
    """Width and height of a shape that holds its name, and R² where it is explained."""
    width = text_width(name, NAME_SIZE)
    if latent:
        return max(96.0, 1.15 * width + 34.0), 56.0
    return max(52.0 + 24.0 * explained, width + 18.0), 42.0 if explained else 28.0


def place(roles: Roles, links: Sequence[Link], explained: set[str]) -> dict[str, Node]:
    """Place all variables so that no two shapes overlap.

    Latent variables and observed ones that are no indicators stand in columns by the longest
    path that leads to them. Indicators stand outside: left of the first column, right of the
    last one, above or below those between. What is tied to indicators only (the specific factors
    of a bifactor model, predictors that vary over time) stands beyond them.

    Parameters
    ----------
    roles : Roles
    links : sequence of Link
    explained : set of str
        Variables whose shape also shows R².
    """
    plan = _make_plan(roles, links, explained)
    _place_layers(plan)
    _place_satellites(plan)
    return plan.nodes


def _make_plan(roles: Roles, links: Sequence[Link], explained: set[str]) -> _Plan:
    latent = set(roles.latent)
    loadings = [link for link in links if link.operator == "=~"]
    items = {link.target for link in loadings if link.target not in latent}
    satellites = _find_satellites(roles, links, items)
    owner: dict[str, str] = {}
    for link in sorted(loadings, key=lambda link: -link.strength):
        if link.target in items and link.source not in satellites:
            owner.setdefault(link.target, link.source)
    owned: dict[str, list[str]] = {name: [] for name in roles.latent}
    for factor, indicators in roles.indicators.items():
        owned[factor] = [item for item in indicators if owner.get(item) == factor]
    inner = [*roles.latent, *(name for name in roles.observed if name not in items)]
    inner = [name for name in inner if name not in satellites]
    between = {name: name for name in inner} | owner
    inner_links = [
        replace(link, source=between[link.source], target=between[link.target])
        for link in links
        if link.source in between and link.target in (inner if link.operator == "=~" else between)
    ]
    inner_links = [link for link in inner_links if link.source != link.target]
    layers = _order(_layers(inner, inner_links), inner_links)
    return _Plan(latent, explained & set(inner), owned, satellites, layers, inner_links)


def _find_satellites(roles: Roles, links: Sequence[Link], items: set[str]) -> dict[str, list[str]]:
    """Factors whose items are all another one's too, and predictors of items only."""
    structural = {
        name
        for link in links
        if link.operator == "~" or link.target not in items
        for name in (link.source, link.target)
        if link.operator != "~~"
    }
    own = {
        name: [link.target for link in links if (link.source, link.operator) == (name, "=~")]
        for name in roles.latent
    }
    found: dict[str, list[str]] = {}
    for name in reversed(roles.latent):
        wider = [
            other
            for other in roles.latent
            if other not in (name, *found) and set(own[other]) >= set(own[name])
        ]
        if wider and own[name] and name not in structural:
            found[name] = own[name]
    for name in roles.exogenous:
        targets = [link.target for link in links if link.source == name and link.operator == "~"]
        if targets and set(targets) <= items:
            found[name] = targets
    return found


def _layers(names: list[str], links: list[Link]) -> list[list[str]]:
    """Names by the longest path that leads to them; a loop of arrows stands in one layer."""
    place_of = {name: place for place, name in enumerate(names)}
    reach = np.eye(len(names), dtype=bool)
    for link in links:
        if link.operator != "~~":
            reach[place_of[link.source], place_of[link.target]] = True
    for middle in range(len(names)):
        reach |= np.outer(reach[:, middle], reach[middle])
    above = reach & ~reach.T
    level = np.zeros(len(names), dtype=int)
    for _ in names:
        for place in range(len(names)):
            level[place] = max((level[above[:, place]] + 1).max(initial=0), level[place])
    layers = [[name for name in names if level[place_of[name]] == n] for n in range(len(names))]
    return [layer for layer in layers if layer]


def _order(layers: list[list[str]], links: list[Link]) -> list[list[str]]:
    """Within each layer, by the mean place of what a name is tied to in the others."""
    tied: dict[str, list[str]] = {name: [] for layer in layers for name in layer}
    for link in links:
        tied[link.source].append(link.target)
        tied[link.target].append(link.source)
    for sweep in range(4):
        place = {name: (k + 0.5) / len(layer) for layer in layers for k, name in enumerate(layer)}
        for layer in layers[1:] if sweep % 2 == 0 else layers[-2::-1]:
            mean = {name: place[name] for name in layer}
            for name in layer:
                others = [place[other] for other in tied[name] if other not in mean]
                mean[name] = round(float(np.mean(others)), 6) if others else place[name]
            layer.sort(key=lambda name: mean[name])
            place.update({name: (k + 0.5) / len(layer) for k, name in enumerate(layer)})
    return layers


def _blocks(plan: _Plan, layer: list[str], with_items: bool, roomy: bool) -> tuple[Array, float]:
    """Heights that the nodes of a column need with their items, and the gap between them."""
    heights = []
    for name in layer:
        items = plan.owned.get(name, []) if with_items else []
        fan = sum(plan.size(item)[1] + ITEM_GAP for item in items) - ITEM_GAP
        heights.append(max(plan.size(name)[1], fan))
    inside = any(link.source in layer and link.target in layer for link in plan.links)
    slack = min((h - plan.size(n)[1] for h, n in zip(heights, layer, strict=True)), default=0.0)
    least = 28.0 if slack > 0.0 else 42.0
    return np.array(heights), max(least, 74.0 - slack) if inside or roomy else least


def _place_column(
    plan: _Plan, layer: list[str], middle: tuple[float, float], side: str, roomy: bool = False
) -> None:
    """Stack the nodes of a layer around a point, their items beside them on a side, if any."""
    if not layer:
        return
    heights, gap = _blocks(plan, layer, bool(side), roomy)
    starts = np.cumsum(heights + gap) - heights - gap
    starts -= (heights.sum() + gap * (len(layer) - 1)) / 2
    half = max(plan.size(name)[0] for name in layer) / 2
    items = [item for name in layer for item in plan.owned.get(name, [])] if side else []
    item_half = max((plan.size(item)[0] for item in items), default=0.0) / 2
    away = half + FAN + 0.12 * float(heights.max()) + item_half
    for name, start, height in zip(layer, starts, heights, strict=True):
        centre = middle[1] + float(start + height / 2)
        plan.put(name, middle[0], centre)
        mine = plan.owned.get(name, []) if side else []
        step = plan.size(mine[0])[1] + ITEM_GAP if mine else 0.0
        for k, item in enumerate(mine):
            y = centre + (k - (len(mine) - 1) / 2) * step
            plan.put(item, middle[0] + (away if side == "right" else -away), y, side)


def _place_row(plan: _Plan, name: str, middle: tuple[float, float], side: str) -> None:
    """A factor between the outer columns, its items in a row above or below it."""
    plan.put(name, *middle)
    items = plan.owned[name]
    widths = np.array([plan.size(item)[0] + ITEM_GAP for item in items])
    starts = middle[0] + np.cumsum(widths) - widths / 2 - widths.sum() / 2
    away = (plan.size(name)[1] + plan.size(items[0])[1]) / 2 + 0.85 * FAN
    for item, x in zip(items, starts, strict=True):
        plan.put(item, float(x), middle[1] + (away if side == "bottom" else -away), side)


def _place_layers(plan: _Plan) -> None:
    """Columns from the left to the right; factors with their items in a row rise or sink."""
    last = len(plan.layers) - 1
    rows = _in_rows(plan)
    lift = _lift(plan, rows)
    edges = {"core": -np.inf, "top": -np.inf, "bottom": -np.inf}
    for level, layer in enumerate(plan.layers):
        half = max(plan.size(name)[0] for name in layer) / 2
        rest = [name for name in layer if name not in rows]
        x = max(0.0, edges["core"] + half + _room_before(plan, level))
        if level == last and rest:
            x = max(x, edges["top"] + half + 20.0, edges["bottom"] + half + 20.0)
        edge = x + half
        for name in [name for name in layer if name in rows]:
            edge = max(edge, _place_in_band(plan, name, x, rows[name], lift, edges))
        skipped = 0 < level < last and _is_skipped(plan, level)
        rise = -90.0 if skipped and len(rest) == 1 else 0.0
        side = "right" if level == last else "left" if level == 0 else ""
        _place_column(plan, rest, (x, rise), side, roomy=skipped)
        edges["core"] = edge
        if level == 0:
            edges["top"], edges["bottom"] = max(edge, edges["top"]), max(edge, edges["bottom"])


def _room_before(plan: _Plan, level: int) -> float:
    """Distance of a layer from the one before it: the more arrows between, the more."""
    before, layer = plan.layers[level - 1], plan.layers[level]
    arrows = sum(link.source in before and link.target in layer for link in plan.links)
    return BETWEEN_LAYERS + PER_ARROW * min(arrows, 15)


def _place_in_band(
    plan: _Plan, name: str, x: float, band: str, lift: float, edges: dict[str, float]
) -> float:
    """Place a factor and its row right of what stands in the band; its own right edge."""
    half = plan.size(name)[0] / 2
    row = max(2 * half, sum(plan.size(item)[0] + ITEM_GAP for item in plan.owned[name])) / 2
    x = max(x, edges[band] + row + 24.0)
    _place_row(plan, name, (x, lift if band == "bottom" else -lift), band)
    edges[band] = x + row
    return x + half


def _in_rows(plan: _Plan) -> dict[str, str]:
    """Factors whose items stand in a row, each with its band, "top" or "bottom".

    These are the factors between the outer layers, in turn above and below; and one that is alone
    in an outer layer but whose items covary with those of other layers (the same items at several
    times), so that these arcs can run along the rows.
    """
    last = len(plan.layers) - 1
    pairs = [{link.source, link.target} for link in plan.links if link.operator == "~~"]
    rows: dict[str, str] = {}
    for level, layer in enumerate(plan.layers):
        for name in layer:
            tied = {other for pair in pairs if name in pair for other in pair} - set(layer)
            tied = {other for other in tied if plan.owned.get(other)}
            alone = len(layer) == 1 and bool(tied)
            if plan.owned.get(name) and (0 < level < last or alone):
                near = [rows[other] for other in rows if other in tied]
                turn = "top" if len(rows) % 2 == 0 else "bottom"
                rows[name] = near[0] if near else turn
    return rows


def _lift(plan: _Plan, rows: Iterable[str]) -> float:
    """How far above or below the axis factors with rows stand."""
    lift = 95.0
    for level, layer in enumerate(plan.layers):
        outer = level in (0, len(plan.layers) - 1)
        rest = [name for name in layer if name not in rows]
        if rest:
            heights, gap = _blocks(plan, rest, outer, True)
            half = float(heights.sum() + gap * len(heights)) / 2
            lift = max(lift, 0.62 * half if outer else half + 70.0)
    return lift


def _is_skipped(plan: _Plan, level: int) -> bool:
    """Whether an arrow leads from before a layer to behind it."""
    level_of = {name: n for n, layer in enumerate(plan.layers) for name in layer}
    return any(
        level_of[link.source] < level < level_of[link.target]
        for link in plan.links
        if link.operator != "~~"
    )


def _place_satellites(plan: _Plan) -> None:
    """Beyond the items that they are tied to, level with them and clear of each other."""
    sides: dict[tuple[float, float], list[str]] = {}
    for name, items in plan.satellites.items():
        sides.setdefault(plan.nodes[items[0]].outward, []).append(name)
    for outward, names in sides.items():
        across = 1 if outward[0] else 0
        sizes = {name: plan.size(name) for name in names}
        wanted = {
            name: float(np.mean([_at(plan.nodes[item])[across] for item in plan.satellites[name]]))
            for name in names
        }
        names.sort(key=lambda name: wanted[name])
        places: list[float] = []
        for before, name in zip([None, *names], names, strict=False):
            least = -np.inf
            if before is not None:
                room = (sizes[before][across] + sizes[name][across]) / 2 + ITEM_GAP
                least = places[-1] + room + 20.0 * (name in plan.latent)
            places.append(max(wanted[name], least))
        shift = float(np.mean(places) - np.mean(list(wanted.values())))
        deepest = max(sizes[name][1 - across] for name in names)
        for name, place in zip(names, places, strict=True):
            item = plan.nodes[plan.satellites[name][0]]
            size = (item.width, item.height)[1 - across]
            far = 0.8 * FAN if name in plan.latent else 0.6 * FAN
            away = (size + deepest) / 2 + far
            along = _at(item)[1 - across] + away * outward[1 - across]
            plan.put(name, *((along, place - shift) if across else (place - shift, along)))


def _at(node: Node) -> tuple[float, float]:
    return node.x, node.y
