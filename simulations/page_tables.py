"""Tables of a page that a simulation writes, between two marks."""

from __future__ import annotations

from pathlib import Path

BEGIN, END = "<!-- tables -->", "<!-- end of tables -->"


def replace_tables(page: Path, text: str) -> None:
    """Put tables in the place of those of an earlier run."""
    whole = page.read_text(encoding="utf-8")
    before, after = whole.split(BEGIN)[0], whole.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n{text.strip()}\n\n{END}{after}", encoding="utf-8")
