"""The study's page and an exported notebook as a browser shows them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import Page, opened

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.drawing import Drawing
from tpn_sem.drawing.documents import Figure, Report, Section
from tpn_sem.triangle import Study
from tpn_sem.triangle.page import study_report

pytestmark = pytest.mark.slow
SCREENS = {"wide": (1200, False), "dark": (1200, True), "narrow": (400, False)}


@pytest.fixture(scope="module")
def page_file(whole_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    study_report(whole_study).save(path)
    return path


@pytest.mark.parametrize("screen", SCREENS)
def test_the_study_s_page_is_sound(page_file: Path, screen: str) -> None:
    with opened(page_file, *SCREENS[screen]) as page:
        check(page)
        assert page.dead_links() == []
        assert page.faults() == []
        page.driver.execute_script(
            "document.querySelectorAll('details').forEach(one => one.open = true)"
        )
        assert page.wider() == []


def test_on_paper_nothing_stands_apart_from_its_title(page_file: Path) -> None:
    with opened(page_file) as page:
        titles = page.driver.execute_script(
            "return [...document.querySelectorAll('summary')].map(one => one.textContent)"
        )
        tables = page.driver.execute_script(
            "return [...document.querySelectorAll('.table')].map(one => [one.querySelector("
            "'.title b').textContent, one.querySelectorAll('tbody tr').length, "
            "[...one.querySelectorAll('tbody tr')].slice(0, 4).map(row => "
            "row.querySelector('th,td').textContent)])"
        )
        pages = [bare(words) for words in page.printed()]
    assert len(pages) > 10
    for title in titles:
        assert any(bare(title) in words for words in pages), title
    for title, rows, first in tables:
        below = next(words for words in pages if bare(title) in words).split(bare(title))[1]
        assert all(bare(one.split()[0]) in below for one in first if rows > 4), title


def bare(text: str) -> str:
    """Without spaces, since lines end where they like."""
    return "".join(text.split())


CHARTS = """
return [...document.querySelectorAll('figure')].map(figure => {
  const box = figure.querySelector('.wide');
  const svg = [...box.children].find(one => one.getBoundingClientRect().width > 0);
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const sizes = [...svg.querySelectorAll('text')].filter(one => one.textContent).map(
    one => scale * parseFloat(getComputedStyle(one).fontSize));
  return {
    id: figure.id,
    share: svg.getBoundingClientRect().width / figure.getBoundingClientRect().width,
    scrolls: box.scrollWidth > box.clientWidth + 1,
    told: figure.querySelector('.more').getBoundingClientRect().height > 10,
    smallest: Math.min(...sizes),
    font: getComputedStyle(svg).fontFamily === getComputedStyle(document.body).fontFamily,
    ground: getComputedStyle(svg.querySelector('rect')).fill,
    inks: [...new Set([...svg.querySelectorAll('text')].map(one => getComputedStyle(one).fill))],
  };
});
"""


@pytest.mark.parametrize("screen", SCREENS)
def test_charts_have_the_width_the_letters_and_the_colours_of_the_page(
    page_file: Path, screen: str
) -> None:
    with opened(page_file, *SCREENS[screen]) as page:
        charts = page.driver.execute_script(CHARTS)
    assert len(charts) > 4
    for chart in charts:
        assert chart["smallest"] > 8.9, chart
        assert chart["font"], chart
        assert chart["scrolls"] == chart["told"], chart
        dark = screen == "dark"
        assert chart["ground"] == ("rgb(22, 25, 29)" if dark else "rgb(255, 255, 255)"), chart
        assert not dark or "rgb(34, 34, 34)" not in chart["inks"], chart
    if screen == "narrow":
        assert not any(chart["scrolls"] for chart in charts)
    else:
        assert min(chart["share"] for chart in charts) > 0.97


def test_a_chart_of_one_width_shrinks_or_says_that_it_scrolls(tmp_path: Path) -> None:
    parts = []
    for width in (420, 900):
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 90" width="{width}" '
            'height="90"><rect width="90" height="9" fill="#ffffff"/>'
            '<text x="9" y="40" font-size="12">a</text></svg>'
        )
        parts.append(Figure(Drawing(svg, "Of others."), "A figure.", f"f{width}"))
    path = tmp_path / "page.html"
    Report("A page", [Section("one", "One", parts)]).save(path)
    with opened(path, 400) as page:
        charts = page.driver.execute_script(CHARTS)
        assert page.wider() == []
    assert [(chart["scrolls"], chart["told"]) for chart in charts] == [(False, False), (True, True)]
    assert min(chart["smallest"] for chart in charts) > 8.9


def check(page: Page) -> None:
    assert page.errors() == []
    assert page.asked
    assert page.outside() == []
    assert page.wider() == []
    assert page.scroll_width() <= page.driver.execute_script("return window.innerWidth")


def test_a_page_that_is_not_sound_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><html><head><meta name='viewport' content='width=device-width'></head>"
        "<body><img src='https://example.invalid/x.png'>"
        "<a href='#nowhere'>there</a><p style='color:#ddd;background:#fff'>pale</p>"
        "<table style='width:900px'><tr><td>wide</td></tr></table>"
        "<script>console.error('no')</script></body></html>",
        "utf-8",
    )
    with opened(path, 400) as page:
        assert page.outside() == ["https://example.invalid/x.png"]
        assert any("no" in one for one in page.errors())
        assert page.dead_links() == ["#nowhere"]
        assert any(one.startswith("TABLE") for one in page.wider())
        found = " ".join(page.faults())
        assert "color-contrast" in found
        assert "image-alt" in found


# An exported notebook ---------------------------------------------------------------------------


def shown_objects(study: Study) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pupils = datasets.holzinger_swineford_1939()
        fit = ts.cfa("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", pupils)
        ladder = ts.invariance(
            "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", pupils, group="school"
        )
    return {
        "fit": fit,
        "ladder": ladder,
        "found": study,
        "diagram": fit.path_diagram(),
    }


@contextmanager
def exported(
    objects: dict[str, Any], folder: Path, dark: bool, screen: bool | None = None
) -> Iterator[Page]:
    """A notebook whose outputs are what objects give it, as HTML."""
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    cells = []
    for source, one in objects.items():
        data = {"text/plain": repr(one)}
        for name, kind in (("_repr_html_", "text/html"), ("_repr_svg_", "image/svg+xml")):
            if hasattr(one, name):
                data[kind] = getattr(one, name)()
        output = nbformat.v4.new_output("execute_result", data=data, execution_count=1)
        cells.append(nbformat.v4.new_code_cell(source, outputs=[output], execution_count=1))
    exporter = nbconvert.HTMLExporter(theme="dark" if dark else "light")
    exporter.mathjax_url = exporter.require_js_url = exporter.jquery_url = ""
    text, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    path = folder / "notebook.html"
    path.write_text(text, "utf-8")
    with opened(path, 1000, dark if screen is None else screen) as page:
        yield page


HIDDEN = """
return [...document.querySelectorAll('.tpn-sem table')].filter(table => {
  const box = table.parentElement;
  if (!table.getBoundingClientRect().width) return false;
  const paper = matchMedia('print').matches;
  const reached = getComputedStyle(box).overflowX === 'auto' && (
    box.scrollWidth <= box.clientWidth || box.tabIndex === 0);
  const edge = table.closest('.jp-OutputArea-output').getBoundingClientRect().right;
  return paper ? table.getBoundingClientRect().right > edge + 1 : !reached;
}).map(table => table.textContent.trim().slice(0, 40));
"""


def test_all_columns_of_wide_tables_can_be_reached_and_are_printed(tmp_path: Path) -> None:
    pupils = datasets.holzinger_swineford_1939()
    model = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ladder = ts.invariance(model, pupils, group="school")
        influence = ts.influence(ts.sem(f"{model}; textual ~ visual", pupils))
    with exported({"ladder": ladder, "influence": influence}, tmp_path, False) as page:
        wide = page.driver.find_elements("css selector", ".tpn-many")
        assert len(wide) >= 2
        assert page.driver.execute_script(HIDDEN) == []
        assert page.faults(".jp-OutputArea-output") == []
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        size = {"width": 720, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        assert page.driver.execute_script(HIDDEN) == []


@pytest.mark.parametrize("dark", [False, True])
def test_a_chart_in_a_notebook_is_as_dark_as_the_notebook(tmp_path: Path, dark: bool) -> None:
    pupils = datasets.holzinger_swineford_1939()
    fit = ts.cfa("visual =~ x1 + x2 + x3", pupils)
    objects = {
        "diagram": fit.path_diagram(),
        "plot": ts.plots.item_distributions(pupils[["x1"]].round()),
        "drawing": ts.describe(pupils[["x1", "x2"]].round().clip(1, 5)).plot_shares(),
    }
    for screen in (False, True):  # whatever the system asks for
        with exported(objects, tmp_path, dark, screen) as page:
            grounds = page.driver.execute_script(
                "return [...document.querySelectorAll('svg.tpn-drawing')].map(one => "
                "getComputedStyle(one.querySelector('rect, [id=patch_1] path')).fill)"
            )
        assert grounds == ["rgb(22, 25, 29)" if dark else "rgb(255, 255, 255)"] * 3


@pytest.mark.parametrize("dark", [False, True])
def test_a_notebook_can_be_read_when_exported(
    whole_study: Study, tmp_path: Path, dark: bool
) -> None:
    with exported(shown_objects(whole_study), tmp_path, dark) as page:
        assert [one for one in page.outside() if "mathjax" not in one.lower()] == []
        assert page.wider() == []
        assert page.faults(".jp-OutputArea-output") == []
