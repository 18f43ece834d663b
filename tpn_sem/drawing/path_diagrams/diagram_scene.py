"""Panels, caption and description of a path diagram as a scene, for wide and narrow pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

import pandas as pd

from ...language import at_level, level_of, plain_name
from ...specification import Roles
from ..legible import legible
from ..number_formats import common_decimals, format_below_one, format_estimate, with_minus
from ..scenes import Scene, text_width, wrapped_label
from .arrows import links_of
from .composition import compose
from .diagram_options import DiagramOptions
from .diagram_words import caption_of, description_of
from .drawn_rows import DrawnRows
from .panel import Panel
from .placement import Layout, place
from .plan import FOOT_SIZE, ITEM_GAP, NAME_SIZE, WIDE_GAP

_LONGEST = {
    True: 150.0,
    False: 128.0,
}  # pixels of a line in shapes of latent, of observed variables
LEVELS = {1: "Within clusters", 2: "Between clusters"}
_NARROWEST = 420.0  # pixels of a scene whose letters are read on a telephone

Feet = dict[str, dict[str, list[str]]]  # by group and variable


@dataclass(frozen=True)
class DrawnModel:
    """What is drawn of a model.

    Attributes
    ----------
    parts : list of Roles
        Of each level; one where there are none.
    rows : list of DrawnRows
        Of these.
    groups : list of str
    r_squared : Series
    note : str
        What the caption says first.
    differences : bool
        Whether estimates are differences between groups.
    """

    parts: list[Roles]
    rows: list[DrawnRows]
    groups: list[str]
    r_squared: pd.Series
    note: str
    differences: bool


def scene_of(model: DrawnModel, options: DiagramOptions, columns: int = 0) -> Scene:
    """The panels of all groups and levels, the caption below them; `columns` as in `compose`."""
    digits = _digits(model.rows)
    panels = [
        _panels(model, part, rows, options, digits)
        for part, rows in zip(model.parts, model.rows, strict=True)
    ]
    in_order = [panel for by_level in zip(*panels, strict=True) for panel in by_level]
    caption = caption_of(model.note, model.rows, options, model.differences)
    description = description_of(model.parts, in_order)
    return compose(in_order, caption, description, columns)


def narrow_scene(model: DrawnModel, options: DiagramOptions) -> Scene | None:
    """The same in a column, if that fits a narrow page; none where places were asked for."""
    if options.layout != "layers":
        return None
    scene = scene_of(model, replace(options, layout="column"), columns=1)
    return scene if scene.width <= _NARROWEST else None


def _panels(
    model: DrawnModel, roles: Roles, drawn: DrawnRows, options: DiagramOptions, digits: int
) -> list[Panel]:
    """A panel of a part for each group, with the same places in all."""
    feet = _feet(roles, drawn, model.groups, model.r_squared, digits)
    gap = WIDE_GAP if "difference" in drawn.rows else ITEM_GAP
    labels, layout = _labels(roles, options.labels), _layout(roles, options)
    nodes = place(roles, links_of(drawn.rows), _widest(feet), labels, layout, gap)
    level = LEVELS[level_of(roles.all[0])] if len(model.parts) > 1 else ""
    return [
        Panel(
            legible(", ".join(part for part in (group, level) if part)),
            nodes,
            drawn.rows[drawn.rows["group"] == group],
            feet[group],
            digits,
        )
        for group in model.groups
    ]


def _layout(roles: Roles, options: DiagramOptions) -> Layout:
    """Given places under the names that the variables of a level have."""
    if isinstance(options.layout, str):
        return options.layout
    level = level_of(roles.all[0])
    here = {at_level(plain_name(name), level): at for name, at in options.layout.items()}
    return {name: (float(at[0]), float(at[1])) for name, at in here.items() if name in roles.all}


def _labels(roles: Roles, labels: Mapping[str, str]) -> dict[str, str]:
    """What stands in each shape, in lines; a product is written with a sign of multiplication."""
    shown: dict[str, str] = {}
    for name in roles.all:
        plain = plain_name(name)
        own = plain.replace(":", " × ") if name in roles.products else plain
        text = legible(labels.get(name, labels.get(plain, own)))
        shown[name] = wrapped_label(text, _LONGEST[name in roles.latent], NAME_SIZE)
    return shown


def _digits(drawn: Iterable[DrawnRows]) -> int:
    """Decimals of all numbers of the diagram."""
    tables = [part for one in drawn for part in (one.rows, one.intercepts)]
    return common_decimals(value for table in tables for value in table["estimate"].astype(float))


def _feet(
    roles: Roles, drawn: DrawnRows, groups: list[str], r_squared: pd.Series, digits: int
) -> Feet:
    """R² and intercepts of the variables that show them, by group."""
    explained = _explained(drawn.rows, roles, r_squared)
    predicted = set(drawn.rows.loc[drawn.rows["op"] == "~", "lhs"]) | set(roles.items)
    feet: Feet = {}
    for group in groups:
        own: dict[str, list[str]] = {}
        for name, share in _shares(r_squared, group, explained).items():
            own.setdefault(name, []).append(f"R² = {with_minus(format_below_one(share, digits))}")
        for _, row in drawn.intercepts[drawn.intercepts["group"] == group].iterrows():
            word = "intercept" if row["lhs"] in predicted else "mean"
            mark = "" if bool(row["free"]) else "†"
            value = f"{word} {format_estimate(float(row['estimate']), digits)}{mark}"
            own.setdefault(str(row["lhs"]), []).append(value)
        feet[group] = own
    return feet


def _widest(feet: Feet) -> dict[str, list[str]]:
    """For each variable the widest line of all groups, line by line."""
    names = dict.fromkeys(name for own in feet.values() for name in own)
    return {
        name: [
            max(lines, key=lambda line: text_width(line, FOOT_SIZE))
            for lines in zip_longest(*(own.get(name, []) for own in feet.values()), fillvalue="")
        ]
        for name in names
    }


def _explained(drawn: pd.DataFrame, roles: Roles, r_squared: pd.Series) -> set[str]:
    """Variables that show R²: the dependent ones that are no indicators of the observed kind."""
    items = (set(roles.items) | roles.composite_items) - set(roles.latent)
    items |= set(drawn.loc[drawn["op"] == "=~", "rhs"]) - set(roles.latent)
    known = r_squared.dropna().index
    names = set(known.get_level_values(-1) if len(known) else ())
    return {str(name) for name in names - items if name in roles.all}


def _shares(r_squared: pd.Series, label: str, explained: Iterable[str]) -> dict[str, float]:
    by_group = r_squared.index.nlevels > 1
    shares = {name: r_squared.get((label, name) if by_group else name) for name in explained}
    return {name: float(x) for name, x in shares.items() if x is not None and not pd.isna(x)}
