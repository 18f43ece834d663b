"""What can be chosen about a path diagram, and what it then shows."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any

import pandas as pd
import pytest
from conftest import quietly, reference_data
from path_diagram_cases import DATA, SVG, THREE, by_class, fitted, rect_box, shape_box

import tpn_sem as ts
from tpn_sem.drawing import DiagramOptions, draw_path_diagram
from tpn_sem.errors import NotAvailableError, OptionError

STRUCTURAL = "four factors, structural"
LONG = "How often do you share what you know with <script>colleagues</script>?"
KAZAKH = "Өзіне сенімділік: әріптестермен білім бөлісу"


@cache
def pupils() -> pd.DataFrame:
    return pd.read_csv(DATA / "HolzingerSwineford1939.csv")


@cache
def fit() -> ts.Fit:
    return ts.Model(f"{THREE}speed ~ visual + textual").fit(pupils())


@cache
def grouped() -> ts.Fit:
    return ts.Model(f"{THREE}speed ~ visual + textual").fit(pupils(), group="school")


def read(diagram: ts.Fit | object) -> ET.Element:
    return ET.fromstring(str(diagram))


def texts(root: ET.Element) -> list[str]:
    return [str(text.text) for text in root.iter(f"{SVG}text")]


def names_of(root: ET.Element) -> set[str]:
    return {str(v.get("data-name")) for v in by_class(root, "variable")}


# Layouts ------------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("layout", ["column", "tree", "circle", "spring"])
@pytest.mark.parametrize(
    "name",
    [
        STRUCTURAL,
        pytest.param("four factors, correlated", marks=pytest.mark.slow),
        "second order, structural",
        pytest.param("three factors, groups", marks=pytest.mark.slow),
        "bifactor",
        pytest.param("one factor", marks=pytest.mark.slow),
        "mimic",
        "path model",
        "growth, covariates over time",
        pytest.param("two waves", marks=pytest.mark.slow),
    ],
)
def test_no_layout_lets_shapes_overlap(name: str, layout: str) -> None:
    table, roles, shares = fitted(name)
    diagram = draw_path_diagram(table, roles, shares, "", DiagramOptions(layout))
    panel = by_class(read(diagram), "panel")[0]
    shapes = [shape_box(v) for v in by_class(panel, "variable")]
    assert names_of(panel) == set(roles.all)
    assert not any(a.overlaps(b, 2.0) for a, b in itertools.combinations(shapes, 2))


@pytest.mark.slow
def test_narrow_pages_show_a_column_where_nobody_asked_for_places() -> None:
    table, roles, shares = fitted(STRUCTURAL)
    diagram = draw_path_diagram(table, roles, shares, "", DiagramOptions())
    column = draw_path_diagram(table, roles, shares, "", DiagramOptions("column"))
    assert diagram.scene.width > 420.0 >= column.scene.width
    assert diagram.narrow == column.svg == str(diagram.narrowed())
    assert diagram.narrowed().to_tikz() == column.to_tikz()
    tree = draw_path_diagram(table, roles, shares, "", DiagramOptions("tree"))
    assert not tree.narrow
    assert tree.narrowed() is tree


def test_a_column_that_is_too_wide_is_no_layout_for_narrow_pages() -> None:
    table, roles, shares = fitted(STRUCTURAL)
    labels = dict.fromkeys(roles.all, "a name that takes much room")
    assert not draw_path_diagram(table, roles, shares, "", DiagramOptions(labels=labels)).narrow


def test_a_tree_runs_down_and_a_circle_has_one_radius() -> None:
    table, roles, shares = fitted(STRUCTURAL)
    found = {}
    for layout in ("tree", "circle"):
        root = read(draw_path_diagram(table, roles, shares, "", DiagramOptions(layout)))
        found[layout] = {v.get("data-name"): shape_box(v) for v in by_class(root, "variable")}
    tree, circle = found["tree"], found["circle"]
    assert tree["NPC"].y < tree["KSSE"].y < tree["KS"].y == pytest.approx(tree["KR"].y)
    assert tree["y1"].y < tree["NPC"].y
    assert tree["y20"].y > tree["KR"].y
    factors = [circle[name] for name in ("NPC", "KSSE", "KS", "KR")]
    x, y = (sum(getattr(box, axis) for box in factors) / 4 for axis in "xy")
    radii = [((box.x - x) ** 2 + (box.y - y) ** 2) ** 0.5 for box in factors]
    assert radii == pytest.approx([radii[0]] * 4, abs=0.2)


def test_given_places_are_kept_up_to_their_unit_and_items_stand_outside() -> None:
    places = {"visual": (0, 0), "textual": (0, 2), "speed": (3, 1)}
    root = read(fit().path_diagram(layout=places))
    at = {v.get("data-name"): shape_box(v) for v in by_class(root, "variable")}
    unit = at["visual"].y - at["textual"].y
    assert unit > 0
    assert at["speed"].x - at["visual"].x == pytest.approx(1.5 * unit, abs=0.3)
    assert at["visual"].y - at["speed"].y == pytest.approx(0.5 * unit, abs=0.3)
    assert at["x7"].x > at["speed"].x
    assert not any(a.overlaps(b, 2.0) for a, b in itertools.combinations(at.values(), 2))


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("circel", "did you mean 'circle'"),
        ({"visual": (0, 0), "textual": (0, 1)}, "no place for 'speed'"),
        ({"visual": (0, 0), "textual": (0, 0), "speed": (1, 1)}, "at the same place"),
        ({"visul": (0, 0)}, "did you mean 'visual'"),
        ({"visual": (0, 0, 1)}, "two numbers"),
        ({"visual": "ab"}, "layout"),
        ({"visual": (0, float("nan"))}, "two numbers"),
    ],
)
def test_a_layout_that_says_nothing_is_refused(layout: object, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        fit().path_diagram(layout=layout)  # type: ignore[arg-type]


# What is shown ------------------------------------------------------------------------------------


def test_only_the_structure_leaves_out_items_but_not_observed_predictors() -> None:
    assert names_of(read(fit().path_diagram(structure_only=True))) == {"visual", "textual", "speed"}
    mimic = ts.Model(f"{THREE}visual + textual + speed ~ ageyr\nx1 ~~ x4").fit(pupils())
    root = read(mimic.path_diagram(structure_only=True))
    assert names_of(root) == {"visual", "textual", "speed", "ageyr"}
    assert {a.get("data-op") for a in by_class(root, "path")} == {"~", "~~"}
    assert "Indicators and their loadings are not drawn." in " ".join(texts(root))


def test_residuals_are_loops_with_their_estimates_on_request() -> None:
    root = read(fit().path_diagram(residuals=True))
    loops = [a for a in by_class(root, "path") if a.get("data-lhs") == a.get("data-rhs")]
    assert len(loops) == 12
    assert all(len(by_class(loop, "head")) == 2 for loop in loops)
    assert "Residual variances are" not in " ".join(texts(root))
    assert len(by_class(read(fit().path_diagram()), "path")) == len(by_class(root, "path")) - 12


def test_intercepts_stand_in_the_shapes_on_request() -> None:
    table = grouped().estimates
    root = read(grouped().path_diagram(False, intercepts=True))
    first = by_class(root, "panel")[0]
    x1 = next(v for v in by_class(first, "variable") if v.get("data-name") == "x1")
    value = float(table[(table["lhs"] == "x1") & (table["op"] == "~1")]["estimate"].iloc[0])
    assert texts(x1) == ["x1", f"intercept {value:.2f}"]


def test_long_labels_are_wrapped_in_letters_of_one_size() -> None:
    root = read(fit().path_diagram(labels={"x1": LONG, "visual": KAZAKH}))
    shapes = {v.get("data-name"): v for v in by_class(root, "variable")}
    for name, label in (("x1", LONG), ("visual", KAZAKH)):
        lines = list(shapes[name].iter(f"{SVG}text"))
        assert len(lines) > 1
        assert "".join("".join(str(t.text) for t in lines).split()) == "".join(label.split())
        assert {t.get("font-size") for t in lines} == {"13"}
    boxes = [shape_box(v) for v in by_class(root, "variable")]
    assert not any(a.overlaps(b, 2.0) for a, b in itertools.combinations(boxes, 2))
    with pytest.raises(OptionError, match="did you mean 'visual'"):
        fit().path_diagram(labels={"Visual": "a"})


def test_paths_are_heavier_than_loadings() -> None:
    widths: dict[str, list[float]] = {}
    for arrow in by_class(read(fit().path_diagram()), "path"):
        line = next(p for p in arrow if p.get("fill") == "none")
        widths.setdefault(str(arrow.get("data-op")), []).append(
            float(str(line.get("stroke-width")))
        )
    assert max(widths["=~"]) < min(widths["~"]) + 0.3
    assert sum(widths["=~"]) / 9 < min(widths["~"])


# Groups -------------------------------------------------------------------------------------------


def test_differences_between_groups_have_intervals_and_colours() -> None:
    one, other = grouped().group_labels
    diagram = grouped().path_diagram(difference=(other, one))
    root = read(diagram)
    assert len(by_class(root, "panel")) == 1
    table = grouped().standardized()
    found = table[(table["op"] == "~") & (table["rhs"] == "visual")].set_index("group")["estimate"]
    paths = [(a.get("data-op"), a.get("data-rhs")) for a in by_class(root, "path")]
    shown = dict(zip(paths, [str(t.text) for t in by_class(root, "estimate")], strict=True))
    value = found[other] - found[one]
    assert float(shown["~", "visual"].replace("−", "-")) == pytest.approx(value, abs=0.0051)
    assert len(by_class(root, "interval")) == len(paths)
    assert f"estimates of {other} less those of {one}" in " ".join(texts(root))
    turned = [
        str(t.text)
        for t in by_class(read(grouped().path_diagram(difference=(one, other))), "estimate")
    ]
    assert {t.strip("−") for t in turned} == {t.strip("−") for t in shown.values()}


def test_what_is_held_equal_is_said_to_be() -> None:
    held = ts.Model(THREE).fit(pupils(), group="school", group_equal="loadings")
    root = read(held.path_diagram(False, difference=held.group_labels))
    loadings = [t.text for t in by_class(root, "estimate")][:6]
    assert loadings == ["="] * 6
    assert "= Held equal in both." in " ".join(texts(root))


@pytest.mark.parametrize("pair", ["ab", ("Pasteur",), ("Pasteur", "Pasteur"), ("Pasteur", "Grant")])
def test_a_difference_needs_two_groups(pair: object) -> None:
    with pytest.raises(OptionError, match="difference="):
        grouped().path_diagram(difference=pair)  # type: ignore[arg-type]
    with pytest.raises(NotAvailableError, match="group="):
        fit().path_diagram(difference=("a", "b"))


# Levels and products ------------------------------------------------------------------------------


def test_each_level_has_its_panel_under_plain_names() -> None:
    text = "level: 1\n fw =~ y1 + y2 + y3\n fw ~ x1\nlevel: 2\n fb =~ y1 + y2 + y3\n fb ~ w1"
    found = quietly(ts.sem, text, reference_data("Demo.twolevel"), cluster="cluster")
    root = read(found.path_diagram(layout="tree", labels={"y1": "Item\N{NO-BREAK SPACE}one"}))
    panels = by_class(root, "panel")
    titles = [str(panel.find(f"{SVG}text").text) for panel in panels]  # type: ignore[union-attr]
    assert titles == ["Within clusters", "Between clusters"]
    shown = [
        [str(t.text) for v in by_class(p, "variable") for t in v.iter(f"{SVG}text")] for p in panels
    ]
    assert {"fw", "x1", "Item one"} <= {t.replace("\xa0", " ") for t in shown[0]}
    assert {"fb", "w1", "Item one"} <= {t.replace("\xa0", " ") for t in shown[1]}
    places = {"fw": (0, 0), "x1": (0, 1), "fb": (0, 0), "w1": (1, 1)}
    assert len(by_class(read(found.path_diagram(layout=places)), "panel")) == 2


def test_random_slopes_are_drawn() -> None:
    text = 'level: 1\n y1 ~ rv("s")*x1\nlevel: 2\n y1 ~~ s\n y1 ~ w1\n s ~ w1'
    found = quietly(ts.sem, text, reference_data("Demo.twolevel"), cluster="cluster")
    root = read(found.path_diagram(False))
    assert "s" in texts(root)
    assert len(by_class(root, "panel")) == 2


def test_a_product_is_a_dashed_ellipse_with_a_sign_of_multiplication() -> None:
    model = ts.Model(
        "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
        "speed ~ visual + textual + visual:textual"
    )
    found = quietly(model.fit, pupils())
    root = read(found.path_diagram())
    product = next(v for v in by_class(root, "variable") if v.get("data-name") == "visual:textual")
    ellipse = product.find(f"{SVG}ellipse")
    assert ellipse is not None
    assert ellipse.get("stroke-dasharray")
    assert texts(product) == ["visual × textual"]


def test_weights_of_composites_lead_from_items_to_them() -> None:
    found = quietly(ts.sem, "c <~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ c", pupils())
    root = read(found.path_diagram(layout="circle"))
    weights = [a for a in by_class(root, "path") if a.get("data-op") == "<~"]
    assert [a.get("data-rhs") for a in weights] == ["x1", "x2", "x3"]
    at = {v.get("data-name"): shape_box(v) for v in by_class(root, "variable")}
    assert all(at[name].x < at["c"].x < at["speed"].x for name in ("x1", "x2", "x3"))
    assert {"c", "speed"} == names_of(read(found.path_diagram(structure_only=True)))


def test_what_is_no_estimate_is_said_first() -> None:
    unfitted = quietly(ts.Model(THREE).fit, pupils(), do_fit=False)
    assert "DID NOT CONVERGE" in " ".join(texts(read(unfitted.path_diagram(residuals=True))))


@pytest.mark.parametrize("name", ["two waves", "mimic"])
def test_loops_leave_room_for_their_estimates(name: str) -> None:
    table, roles, shares = fitted(name)
    root = read(draw_path_diagram(table, roles, shares, "", DiagramOptions(residuals=True)))
    labels = [rect_box(rect) for rect in by_class(root, "halo")]
    shapes = [shape_box(v) for v in by_class(root, "variable")]
    assert not any(a.overlaps(b, -1.0) for a, b in itertools.product(labels, shapes))


def test_intercepts_that_a_fit_does_not_have_are_refused() -> None:
    with pytest.raises(OptionError, match=r"without effect: the fit has none; mean_structure=True"):
        fit().path_diagram(intercepts=True)
    with pytest.raises(OptionError, match="without effect: those drawn here are zero"):
        grouped_with_means().path_diagram(intercepts=True, structure_only=True)


@cache
def grouped_with_means() -> ts.Fit:
    return quietly(ts.cfa, THREE, pupils(), mean_structure=True)


def test_groups_stand_side_by_side_where_a_page_has_room() -> None:
    def places(**options: Any) -> tuple[float, list[float]]:
        root = read(grouped().path_diagram(**options))
        titles = [float(p.find(f"{SVG}text").get("y")) for p in by_class(root, "panel")]
        return float(root.get("width")), titles

    width, heights = places(structure_only=True)
    assert width <= 1000
    assert heights[0] == heights[1]
    width, heights = places(labels={f"x{k}": LONG for k in range(1, 10)})
    assert heights[0] < heights[1]  # two such panels are wider than a page


def test_numbers_of_a_diagram_have_one_number_of_decimals() -> None:
    pupil = pupils().assign(x9=pupils()["x9"] / 1000)
    root = read(quietly(ts.cfa, THREE, pupil).path_diagram(False))
    numbers = [
        re.sub(r"[^0-9.]", "", text) for e in by_class(root, "estimate") for text in [e.text]
    ]
    assert len({len(number.partition(".")[2]) for number in numbers}) == 1
    assert max(len(number.partition(".")[2]) for number in numbers) > 2
