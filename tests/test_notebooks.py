"""Notebooks of the examples run, show what they show, and are small."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_blocks import compare_text

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
SYNTHETIC = ("2_a_file_checked", "3_ordinal_items_and_groups", "5_robustness", "6_the_whole_study")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def outputs(notebook: Any) -> Iterator[Any]:
    for cell in notebook["cells"]:
        yield from cell.get("outputs", ())


def shown(notebook: Any) -> str:
    """All text that cells show."""
    texts = (one.get("text") or one["data"].get("text/plain", "") for one in outputs(notebook))
    return "\n".join("".join(text) for text in texts)


def test_there_are_six_and_the_first_page_names_them() -> None:
    assert len(NOTEBOOKS) == 6
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert all(f"(../examples/notebooks/{path.name})" in text for path in NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_executed_clean_and_small(path: Path) -> None:
    assert path.stat().st_size < 100_000
    notebook = read(path)
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    for output in outputs(notebook):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr", output["text"]
        assert not {"image/png", "image/jpeg"} & set(output.get("data", ()))
    assert not re.search(r"/(tmp|home|work|root)/", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_notebooks_on_synthetic_data_say_so_first(name: str) -> None:
    first = read(ROOT / "examples" / "notebooks" / f"{name}.ipynb")["cells"][0]
    assert first["cell_type"] == "markdown"
    assert "**synthetic**" in "".join(first["source"])


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_and_show_what_they_show(path: Path) -> None:
    pytest.importorskip("nbclient")
    from notebook_runs import executed

    compare_text(shown(read(path)), shown(executed(path)))
