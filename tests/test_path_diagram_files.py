"""Path diagrams as PDF, PNG and TikZ, on axes of matplotlib, and on dark screens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from path_diagram_cases import by_class, drawn, fitted

from tpn_sem.drawing import DiagramOptions, PathDiagram, draw_path_diagram
from tpn_sem.errors import NotAvailableError, OptionError

ODD = {
    "NPC": "$x_1$ & 50% <b> {#} ~ ^ \\frac",
    "KSSE": "Өзіне сенімділік ҚҒҢҰҮҺІ",
    "y1": 'a"b\x07\ud800',
}


@cache
def odd() -> PathDiagram:
    return draw_path_diagram(
        *fitted("four factors, structural"), "", DiagramOptions(residuals=True, labels=ODD)
    )


@pytest.mark.parametrize(("ending", "first"), [(".png", b"\x89PNG"), (".PDF", b"%PDF")])
def test_it_is_written_without_another_program(tmp_path: Path, ending: str, first: bytes) -> None:
    path = odd().save(tmp_path / f"model{ending}", dpi=60)
    assert path.read_bytes().startswith(first)


def test_png_has_the_size_that_dpi_says(tmp_path: Path) -> None:
    diagram, _ = drawn("mediation")
    pixels = matplotlib.image.imread(diagram.save(tmp_path / "m.png", dpi=192))
    assert pixels.shape[1] == pytest.approx(2 * diagram.scene.width, abs=2)
    assert pixels[..., :3].min() < 0.3
    with pytest.raises(OptionError, match="dpi"):
        diagram.save(tmp_path / "m.png", dpi=1)


def test_names_are_no_formulas_on_axes_and_every_estimate_is_there() -> None:
    ax = Figure(figsize=(9, 5)).add_subplot()
    assert odd().draw_on(ax) is ax
    shown = [text.get_text() for text in ax.texts]
    assert not any(text.get_parse_math() for text in ax.texts)
    assert any("$x_1$" in text for text in shown)
    root = ET.fromstring(odd().svg)
    assert {str(t.text) for t in by_class(root, "estimate")} <= set(shown)


def test_words_fit_the_axes_that_are_given() -> None:
    sizes = []
    for width in (4, 8):
        ax = Figure(figsize=(width, width)).add_axes((0, 0, 1, 1))
        odd().draw_on(ax)
        sizes.append(ax.texts[0].get_fontsize())
    assert sizes[1] == pytest.approx(2 * sizes[0])
    part = Figure(figsize=(16, 8)).subfigures(1, 2)[0].add_axes((0, 0, 1, 1))
    odd().draw_on(part)
    assert part.texts[0].get_fontsize() == pytest.approx(sizes[1])


def test_without_matplotlib_svg_and_tikz_are_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    assert odd().save(tmp_path / "m.svg").exists()
    assert odd().save(tmp_path / "m.tex").exists()
    with pytest.raises(NotAvailableError, match="matplotlib is not installed"):
        odd().save(tmp_path / "m.png")
    assert not (tmp_path / "m.png").exists()


def test_what_is_no_axes_is_refused() -> None:
    for wrong in ("ax", None, np.array([1]), Figure()):
        with pytest.raises(OptionError, match="axes of matplotlib"):
            odd().draw_on(wrong)


def test_tikz_has_every_curve_and_word_and_no_open_brace() -> None:
    text = odd().to_tikz()
    root = ET.fromstring(odd().svg)
    assert text.count(r"\draw[") == len(by_class(root, "path")) + 4
    assert text.count(r"\node[") == sum(1 for e in root.iter() if e.tag.endswith("text"))
    assert r"\$x\_1\$ \& 50\%" in text
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert "\x07" not in text


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("xelatex"), reason="XeLaTeX is not installed")
def test_tikz_compiles(tmp_path: Path) -> None:
    odd().save(tmp_path / "model.tex")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "model.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "model.pdf").exists()


def test_a_dark_screen_gets_a_dark_drawing_with_its_own_ground() -> None:
    assert "<style>" not in odd().svg  # files are for papers
    svg = odd()._repr_svg_()
    style = re.search(r"<style>(.*?)</style>", svg, re.DOTALL)
    assert style
    rules = style[1]
    assert rules.startswith("@media screen and (prefers-color-scheme:dark){")
    assert rules.count("{") == rules.count("}")
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg))
    assert used <= set(re.findall(r'"(#[0-9a-f]{6})"', rules))
    assert "body" not in rules
