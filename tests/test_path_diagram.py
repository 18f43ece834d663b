"""The path diagram: nothing missing, nothing on top of anything else, readable anywhere."""

from __future__ import annotations

import itertools
import re
import warnings
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tpn_sem.drawing import (
    ESTIMATE_SIZE,
    Box,
    Link,
    PathDiagram,
    draw_path_diagram,
    format_estimate,
    node_size,
    place,
    text_width,
)
from tpn_sem.errors import OptionError
from tpn_sem.estimation import estimate
from tpn_sem.language import parse
from tpn_sem.results import r_squared, standardized_table
from tpn_sem.specification import Roles, find_roles, read_options

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


def table_of(rows: list[tuple[str, str, str, bool, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["lhs", "op", "rhs", "free", "estimate", "p_value"])
    return table.assign(group="", label="", se=0.1, z=1.0, ci_lower=0.0, ci_upper=1.0)


# Nothing is missing --------------------------------------------------------------------------


@EVERY
def test_every_free_path_has_its_arrow_and_its_number(name: str) -> None:
    table, _, _ = fitted(name)
    _, root = drawn(name)
    free = table[table["free"] & table["op"].isin(["=~", "~", "~~"])]
    free = free[free["lhs"] != free["rhs"]]
    panels = by_class(root, "panel")
    for panel, (_, rows) in zip(panels, free.groupby("group", sort=False), strict=True):
        arrows = [
            tuple(a.get(f"data-{k}") for k in ("lhs", "op", "rhs")) for a in by_class(panel, "path")
        ]
        texts = [text.text or "" for text in by_class(panel, "estimate")]
        assert len(arrows) == len(set(arrows)) == len(texts)
        shown = dict(zip(arrows, texts, strict=True))
        for _, row in rows.iterrows():
            assert shown[row["lhs"], row["op"], row["rhs"]] == format_estimate(row["estimate"])


@EVERY
def test_every_variable_has_a_shape_of_its_kind(name: str) -> None:
    _, roles, _ = fitted(name)
    _, root = drawn(name)
    for panel in by_class(root, "panel"):
        variables = {v.get("data-name"): v for v in by_class(panel, "variable")}
        assert set(variables) == set(roles.all)
        for variable, shape in variables.items():
            assert (shape.find(f"{SVG}ellipse") is not None) == (variable in roles.latent)


def test_arrows_point_the_right_way() -> None:
    _, root = drawn("four factors, structural")
    places = {v.get("data-name"): shape_box(v) for v in by_class(root, "variable")}
    for arrow in by_class(root, "path"):
        heads = by_class(arrow, "head")
        lhs, op, rhs = (str(arrow.get(f"data-{k}")) for k in ("lhs", "op", "rhs"))
        assert len(heads) == (2 if op == "~~" else 1)
        target = places[lhs if op == "~" else rhs]
        tip = numbers_of(str(heads[0].get("d")))[:2]
        near = Box(target.x, target.y, target.width + 2, target.height + 2)
        assert near.overlaps(Box(*tip, 0.0, 0.0))


def test_r_squared_is_in_the_shape_it_belongs_to() -> None:
    _, _, shares = fitted("four factors, structural")
    _, root = drawn("four factors, structural")
    shown = {
        v.get("data-name"): [t.text for t in v.iter(f"{SVG}text")]
        for v in by_class(root, "variable")
    }
    assert shown["KSSE"] == ["KSSE", f"R² = {format_estimate(shares['KSSE'])}"]
    assert shown["NPC"] == ["NPC"]
    assert shown["y1"] == ["y1"]


# Nothing is on top of anything else ----------------------------------------------------------


@EVERY
def test_no_two_shapes_overlap(name: str) -> None:
    _, root = drawn(name)
    for panel in by_class(root, "panel"):
        shapes = [shape_box(v) for v in by_class(panel, "variable")]
        assert not any(a.overlaps(b, 2.0) for a, b in itertools.combinations(shapes, 2))


@EVERY
def test_estimates_stand_clear_of_each_other_and_of_shapes(name: str) -> None:
    _, root = drawn(name)
    for panel in by_class(root, "panel"):
        labels = [rect_box(rect) for rect in by_class(panel, "halo")]
        shapes = [shape_box(v) for v in by_class(panel, "variable")]
        assert not any(a.overlaps(b) for a, b in itertools.combinations(labels, 2))
        assert not any(a.overlaps(b) for a, b in itertools.product(labels, shapes))


@EVERY
def test_everything_is_inside_the_view(name: str) -> None:
    _, root = drawn(name)
    _, _, width, height = numbers_of(str(root.get("viewBox")))
    for panel in by_class(root, "panel"):
        moved = next(g for g in panel if g.get("transform"))
        dx, dy = numbers_of(str(moved.get("transform")))
        boxes = [rect_box(r) for r in by_class(panel, "halo")]
        boxes += [shape_box(v) for v in by_class(panel, "variable")]
        for box in boxes:
            assert box.width / 2 <= box.x + dx <= width - box.width / 2
            assert box.height / 2 <= box.y + dy <= height - box.height / 2
    for caption in by_class(root, "caption"):
        assert float(caption.get("x", 0)) + text_width(str(caption.text), ESTIMATE_SIZE) <= width
        assert float(caption.get("y", 0)) < height


@EVERY
def test_no_arrow_runs_through_a_third_shape(name: str) -> None:
    _, root = drawn(name)
    for panel in by_class(root, "panel"):
        shapes = {v.get("data-name"): shape_box(v) for v in by_class(panel, "variable")}
        for arrow in by_class(panel, "path"):
            ends = {arrow.get("data-lhs"), arrow.get("data-rhs")}
            d = next(p.get("d") for p in arrow if p.get("fill") == "none")
            a, b, c, e = np.array(numbers_of(str(d))).reshape(4, 2)
            t = np.linspace(0, 1, 60)[:, None]
            curve = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * e
            for name_of, box in shapes.items():
                if name_of not in ends:
                    far = np.abs(curve - [box.x, box.y]) / [box.width / 2, box.height / 2]
                    assert (np.hypot(*far.T) >= 1.0).all(), (ends, name_of)


def test_two_opposite_arrows_bend_away_from_each_other() -> None:
    _, root = drawn("non-recursive")
    arrows = {
        (a.get("data-lhs"), a.get("data-op"), a.get("data-rhs")): a for a in by_class(root, "path")
    }
    middles = []
    for key in (("y1", "~", "y2"), ("y2", "~", "y1"), ("y1", "~~", "y2")):
        points = np.array(numbers_of(str(arrows[key][1].get("d")))).reshape(4, 2)
        middles.append(points.T @ [0.125, 0.375, 0.375, 0.125])
    for one, other in itertools.combinations(middles, 2):
        assert np.hypot(*(one - other)) > 20.0


def test_layers_run_from_predictors_to_outcomes_with_items_outside() -> None:
    _, root = drawn("four factors, structural")
    at = {v.get("data-name"): shape_box(v) for v in by_class(root, "variable")}
    assert at["NPC"].x < at["KSSE"].x < at["KS"].x
    assert at["KS"].x == pytest.approx(at["KR"].x, abs=1e-6)
    assert all(at[f"y{k}"].x < at["NPC"].x for k in range(1, 6))
    assert all(at[f"y{k}"].y < at["KSSE"].y for k in range(6, 11))
    assert all(at[f"y{k}"].x > at["KS"].x for k in range(11, 21))


@pytest.mark.parametrize("n_factors", [1, 3, 7])
@pytest.mark.parametrize("shape", ["correlated", "chain", "star", "full"])
def test_larger_models_do_not_overlap_either(n_factors: int, shape: str) -> None:
    names = [f"Factor{k}" for k in range(n_factors)]
    text = "\n".join(f"{f} =~ " + " + ".join(f"{f}_item{i}" for i in range(12)) for f in names)
    for k, name in enumerate(names[1:], 1):
        before = {"chain": [names[k - 1]], "star": [names[0]], "full": names[:k]}.get(shape, [])
        text += f"\n{name} ~ {' + '.join(before)}" if before else ""
    roles = find_roles(parse(text))
    links = [Link(f, item, "=~") for f in names for item in roles.indicators[f]]
    links += [Link(r.rhs, r.lhs, "~") for r in parse(text).relations if r.operator == "~"]
    nodes = place(roles, links, set(names[1:]))
    assert set(nodes) == set(roles.all)
    assert not any(a.overlaps(b, 2.0) for a, b in itertools.combinations(nodes.values(), 2))


def test_a_shape_is_wide_enough_for_its_name() -> None:
    for name in ("a", "Infant.Mortality", "自我效能感知量表", "W" * 30):
        for latent in (True, False):
            assert node_size(name, latent, False)[0] > text_width(name, 13.0) + 10.0


# What a reader must be able to tell ----------------------------------------------------------


def test_significance_width_and_fixed_parameters_show() -> None:
    table = table_of(
        [
            ("f", "=~", "a", False, 1.0, float("nan")),
            ("f", "=~", "b", True, 0.9, 0.001),
            ("f", "=~", "c", True, 0.1, 0.20),
            ("f", "=~", "d", False, 0.0, float("nan")),
            ("f", "~~", "f", True, 1.0, 0.001),
        ]
    )
    roles = find_roles(parse("f =~ a + b + c + d"))
    root = ET.fromstring(draw_path_diagram(table, roles, pd.Series(dtype=float)).svg)
    lines = {a.get("data-rhs"): a[1] for a in by_class(root, "path")}
    assert set(lines) == {"a", "b", "c"}
    assert [k for k, line in lines.items() if line.get("stroke-dasharray")] == ["c"]
    assert lines["c"].get("stroke") != lines["b"].get("stroke")
    assert float(str(lines["b"].get("stroke-width"))) > float(str(lines["c"].get("stroke-width")))
    assert [t.text for t in by_class(root, "estimate")] == ["1.00†", "0.90", "0.10"]
    caption = " ".join(str(t.text) for t in by_class(root, "caption"))
    for sentence in (
        "†\xa0Fixed in estimation.",
        "Parameters fixed at zero are not drawn.",
        "Residual variances and intercepts are not drawn.",
        "or not tested",
    ):
        assert sentence in caption


def test_covariances_taken_from_the_data_are_left_to_the_caption() -> None:
    for name, drawn_ones in (("mimic", 3), ("mimic, random predictors", 4)):
        _, root = drawn(name)
        pairs = [a for a in by_class(root, "path") if a.get("data-op") == "~~"]
        assert len(pairs) == drawn_ones
        caption = " ".join(str(t.text) for t in by_class(root, "caption"))
        assert ("taken from the data" in caption) == (name == "mimic")


def test_each_group_has_a_panel_with_its_title_and_its_estimates() -> None:
    _, root = drawn("three factors, groups")
    panels = by_class(root, "panel")
    titles = [panel.find(f"{SVG}text") for panel in panels]
    assert [t.text for t in titles if t is not None] == ["Pasteur", "Grant-White"]
    one, other = ([t.text for t in by_class(panel, "estimate")] for panel in panels)
    assert len(one) == len(other) == 12
    assert one != other


def test_the_drawing_describes_itself_and_stands_on_white() -> None:
    diagram, root = drawn("three factors, groups")
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Path diagram"
    assert "3 latent and 9 observed variables" in str(root.findtext(f"{SVG}desc"))
    assert "Pasteur" in diagram.description
    assert "sans-serif" in str(root.get("font-family"))
    hover = [a.findtext(f"{SVG}title") for a in by_class(root, "path")]
    assert any("visual → x2: 0." in str(text) and "95 % CI" in str(text) for text in hover)


def test_names_are_escaped() -> None:
    table = table_of([("f<1>", "=~", 'a&"b"', True, 0.5, 0.01)]).assign(group="R&D <new>")
    items = {"f<1>": ('a&"b"',)}
    roles = Roles(('a&"b"',), ("f<1>",), (), ("f<1>",), (), items)
    shares = pd.Series({'a&"b"': 0.25})
    diagram = draw_path_diagram(table, roles, shares, note="p < q & r.")
    root = ET.fromstring(diagram.svg)
    assert {v.get("data-name") for v in by_class(root, "variable")} == {'a&"b"', "f<1>"}
    shown = {text.text for v in by_class(root, "variable") for text in v.iter(f"{SVG}text")}
    assert shown == {'a&"b"', "f<1>"}
    assert by_class(root, "panel")[0].findtext(f"{SVG}text") == "R&D <new>"
    assert by_class(root, "caption")[0].text is not None
    assert str(by_class(root, "caption")[0].text).startswith("p < q & r. Solid")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.50"),
        (-0.456, "−0.46"),
        (0.0042, "0.0042"),
        (0.0, "0.00"),
        (-1e-9, "0.00"),
        (1234.56, "1235"),
        (float("nan"), "n/a"),
        (float("inf"), "n/a"),
    ],
)
def test_estimates_are_short_and_never_hide_a_number(value: float, text: str) -> None:
    assert format_estimate(value) == text


def test_a_fit_without_standard_errors_is_drawn() -> None:
    table = table_of([("y", "~", "x", True, float("nan"), float("nan"))])
    roles = find_roles(parse("y ~ x"))
    root = ET.fromstring(draw_path_diagram(table, roles, pd.Series({"y": np.nan})).svg)
    assert [t.text for t in by_class(root, "estimate")] == ["n/a"]
    assert "nan" not in ET.tostring(root, encoding="unicode")


# Out of the house ----------------------------------------------------------------------------


def test_it_is_shown_and_saved_as_it_is(tmp_path: Path) -> None:
    diagram, _ = drawn("mediation")
    written = diagram.save(tmp_path / "model.svg")
    assert written == tmp_path / "model.svg"
    assert written.read_text(encoding="utf-8") == diagram._repr_svg_() == str(diagram)
    assert diagram.save(str(tmp_path / "again.SVG")).exists()
    assert len(repr(diagram)) < 200


@pytest.mark.parametrize("name", ["model.png", "model"])
def test_another_format_is_refused_with_advice(tmp_path: Path, name: str) -> None:
    diagram, _ = drawn("mediation")
    with pytest.raises(OptionError, match=r"Save it as 'model\.svg'"):
        diagram.save(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_the_same_model_gives_the_same_drawing() -> None:
    diagram, _ = drawn("four factors, structural")
    assert draw_path_diagram(*fitted("four factors, structural")).svg == diagram.svg


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    diagram, _ = drawn("mediation")
    with pytest.raises(OptionError, match="there is no folder"):
        diagram.save(tmp_path / "nowhere" / "model.svg")
    assert not (tmp_path / "nowhere").exists()
