"""Drawings on dark screens, and as files for papers."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.drawing import Drawing, draw_likert_bars, on_screens
from tpn_sem.drawing.dark_colours import dark_colour

PAIRS = [  # words and what they stand on, lines and their ground
    ("#222222", "#ffffff"),
    ("#6f6f6f", "#ffffff"),
    ("#0072B2", "#ffffff"),
    ("#D55E00", "#ffffff"),
    ("#009E73", "#ffffff"),
    ("#CC79A7", "#ffffff"),
    ("#ffffff", "#542788"),
    ("#ffffff", "#B35806"),
    ("#222222", "#F1A340"),
    ("#222222", "#EDEDED"),
    ("#222222", "#998EC3"),
    ("#222222", "#e6f1f8"),
]


def light(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    shown = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    linear = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, two: str) -> float:
    low, high = sorted((light(one), light(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_what_can_be_read_on_paper_can_be_read_on_a_dark_screen(ink: str, ground: str) -> None:
    dark = contrast(dark_colour(ink), dark_colour(ground))
    assert dark >= min(contrast(ink, ground), 4.5) - 0.05


def test_white_paper_gets_dark_and_hues_stay() -> None:
    assert light(dark_colour("#ffffff")) < 0.02
    assert light(dark_colour("#000000")) > 0.75
    for colour, largest in (("#B35806", 0), ("#542788", 2)):
        dark = dark_colour(colour)
        assert int(np.argmax([int(dark[i : i + 2], 16) for i in (1, 3, 5)])) == largest


def bars() -> Drawing:
    return draw_likert_bars(pd.DataFrame([[0.2, 0.3, 0.5]], index=["x"], columns=[1, 2, 3]))


def test_files_stay_white_and_notebooks_follow_the_screen(tmp_path: Path) -> None:
    plot = ts.plots.likert(pd.DataFrame({"a": [1, 2, 3], "b": [2, 2, 3]}))
    for one in (bars(), plot):
        saved = one.save(tmp_path / "x.svg").read_text("utf-8")
        assert "prefers-color-scheme" not in saved
        shown = one._repr_svg_()
        ElementTree.fromstring(shown)
        rules = " ".join(re.findall(r"<style>(@media.*?)</style>", shown))
        assert "@media screen and (prefers-color-scheme:dark)" in rules
        assert '[data-jp-theme-light="false"],.vscode-dark' in rules
        used = set(re.findall(r'(?:fill|stroke)(?:="|: )(#[0-9A-Fa-f]{6})', saved))
        assert used
        assert all(f"{colour}" in rules for colour in used)


def test_markers_of_plots_have_the_colours_of_where_they_are_used() -> None:
    plot = ts.plots.item_distributions(pd.DataFrame({"a": [1.0, 2.5, 3.1, 9.4]}))
    plot.axes.plot([1.0], [1.0], "|", color="#1f2d3d")
    assert re.search(r'<path id="m[^>]*style="', plot.svg)
    assert not re.search(r'<path id="m[^>]*style="', plot._repr_svg_())


def test_what_others_drew_is_left_alone() -> None:
    other = '<svg xmlns="http://www.w3.org/2000/svg"><rect fill="#ffffff"/></svg>'
    assert on_screens(other) == other


def test_a_heat_map_s_cells_are_no_picture() -> None:
    data = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 3)), columns=list("abc"))
    assert "<image" not in ts.plots.correlations(data).svg
