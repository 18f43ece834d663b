"""The gallery's pages: what they run, their tables of results, their figures.

``make gallery`` writes again what follows from the code of the pages: what blocks print, the column
"ours" and the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from page_blocks import BLOCK, run

from tpn_sem.drawing import on_screens

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
PAGES = sorted(page for page in GALLERY.glob("*.md") if page.stem != "README")
FIGURE = re.compile(r"!\[[^\]]+\]\(figures/(\w+)\.svg\)")
_ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| `(?P<here>(?:[^`|]|\\\|)+)` \| (?P<printed>-?\d*\.?\d+) \| "
    r"(?P<ours>-?\d*\.?\d+|\?) \|$",
    re.M,
)


@dataclass(frozen=True)
class Row:
    """A row of a page's table: what, the expression, and both numbers as they are written."""

    what: str
    here: str
    printed: str
    ours: str

    @property
    def last_digit(self) -> float:
        """The unit of the last digit that is printed."""
        return 10.0 ** -len(self.printed.partition(".")[2])

    def value(self, names: dict[str, Any]) -> float:
        """The expression's value in a page whose blocks have run."""
        return float(eval(self.here.replace("\\|", "|"), names))


def rows(text: str) -> list[Row]:
    """Rows of a page's tables of results."""
    return [Row(**found.groupdict()) for found in _ROW.finditer(text)]


def run_blocks(text: str) -> tuple[dict[str, Any], list[str]]:
    """The names that a page's blocks make, and what each block prints, or warns of."""
    names: dict[str, Any] = {"__name__": "page"}
    with pd.option_context("display.width", 80):
        return names, [run(block["code"], names) for block in BLOCK.finditer(text)]


def written_again(text: str) -> tuple[str, dict[str, Any]]:
    """A page with its outputs and its column of ours as the code gives them, and its names."""
    names, printed = run_blocks(text)
    outputs = iter(printed)

    def block(found: re.Match[str]) -> str:
        shown = next(outputs).rstrip("\n")
        return f"```python\n{found['code']}```\n" + (f"\n```text\n{shown}\n```\n" if shown else "")

    def row(found: re.Match[str]) -> str:
        cells = Row(**found.groupdict())
        decimals = len(cells.printed.partition(".")[2])
        ours = f"{cells.value(names):.{decimals}f}"
        ours = ours.replace("0.", ".", 1) if cells.printed.lstrip("-").startswith(".") else ours
        return f"| {cells.what} | `{cells.here}` | {cells.printed} | {ours} |"

    return _ROW.sub(row, BLOCK.sub(block, text)), names


def figures(text: str) -> Iterator[Path]:
    """Files of the figures that a page shows."""
    return (GALLERY / "figures" / f"{name}.svg" for name in FIGURE.findall(text))


def shown_svg(names: dict[str, Any]) -> str:
    """The figure of a page whose blocks have run, for screens: what it calls its diagram, if any.

    Else that of its fit.
    """
    diagram = names.get("diagram") or names["fit"].path_diagram()
    return str(on_screens(diagram.svg))


if __name__ == "__main__":
    for page in PAGES:
        again, made = written_again(page.read_text(encoding="utf-8"))
        page.write_text(again, encoding="utf-8")
        for figure in figures(again):
            figure.write_text(shown_svg(made), encoding="utf-8")
