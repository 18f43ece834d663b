"""What a reader of a path diagram must be able to tell."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from path_diagram_cases import SVG, by_class, drawn

from tpn_sem.drawing import (
    draw_path_diagram,
    format_estimate,
)
from tpn_sem.language import parse
from tpn_sem.specification import Roles, find_roles


def table_of(rows: list[tuple[str, str, str, bool, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["lhs", "op", "rhs", "free", "estimate", "p_value"])
    return table.assign(group="", label="", se=0.1, z=1.0, ci_lower=0.0, ci_upper=1.0)


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
        "Variances, residual variances and intercepts are not drawn.",
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
    assert any("visual → x2: 0." in str(text) and "95% CI" in str(text) for text in hover)


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
