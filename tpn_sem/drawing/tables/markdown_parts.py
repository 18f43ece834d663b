"""Sentences and tables as Markdown, with the tables that GitHub and Quarto know."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .heading_words import is_statistic, italic_parts
from .written_table import Part, Written, note_word

_SPECIAL = re.compile(r"([\\`*_\[\]{}#|~$^!])")
_BLOCK = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


def markdown_of(parts: Iterable[Part]) -> str:
    """Paragraphs and pipe tables; what Markdown or HTML would read as a mark is escaped."""
    return "\n\n".join(map(_part, parts)) + "\n"


def _part(part: Part) -> str:
    if isinstance(part, Written):
        return _table(part)
    if part.startswith("! "):
        return f"> **{note_word()}** {marked(part[2:])}"
    return _BLOCK.sub(r"\1\\\2", marked(part))


def marked(text: str) -> str:
    """A text that Markdown shows as it stands."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", safe)


def _table(table: Written) -> str:
    heads = [f"*{marked(head)}*" if is_statistic(head) else marked(head) for head in table.heads]
    ruled = ["---:" if table.on_the_right(place) else ":---" for place in range(len(table.heads))]
    rows = [
        [_cell(table, at, place) for place in range(len(row))] for at, row in enumerate(table.body)
    ]
    lines = [f"| {' | '.join(cells)} |" for cells in [heads, ruled, *rows]]
    pieces = [f"*{marked(table.title)}*"] if table.title else []
    pieces.append("\n".join(lines))
    if table.notes:
        told = " ".join("".join(map(_slanted, italic_parts(note))) for note in table.notes)
        pieces.append(f"*{note_word()}* {told}")
    return "\n\n".join(pieces)


def _cell(table: Written, row: int, place: int) -> str:
    cell = table.body[row][place]
    text = marked(table.shown(row, place))
    if table.slanted(row, place):
        return f"*{text}*"
    return f"**{text}**" if cell.strong and text else text


def _slanted(part: tuple[str, bool]) -> str:
    return f"*{marked(part[0])}*" if part[1] else marked(part[0])
