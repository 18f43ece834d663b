"""How wide the columns of a table are on paper, and what of it stands below where it is too wide.

Lengths are in ems: sizes of the letters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..scenes import text_width
from .written_table import Written, in_blocks

_WORD = 12.0  # from which a word is broken over lines
_TEXT = 16.0  # of texts that are rather broken over lines than set in smaller letters
_BOLD = 1.1
_SPARE = 0.4  # beside what a cell holds: fonts differ
_GAP = 1.0  # more between columns, where there is room


@dataclass(frozen=True)
class Room:
    """A size of letters, and what a line of paper holds of them.

    Attributes
    ----------
    size : object
        As the writer calls it.
    line : float
    margin : float
        Of a column, both sides together.
    """

    size: Any
    line: float
    margin: float


@dataclass(frozen=True)
class Block:
    """Columns that stand side by side.

    Attributes
    ----------
    table : Written
        With these columns only.
    widths : tuple of float
        Of the columns, without their margins.
    line : float
        Of paper.
    gap : float
        Between two columns: their margins, and more where there is room.
    is_whole : bool
        Whether no heading and no text needs more than one line.
    """

    table: Written
    widths: tuple[float, ...]
    line: float
    gap: float
    is_whole: bool


@dataclass(frozen=True)
class _Span:
    """Widths of one column, each at least the one before.

    Attributes
    ----------
    least : float
        With texts broken as much as can be read.
    fair : float
        With texts broken as they may be.
    held : float
        With every cell on a line.
    most : float
        With the heading on a line, too.
    """

    least: float
    fair: float
    held: float
    most: float


def laid_on_paper(table: Written, rooms: Sequence[Room]) -> tuple[Any, tuple[Block, ...]]:
    """The size of the letters, and the columns in blocks that fit a line.

    Parameters
    ----------
    table : Written
    rooms : sequence of Room
        Sizes of letters, from those that are best read to the smallest.

    Returns
    -------
    size : object
        The first at which no text is broken much and the columns stand in as few blocks as they
        can.
    blocks : tuple of Block
        One below the other, each with the columns that name the rows; mostly one.
    """
    spans = [_span(table, place) for place in range(len(table.heads))]
    for room in rooms:
        if _taken([one.fair for one in spans], room) <= room.line:
            return room.size, (_block(table, spans, range(len(spans)), room),)
    fewest = len(_groups(table, spans, rooms[-1]))
    found = ((room, _groups(table, spans, room)) for room in rooms)
    room, groups = next((room, groups) for room, groups in found if len(groups) == fewest)
    return room.size, tuple(_block(table, spans, places, room) for places in groups)


def _span(table: Written, place: int) -> _Span:
    texts = [
        (_BOLD if row[place].strong else 1.0) * text_width(_tabular(row[place].text), 1.0)
        for row in table.body
    ]
    held = max(texts, default=0.0) + _SPARE
    most = max(held, text_width(table.heads[place], 1.0) + _SPARE)
    head = max((text_width(word, 1.0) for word in table.heads[place].split(" ")), default=0.0)
    if table.on_the_right(place):
        held = max(held, head + _SPARE)
        return _Span(held, held, held, most)
    words = [text_width(word, 1.0) for row in table.body for word in row[place].text.split(" ")]
    word = min(max([head, *words]), _WORD) + _SPARE
    held = max(held, word)
    least = max(word, min(held, _TEXT / 2.0))
    return _Span(least, max(least, min(held, _TEXT)), held, most)


def _tabular(text: str) -> str:
    """Figures are as wide as each other."""
    return text.replace("1", "0")


def _taken(widths: Sequence[float], room: Room) -> float:
    return sum(widths) + room.margin * len(widths)


def _block(table: Written, spans: Sequence[_Span], places: Sequence[int], room: Room) -> Block:
    own = [spans[place] for place in places]
    free = room.line - room.margin * len(own)
    widths = _shared(own, free)
    gap = room.margin + min(_GAP, max(0.0, free - sum(widths)) / max(len(own), 1))
    is_whole = all(width >= one.most for width, one in zip(widths, own, strict=True))
    return Block(_with_columns(table, places), tuple(widths), room.line, gap, is_whole)


def _shared(spans: Sequence[_Span], line: float) -> list[float]:
    """The line shared among columns: cells first, then headings."""
    cells = _levelled([one.least for one in spans], [one.held for one in spans], line)
    return _levelled(cells, [one.most for one in spans], line)


def _levelled(least: Sequence[float], most: Sequence[float], line: float) -> list[float]:
    """Columns that need little have it; the others share what is left, longer ones have more.

    Widths grow as the root of what is in a column, so that its lines do, too.
    """
    if sum(most) <= line:
        return list(most)
    low, high = 0.0, math.sqrt(max(most))
    for _ in range(40):
        middle = (low + high) / 2.0
        over = sum(_levels(least, most, middle)) > line
        low, high = (low, middle) if over else (middle, high)
    return _levels(least, most, low)


def _levels(least: Sequence[float], most: Sequence[float], level: float) -> list[float]:
    pairs = zip(least, most, strict=True)
    return [max(own, min(end, level * math.sqrt(end))) for own, end in pairs]


def _groups(table: Written, spans: Sequence[_Span], room: Room) -> list[list[int]]:
    """Columns in groups that fit a line, those that name the rows in each."""
    if _taken([one.least for one in spans], room) <= room.line:
        return [list(range(len(spans)))]
    stubs = list(range(table.naming()))
    if _taken([spans[place].fair for place in stubs], room) > room.line / 2.0:
        stubs = stubs[:1]
    return in_blocks(
        stubs, len(spans), lambda at: _taken([spans[one].fair for one in at], room) <= room.line
    )


def _with_columns(table: Written, places: Sequence[int]) -> Written:
    if len(places) == len(table.heads):
        return table
    return replace(
        table,
        heads=tuple(table.heads[place] for place in places),
        kinds=tuple(table.kinds[place] for place in places),
        body=tuple(tuple(row[place] for place in places) for row in table.body),
        stubs=sum(place < table.stubs for place in places),
        names=tuple(table.names[place] for place in places) if table.names else (),
    )
