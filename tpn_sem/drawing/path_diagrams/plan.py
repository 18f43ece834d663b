"""Layers and order of the variables of a path diagram, before there are coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...numerics import Array
from ...specification import Roles
from ..scenes import Box, text_width

NAME_SIZE, FOOT_SIZE = 13.0, 10.5
LINE, FOOT_LINE = 15.0, 14.0
ITEM_GAP, WIDE_GAP = 8.0, 26.0  # between items of a factor; where estimates take two lines
_OUTWARD = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "top": (0.0, -1.0), "bottom": (0.0, 1.0)}


@dataclass(frozen=True)
class Node(Box):
    """A variable's shape: an ellipse where it is latent, a rectangle where it is observed.

    Attributes
    ----------
    label : str
        What stands in it, in lines.
    product : bool
        Whether it is a product of others that nothing measures.
    outward : tuple of float
        For an indicator, the direction (x, y) away from its factor; (0, 0) for others.
    """

    name: str = ""
    latent: bool = False
    label: str = ""
    product: bool = False
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
    operator : {"=~", "<~", "~", "~~"}
    strength : float
        Absolute estimate, averaged over groups: an item stands with its strongest factor.
    """

    source: str
    target: str
    operator: str
    strength: float = 1.0


@dataclass
class Plan:
    """What stands where in relation to what, before there are coordinates.

    Attributes
    ----------
    owned : dict of str to list of str
        The items that stand beside each factor.
    satellites : dict of str to list of str
        Variables that are tied to items only, and these items: they stand outside of them.
    layers : list of list of str
        The other variables, from predictors to outcomes.
    feet : mapping of str to sequence of str
        What else stands in the shapes of variables, below their labels: the widest of all groups.
    labels : mapping of str to str
        What stands in the shapes, where it is not the name.
    item_gap : float
        Pixels between items of a factor.
    """

    latent: set[str]
    products: set[str]
    feet: Mapping[str, Sequence[str]]
    labels: Mapping[str, str]
    owned: dict[str, list[str]]
    satellites: dict[str, list[str]]
    layers: list[list[str]]
    links: list[Link]
    item_gap: float = ITEM_GAP
    nodes: dict[str, Node] = field(default_factory=dict)

    def size(self, name: str) -> tuple[float, float]:
        """Width and height of a variable's shape, in pixels."""
        return node_size(self.label(name), name in self.latent, self.feet.get(name, ()))

    def label(self, name: str) -> str:
        """What stands in a variable's shape."""
        return self.labels.get(name, name)

    def put(self, name: str, x: float, y: float, side: str = "") -> None:
        """Place a variable's centre; `side` is where an item stands from its factor."""
        width, height = self.size(name)
        outward = _OUTWARD.get(side, (0.0, 0.0))
        self.nodes[name] = Node(
            x,
            y,
            width,
            height,
            name,
            name in self.latent,
            self.label(name),
            name in self.products,
            outward,
        )


def node_size(label: str, latent: bool, feet: Sequence[str] = ()) -> tuple[float, float]:
    """Width and height of a shape that holds its label, in lines, and smaller lines below it."""
    lines = label.split("\n")
    width = max(text_width(line, NAME_SIZE) for line in lines)
    foot = max((text_width(line, FOOT_SIZE) for line in feet), default=0.0)
    higher = LINE * (len(lines) - 1) + FOOT_LINE * len(feet)
    if not latent:
        return max(52.0 + 24.0 * bool(feet), width + 18.0, foot + 14.0), 28.0 + higher
    height = max(56.0, 40.0 + higher)
    reach = float(np.sqrt(1.0 - ((16.0 + higher) / (height + 8.0)) ** 2))
    wide = max(1.15 * width + 34.0, (width + 6.0) / reach, (foot + 4.0) / reach)
    return max(96.0, wide), height


def make_plan(
    roles: Roles,
    links: Sequence[Link],
    feet: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
) -> Plan:
    """Sort variables into layers, items beside their factors, and satellites beyond the items."""
    latent = set(roles.latent)
    links = [_as_loading(link) for link in links if link.source != link.target]
    loadings = [link for link in links if link.operator == "=~"]
    items = {link.target for link in loadings if link.target not in latent}
    satellites = _find_satellites(roles, links, items)
    owner: dict[str, str] = {}
    for link in sorted(loadings, key=lambda link: -link.strength):
        if link.target in items and link.source not in satellites:
            owner.setdefault(link.target, link.source)
    owned: dict[str, list[str]] = {name: [] for name in roles.latent}
    for factor, indicators in {**roles.indicators, **roles.composites}.items():
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
    products = set(roles.products)
    return Plan(latent, products, feet, labels, owned, satellites, layers, inner_links)


def _as_loading(link: Link) -> Link:
    """A weight of a composite as if it were a loading: its items stand beside it, too."""
    if link.operator != "<~":
        return link
    return replace(link, source=link.target, target=link.source, operator="=~")


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
