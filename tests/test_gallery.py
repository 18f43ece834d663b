"""The gallery's numbers are the printed ones, and its figures those of its fits.

That blocks run and print what pages show is tested with the other pages.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from gallery_pages import FIGURE, GALLERY, PAGES, figures, rows, run_blocks, shown_svg
from page_blocks import compare_text

# Units of the last digit by which a page's numbers may be off, where half of one is too little;
# the page says why.
LOOSER = {"status_attainment": 1.0, "law_school_test": 1.0}
LAVAAN = json.loads((Path(__file__).parent / "reference" / "gallery.json").read_text("utf-8"))
COLUMN = 700.0  # pixels
WORD = re.compile(r">([^<>]+)<")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_printed_numbers_are_found_again_and_figures_are_those_of_the_fit(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names, _ = run_blocks(text)
    table = rows(text)
    assert len(table) >= 5
    for row in table:
        value = row.value(names)
        units = LOOSER.get(page.stem, 0.5)
        assert value == pytest.approx(float(row.printed), abs=units * 1.01 * row.last_digit), row
        # The last digit may differ on another machine.
        assert value == pytest.approx(float(row.ours), abs=1.5 * row.last_digit), row
    files = list(figures(text))
    assert len(files) == 1
    drawn = shown_svg(names)
    shown = files[0].read_text(encoding="utf-8")
    compare_text(*("\n".join(WORD.findall(svg)) for svg in (shown, drawn)))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_words_of_figures_are_words_and_can_be_read_in_a_page_s_column(page: Path) -> None:
    svg = next(figures(page.read_text(encoding="utf-8"))).read_text(encoding="utf-8")
    box = re.search(r'viewBox="0 0 ([\d.]+) ', svg)
    assert box
    sizes = [float(size) for size in re.findall(r'<text[^>]* font-size="([\d.]+)"', svg)]
    assert min(sizes) * min(1.0, COLUMN / float(box[1])) >= 8.5
    words = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert [word for word in words if "_" in word or "n/a" in word] == []


def test_no_row_of_a_table_is_passed_over() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line.startswith("| ") and "`" in line]
        assert len(lines) == len(rows(text)), page.stem


@pytest.mark.parametrize("name", LAVAAN)
def test_what_is_called_lavaans_is_lavaans(name: str) -> None:
    text = (GALLERY / f"{name}.md").read_text(encoding="utf-8")
    assert "| | here | lavaan | ours |" in text
    table = {row.what: row for row in rows(text)}
    assert set(table) == set(LAVAAN[name])
    for what, row in table.items():
        assert float(row.printed) == pytest.approx(LAVAAN[name][what], abs=0.51 * row.last_digit)


def test_columns_are_named_by_where_they_come_from() -> None:
    called = {page.stem for page in PAGES if "| lavaan | ours |" in page.read_text("utf-8")}
    assert called == set(LAVAAN)


def test_index_shows_every_page_and_no_figure_is_left_over() -> None:
    index = (GALLERY / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({page.name})" in index
        assert f'src="figures/{page.stem}.svg"' in index
        assert FIGURE.findall(page.read_text(encoding="utf-8")) == [page.stem]
    assert {file.stem for file in (GALLERY / "figures").iterdir()} == {p.stem for p in PAGES}
