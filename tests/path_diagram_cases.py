"""Diagrams that the tests share, and how they are read back."""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tpn_sem.drawing import (
    Box,
    PathDiagram,
    draw_path_diagram,
)
from tpn_sem.estimation import estimate
from tpn_sem.language import parse
from tpn_sem.results import r_squared, standardized_table
from tpn_sem.specification import Roles, read_options

DATA = Path(__file__).parent / "reference" / "data"
SVG = "{http://www.w3.org/2000/svg}"
FACTORS = ("NPC", "KSSE", "KS", "KR")
FOUR = "\n".join(
    f"{factor} =~ " + " + ".join(f"y{5 * k + i}" for i in range(1, 6))
    for k, factor in enumerate(FACTORS)
)
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
NINE = " + ".join(f"x{k}" for k in range(1, 10))
GROWTH = "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4\n"
HS, SIMULATED = "HolzingerSwineford1939", "simulated_four_factors"
MODELS: dict[str, tuple[str, str, dict[str, object]]] = {
    "four factors, structural": (
        FOUR + "\nKSSE ~ NPC\nKS + KR ~ NPC + KSSE\nKS ~~ KR",
        SIMULATED,
        {},
    ),
    "four factors, correlated": (FOUR, SIMULATED, {}),
    "four factors in a chain": (
        FOUR + "\nKSSE ~ NPC\nKS ~ KSSE + NPC\nKR ~ KS + KSSE + NPC",
        SIMULATED,
        {},
    ),
    "second order, structural": (
        FOUR + "\nKE =~ KS + KR\nKSSE ~ NPC\nKE ~ NPC + KSSE",
        SIMULATED,
        {},
    ),
    "second order": (THREE + "general =~ visual + textual + speed", HS, {}),
    "three correlated factors": (THREE, HS, {}),
    "three factors, groups": (THREE, HS, {"group": "school"}),
    "residual covariances": (THREE + "x7 ~~ x8\nx1 ~~ x9", HS, {}),
    "cross loadings": (THREE + "visual =~ x9", HS, {}),
    "one factor": (f"g =~ {NINE}", HS, {}),
    "bifactor": (
        f"general =~ {NINE}\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9",
        HS,
        {"orthogonal": True, "std_lv": True},
    ),
    "mimic": (THREE + "visual + textual + speed ~ sex + ageyr\nx3 ~ sex", HS, {}),
    "mimic, random predictors": (
        THREE + "visual + textual + speed ~ sex + ageyr",
        HS,
        {"fixed_x": False},
    ),
    "path model": (
        "rating ~ complaints + learning\nlearning ~ complaints + raises\nadvance ~ raises",
        "attitude",
        {},
    ),
    "mediation": ("learning ~ complaints\nrating ~ complaints + learning", "attitude", {}),
    "non-recursive": (
        "y1 ~ y2 + x1 + x2\ny2 ~ y1 + x3 + x4\ny1 ~~ y2",
        "simulated_nonrecursive",
        {},
    ),
    "growth, covariates over time": (
        GROWTH + "i + s ~ x1 + x2\nt1 ~ c1\nt2 ~ c2\nt3 ~ c3\nt4 ~ c4",
        "Demo.growth",
        {"mean_structure": True},
    ),
    "two waves": (
        "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\n"
        "dem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8",
        "PoliticalDemocracy",
        {},
    ),
    "a latent variable predicts": (
        "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nx9 ~ visual + textual + x7\nx8 ~ x9",
        HS,
        {},
    ),
}
EVERY = pytest.mark.parametrize("name", list(MODELS))


@cache
def fitted(name: str) -> tuple[pd.DataFrame, Roles, pd.Series]:
    text, data, options = MODELS[name]
    frame = pd.read_csv(DATA / f"{data}.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = estimate(parse(text), read_options("sem", dict(options)), frame)
    return standardized_table(found, "all"), found.specification.roles, r_squared(found)


@cache
def drawn(name: str) -> tuple[PathDiagram, ET.Element]:
    diagram = draw_path_diagram(*fitted(name))
    return diagram, ET.fromstring(diagram.svg)


def by_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.get("class") == name]


def shape_box(variable: ET.Element) -> Box:
    """The bounding box of a variable's shape, read back from the drawing."""
    ellipse, rect = variable.find(f"{SVG}ellipse"), variable.find(f"{SVG}rect")
    if ellipse is not None:
        x, y, rx, ry = (float(ellipse.get(key, "nan")) for key in ("cx", "cy", "rx", "ry"))
        return Box(x, y, 2 * rx, 2 * ry)
    assert rect is not None
    return rect_box(rect)


def rect_box(rect: ET.Element) -> Box:
    x, y, width, height = (float(rect.get(key, "nan")) for key in ("x", "y", "width", "height"))
    return Box(x + width / 2, y + height / 2, width, height)


def numbers_of(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]
