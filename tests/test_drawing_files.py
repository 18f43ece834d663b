"""Drawings as PDF and PNG: each of the library's own, and what is refused."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from matplotlib.text import Text

import tpn_sem as ts
from tpn_sem.drawing import CurvePanel, Drawing, draw_curve_panels, draw_likert_bars
from tpn_sem.drawing.documents import picture
from tpn_sem.drawing.svg_figure import NotDrawableError, figure_of_svg
from tpn_sem.triangle.page.figures import contest_plot, interval_plot

ODD = ["<script>x</script>", "a & b", "50% of $x_1$", "Қазақ тілі", 'say "no"', "a_b^c"]


def drawn(*elements: str, size: str = "0 0 100 50") -> Drawing:
    width, height = size.split()[2:]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" width="{width}" '
    return Drawing(f'{head}height="{height}">{"".join(elements)}</svg>', "Of a test.")


def dots(drawing: Drawing, dpi: float = 96.0) -> np.ndarray:
    figure = figure_of_svg(drawing.svg)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi)
    file.seek(0)
    return imread(file)[:, :, :3]


def odd_paths() -> pd.DataFrame:
    shown = pd.DataFrame({"name": ODD, "estimate": np.linspace(-0.2, 0.6, len(ODD))})
    shown["ci_lower"], shown["ci_upper"] = shown["estimate"] - 0.1, shown["estimate"] + 0.1
    shown.loc[1, ["ci_lower", "ci_upper"]] = np.nan
    return shown


def odd_contest() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "delta_bic": [0.0, 3.0, 400.0, np.nan, np.nan, 12.0],
            "state": ["fitted", "fitted", "fitted", "improper", "not converged", "fitted"],
            "verdict": ["can't tell", "excluded", "excluded", "", "", "wider"],
        },
        index=ODD,
    )


def own_drawings() -> dict[str, Drawing]:
    shares = pd.DataFrame(np.full((6, 5), 0.2), index=ODD, columns=range(1, 6))
    panel = CurvePanel("a & b", np.linspace(-3, 3, 9), {"<b>": np.linspace(0, 1, 9)})
    return {
        "paths": interval_plot(odd_paths(), "name", "estimate", "path with 95% interval"),
        "contest": contest_plot(odd_contest()),
        "answers": draw_likert_bars(shares),
        "curves": draw_curve_panels([panel, panel], "across", "up", "Two panels."),
    }


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["paths", "contest", "answers", "curves"])
def test_a_chart_is_written_in_every_form_with_all_its_words(name: str, tmp_path: Path) -> None:
    drawing = own_drawings()[name]
    assert drawing.save(tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
    content = drawing.save(tmp_path / "x.png", dpi=96.0).read_bytes()
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawing.svg).groups())
    assert struct.unpack(">II", content[16:24]) == (int(width), int(height))
    figure = figure_of_svg(drawing.svg)
    words = [text.get_text() for text in figure.findobj(Text) if text.get_text()]
    assert len(words) == len(re.findall("<text ", drawing.svg))
    if name != "curves":
        assert set(ODD) <= set(words)
    figure.draw_without_rendering()
    for text in filter(Text.get_text, figure.findobj(Text)):
        box = text.get_window_extent()
        assert box.x0 > -2, text.get_text()
        assert box.x1 < width + 2, text.get_text()


def test_the_same_drawing_gives_the_same_file(tmp_path: Path) -> None:
    drawing = own_drawings()["paths"]
    for ending in (".pdf", ".png"):
        first, second = (drawing.save(tmp_path / f"{n}{ending}").read_bytes() for n in "ab")
        assert first == second


def test_colours_stand_where_the_drawing_has_them() -> None:
    shown = dots(
        drawn(
            '<rect width="100%" height="100%" fill="white"/>',
            '<g transform="translate(50 0)"><rect x="10" y="10" width="20" height="20" '
            'fill="#ff0000"/></g>',
            '<g transform="rotate(90 20 25)"><rect x="10" y="20" width="20" height="4" '
            'fill="#0000ff"/></g>',
            '<path d="M0 48 H100 V50 L0 50 Z" fill="#00ff00" opacity="0.5"/>',
        )
    )
    assert shown.shape == (50, 100, 3)
    assert shown[20, 70] == pytest.approx([1, 0, 0], abs=0.01)
    assert shown[20, 45] == pytest.approx([1, 1, 1], abs=0.01)
    assert shown[33, 23] == pytest.approx([0, 0, 1], abs=0.01)
    assert shown[22, 12] == pytest.approx([1, 1, 1], abs=0.01)
    assert shown[49, 50] == pytest.approx([0.5, 1, 0.5], abs=0.02)


@pytest.mark.parametrize(
    "element",
    [
        '<image href="x.png"/>',
        '<path d="M0 0 q1 1 2 2"/>',
        '<rect width="1" height="1" transform="skewX(3)"/>',
        "<use href='#x'/>",
    ],
)
def test_drawings_of_other_programs_are_saved_as_svg_only(element: str, tmp_path: Path) -> None:
    drawing = drawn(element)
    with pytest.raises(NotDrawableError):
        figure_of_svg(drawing.svg)
    with pytest.raises(ts.errors.OptionError, match=r"written as \.svg only"):
        drawing.save(tmp_path / "x.png")
    assert picture(drawing) is None
    assert drawing.save(tmp_path / "x.svg").read_text("utf-8") == drawing.svg
    with pytest.raises(ts.errors.OptionError, match=r"written as \.svg, \.pdf or \.png"):
        drawing.save(tmp_path / "x.gif")


def test_what_is_no_drawing_is_refused() -> None:
    for text in ("no svg", "<svg/>", '<svg viewBox="0 0 1 1"'):
        with pytest.raises(NotDrawableError):
            figure_of_svg(text)


def test_an_axis_says_what_it_is_and_has_round_numbers() -> None:
    words = re.findall(r"<text[^>]*>([^<]*)</text>", own_drawings()["paths"].svg)
    assert "path with 95% interval" in words
    ticks = [float(word) for word in words if re.fullmatch(r"-?[\d.]+", word)]
    assert ticks == pytest.approx([0.0, 0.5])


def test_a_scale_that_is_linear_near_zero_says_so() -> None:
    drawing = own_drawings()["contest"]
    assert "(logarithmic scale, linear near 0)" in drawing.svg
    assert "logarithmic scale, linear near 0" in drawing.description


@pytest.mark.parametrize("name", ["paths", "contest", "answers", "curves"])
def test_a_chart_has_a_layout_for_narrow_screens_with_all_its_words(name: str) -> None:
    drawing = own_drawings()[name]
    assert 'viewBox="0 0 760 ' in drawing.svg
    assert 'viewBox="0 0 380 ' in drawing.narrow
    words = [re.sub(r"\s", "", "".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))
             for svg in (drawing.svg, drawing.narrow)]  # fmt: skip
    if name in ("paths", "contest"):
        assert sorted(words[0]) == sorted(words[1])
    figure = figure_of_svg(drawing.narrow)
    figure.draw_without_rendering()
    for text in filter(Text.get_text, figure.findobj(Text)):
        box = text.get_window_extent()
        assert box.x0 > -1.0, text.get_text()
        assert box.x1 < 381.0, text.get_text()
