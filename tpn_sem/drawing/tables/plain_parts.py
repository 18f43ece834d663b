"""Tables and sentences as plain text that fits a terminal."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from .written_table import Cell, Written, in_blocks, note_word

LINES = 60
"""More lines than these are no screen."""

_NARROW = 20
_NO_BREAK = "\N{NO-BREAK SPACE}"
_RELATION = re.compile(r" [=<>] (?=[\d.-])")
_WRAPPED = 40


def screen_width() -> int:
    """Columns of the terminal; where there is none, what pandas is told (``display.width``)."""
    if sys.stdout is not None and sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, _WRAPPED)
    return max(int(pd.get_option("display.width") or 80), _WRAPPED)


def wrapped(text: str, indent: str = "") -> str:
    """Sentences on lines that fit; lines of columns, and those that fit, stay as they are.

    "p = .012" is not torn.
    """
    width = screen_width()
    return "\n".join(
        line if len(line) <= width or "  " in line.strip() else _filled(line, width, indent)
        for line in text.split("\n")
    )


def _filled(line: str, width: int, indent: str) -> str:
    held = _RELATION.sub(lambda found: found.group().replace(" ", _NO_BREAK), line)
    indent = line[: len(line) - len(line.lstrip())] + indent
    filled = textwrap.fill(
        held, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return filled.replace(_NO_BREAK, " ")


def on_a_screen(text: str, how: str) -> str:
    """The text, or its first lines and how to see all."""
    lines = text.split("\n")
    if len(lines) <= LINES:
        return text
    left = len(lines) - LINES + 2
    return "\n".join([*lines[: LINES - 2], "", f"... {left} more lines: {how}"])


def text_of(table: Written) -> str:
    """A table in columns; what does not fit the width stands below, under the same rows' names."""
    width = screen_width()
    widths = _widths(table)
    if sum(widths) + 2 * len(widths) > width:
        table = _with_short_lines(table)
        widths = _widths(table)
    blocks = [_block(table, places, widths) for places in _fitting(table, widths, width)]
    pieces = [wrapped(table.title)] if table.title else []
    pieces.append("\n\n".join(blocks))
    pieces += [wrapped(f"{note_word()} {' '.join(table.notes)}")] if table.notes else []
    return "\n".join(pieces)


def _lines_of(text: str) -> list[str]:
    return text.split("\n")


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0
        if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf"
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def _marked(cell: Cell) -> str:
    return f"{cell.text}*" if cell.strong else cell.text


def _widths(table: Written) -> list[int]:
    found = [_columns(head) for head in table.heads]
    for row in table.body:
        for place, cell in enumerate(row):
            longest = max(map(_columns, _lines_of(_marked(cell))))
            found[place] = max(found[place], longest)
    return found


def _with_short_lines(table: Written) -> Written:
    """Long texts of cells on several lines."""
    rows = tuple(
        tuple(
            Cell("\n".join(textwrap.wrap(cell.text, _WRAPPED)) or "", cell.value, cell.strong)
            if table.kinds[place] == "text" and len(cell.text) > _WRAPPED
            else cell
            for place, cell in enumerate(row)
        )
        for row in table.body
    )
    return replace(table, body=rows)


def _fitting(table: Written, widths: Sequence[int], width: int) -> list[list[int]]:
    """The columns of each block, with those that name the rows in all."""
    stubs = list(range(table.naming()))
    room = width - sum(widths[place] + 2 for place in stubs)
    if room < _NARROW:
        stubs, room = stubs[:1], max(width - widths[0] - 2 if stubs else width, _NARROW)
    line = room + sum(widths[place] + 2 for place in stubs)
    return in_blocks(
        stubs, len(table.heads), lambda at: sum(widths[place] + 2 for place in at) - 2 <= line
    )


def _block(table: Written, places: Sequence[int], widths: Sequence[int]) -> str:
    lines = [_line(table, places, widths, table.heads)]
    for number, row in enumerate(table.body):
        if table.foot and number == len(table.body) - table.foot:
            lines.append("-" * min(_columns(lines[0]), screen_width()))
        parts = [_lines_of(_marked(row[place])) for place in places]
        for step in range(max(map(len, parts), default=1)):
            texts = {
                place: part[step] if step < len(part) else ""
                for place, part in zip(places, parts, strict=True)
            }
            lines.append(_line(table, places, widths, texts))
    return "\n".join(lines)


def _line(table, places, widths, texts) -> str:  # type: ignore[no-untyped-def]
    parts = []
    for place in places:
        gap = " " * (widths[place] - _columns(texts[place]))
        right = table.on_the_right(place)
        parts.append(gap + texts[place] if right else texts[place] + gap)
    return "  ".join(parts).rstrip()
