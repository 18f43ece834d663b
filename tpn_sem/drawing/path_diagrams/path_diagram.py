"""A fitted model as a drawing: shapes, arrows and estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import zip_longest

import pandas as pd

from ...errors import OptionError
from ...language import at_level, has_levels, level_of, plain_name
from ...specification import Roles
from ..legible import legible
from ..number_formats import common_decimals, format_estimate
from ..scenes import SceneDrawing, svg_of, text_width, wrapped_label
from .arrows import links_of
from .composition import compose
from .diagram_options import DiagramOptions
from .diagram_words import caption_of, description_of
from .drawn_rows import DrawnRows, at_level_of, drawn_rows, structure_of
from .panel import Panel
from .placement import Layout, place
from .plan import FOOT_SIZE, ITEM_GAP, NAME_SIZE, WIDE_GAP

_LONGEST = {
    True: 150.0,
    False: 128.0,
}  # pixels of a line in shapes of latent, of observed variables
_LEVELS = {1: "Within clusters", 2: "Between clusters"}
Feet = dict[str, dict[str, list[str]]]  # by group and variable


class PathDiagram(SceneDrawing):
    """A path diagram; a notebook shows it, ``save`` writes it, ``str()`` is its SVG."""


def draw_path_diagram(
    table: pd.DataFrame,
    roles: Roles,
    r_squared: pd.Series,
    note: str = "",
    options: DiagramOptions | None = None,
) -> PathDiagram:
    """Draw a model with its estimates, a panel for each group, and for each level.

    Rectangles are observed variables, ellipses latent ones, dashed ones products. An arrow that is
    not significant at 5% is dashed and grey; the larger an estimate, the wider its arrow, and
    paths are heavier than loadings. What is fixed at zero
    is not drawn, nor are covariances of predictors that are taken from
    the data (``fixed_x``); the caption says so, and how
    many covariances are left out where they are more than 50, as so many arcs cannot be read.

    Parameters
    ----------
    table : DataFrame
        As `Fit.standardized` or `Fit.estimates`; a column ``difference`` marks differences between
        groups.
    roles : Roles
    r_squared : Series
        As `Fit.r_squared`: indexed by variable, or by group and variable.
    note : str
        What the caption says first.
    options : DiagramOptions, optional

    Raises
    ------
    OptionError
        Where labels or places are of variables that the model does not have, or places are
        missing; where there are no intercepts to draw.
    """
    chosen = options or DiagramOptions()
    chosen.check_names({plain_name(name) for name in roles.all} | set(roles.all))
    table = table[table["op"] != ":="]
    parts = [at_level_of(roles, n) for n in _LEVELS] if has_levels(roles.all) else [roles]
    if chosen.structure_only:
        parts = [structure_of(part, table) for part in parts]
    parts = [part for part in parts if part.all]
    differences = bool(table.get("difference", pd.Series(False)).any())
    drawn = [
        drawn_rows(table, part, chosen.residuals, chosen.intercepts, differences) for part in parts
    ]
    if chosen.intercepts and not any(len(one.intercepts) for one in drawn):
        zeros = (table["op"] == "~1").any()
        why = "those drawn here are zero" if zeros else "the fit has none; mean_structure=True"
        raise OptionError(
            f"intercepts=True is without effect: {why}{'' if zeros else ' gives it means'}."
        )
    groups = list(dict.fromkeys(table["group"]))
    digits = _digits(drawn)
    panels: list[list[Panel]] = []
    for part, shown in zip(parts, drawn, strict=True):
        panels.append(_panels(part, shown, groups, r_squared, chosen, digits, len(parts) > 1))
    in_order = [panel for by_level in zip(*panels, strict=True) for panel in by_level]
    caption = caption_of(note, drawn, chosen, differences)
    description = description_of(parts, in_order)
    scene = compose(in_order, caption, description)
    return PathDiagram(svg_of(scene), description, scene)


def _panels(
    roles: Roles,
    drawn: DrawnRows,
    groups: list[str],
    r_squared: pd.Series,
    options: DiagramOptions,
    digits: int,
    levelled: bool,
) -> list[Panel]:
    """A panel for each group, with the same places of variables in all of them."""
    feet = _feet(roles, drawn, groups, r_squared, digits)
    links = links_of(drawn.rows)
    gap = WIDE_GAP if "difference" in drawn.rows else ITEM_GAP
    labels, layout = _labels(roles, options.labels), _layout(roles, options)
    nodes = place(roles, links, _widest(feet), labels, layout, gap)
    level = level_of(roles.all[0])
    titles = [[group, _LEVELS[level] if levelled else ""] for group in groups]
    return [
        Panel(
            legible(", ".join(part for part in title if part)),
            nodes,
            drawn.rows[drawn.rows["group"] == group],
            feet[group],
            digits,
        )
        for group, title in zip(groups, titles, strict=True)
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
            own.setdefault(name, []).append(f"R² = {format_estimate(share, digits)}")
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
