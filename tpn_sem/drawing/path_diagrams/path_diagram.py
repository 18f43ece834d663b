"""A fitted model as a drawing: shapes, arrows and estimates."""

from __future__ import annotations

import pandas as pd

from ...errors import OptionError
from ...language import has_levels, plain_name
from ...specification import Roles
from ..scenes import SceneDrawing, svg_of
from .diagram_options import DiagramOptions
from .diagram_scene import LEVELS, DrawnModel, narrow_scene, scene_of
from .drawn_rows import at_level_of, drawn_rows, structure_of


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
    parts = [at_level_of(roles, n) for n in LEVELS] if has_levels(roles.all) else [roles]
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
    shown = DrawnModel(
        parts, drawn, list(dict.fromkeys(table["group"])), r_squared, note, differences
    )
    scene = scene_of(shown, chosen)
    narrow = narrow_scene(shown, chosen)
    own = "" if narrow is None else svg_of(narrow)
    return PathDiagram(svg_of(scene), scene.description, scene, narrow=own, narrow_scene=narrow)
