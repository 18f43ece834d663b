"""Path diagrams show every parameter, and leave the house as files."""

from __future__ import annotations

from pathlib import Path

import pytest
from path_diagram_cases import EVERY, SVG, by_class, drawn, fitted, numbers_of, shape_box

from tpn_sem.drawing import (
    Box,
    draw_path_diagram,
    format_below_one,
    format_estimate,
)
from tpn_sem.errors import OptionError

# Nothing is missing -------------------------------------------------------------------------------


@pytest.mark.sampled(3)
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


@pytest.mark.sampled(3)
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
    assert shown["KSSE"] == ["KSSE", f"R² = {format_below_one(shares['KSSE'], 2)}"]
    assert shown["NPC"] == ["NPC"]
    assert shown["y1"] == ["y1"]


# Out of the house ---------------------------------------------------------------------------------


def test_it_is_shown_and_saved_as_it_is(tmp_path: Path) -> None:
    diagram, _ = drawn("mediation")
    written = diagram.save(tmp_path / "model.svg")
    assert written == tmp_path / "model.svg"
    assert written.read_text(encoding="utf-8") == diagram.svg == str(diagram)
    assert diagram.save(str(tmp_path / "again.SVG")).exists()
    assert len(repr(diagram)) < 200


@pytest.mark.parametrize("name", ["model.jpg", "model"])
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
