"""Sentences and tables as LaTeX, with the rules of booktabs."""

from __future__ import annotations

from collections.abc import Iterable

from ..latex_letters import escaped
from .column_layout import Block, Room, laid_on_paper
from .heading_words import is_statistic, italic_parts
from .written_table import Part, Written, note_word

_HEAD = (
    "% needs \\usepackage{array,booktabs}; letters beyond Latin need LuaLaTeX or XeLaTeX and a "
    "font that has them"
)
_LINE, _NARROWER = 345.0, 1.08  # points of a line of article; letters than text_width knows them
_SIZES = (
    *(("", 10.0, 12.0), (r"\small", 9.0, 8.0)),
    *((r"\footnotesize", 8.0, 6.0), (r"\scriptsize", 7.0, 6.0)),
)
"""Sizes of letters and what stands between columns, in points."""

_ROOMS = [
    Room(size, _NARROWER * _LINE / points, _NARROWER * margin / points)
    for size, points, margin in _SIZES
]


def latex_of(parts: Iterable[Part]) -> str:
    """Paragraphs and tables; every letter that LaTeX would take as a command is escaped."""
    pieces = [_table(one) if isinstance(one, Written) else escaped(_plain(one)) for one in parts]
    return "\n\n".join([_HEAD, *pieces]) + "\n"


def _plain(sentence: str) -> str:
    return sentence.removeprefix("! ")


def _table(table: Written) -> str:
    size, blocks = laid_on_paper(table, _ROOMS)
    lines = [r"\begin{table}[htbp]", r"\centering"]
    lines += [_caption(table.title)] if table.title else []
    lines += [size] if size else []
    lines += ["\n\\par\\medskip\n".join(_tabular(block, bool(size)) for block in blocks)]
    if table.notes:
        lines += [rf"\par\smallskip{{{latex_notes(table)}\par}}"]
    return "\n".join([*lines, r"\end{table}"])


def _caption(title: str) -> str:
    """A caption that does not touch the rule below it."""
    return rf"\setlength{{\belowcaptionskip}}{{4pt}}\caption{{{escaped(title)}}}"


def _tabular(block: Block, is_small: bool) -> str:
    heads, *body = latex_cells(block.table)
    begin = rf"\begin{{tabular}}{{{latex_columns(block)}}}"
    lines = [begin, r"\toprule", heads, r"\midrule", *body, r"\bottomrule", r"\end{tabular}"]
    return "\n".join([latex_gap(block), *lines] if is_small else lines)


def latex_gap(block: Block) -> str:
    """The command that sets what stands between columns."""
    return rf"\setlength{{\tabcolsep}}{{{block.gap / block.line / 2.0:.5f}\linewidth}}"


def latex_columns(block: Block) -> str:
    """The columns of a block: as wide as they are; where texts are broken, shares of the line."""
    sides = ["right" if block.table.on_the_right(at) else "left" for at in range(len(block.widths))]
    if block.is_whole:
        return "".join(side[0] for side in sides)
    ragged = {"right": "left", "left": "right"}
    return "".join(
        rf">{{\ragged{ragged[side]}\arraybackslash}}p{{{width / block.line:.4f}\linewidth}}"
        for side, width in zip(sides, block.widths, strict=True)
    )


def latex_cells(table: Written) -> list[str]:
    """The line of the headings, then those of the rows; with a rule above the foot."""
    heads = [
        rf"\textit{{{escaped(head)}}}" if is_statistic(head) else escaped(head)
        for head in table.heads
    ]
    lines = [_line(heads)]
    for place, row in enumerate(table.body):
        rule = "\\midrule\n" if table.foot and place == len(table.body) - table.foot else ""
        lines.append(rule + _line([_cell(table, place, at) for at in range(len(row))]))
    return lines


def latex_notes(table: Written) -> str:
    """The notes below a table, which change the size of the letters."""
    told = " ".join("".join(map(_slanted, italic_parts(note))) for note in table.notes)
    return rf"\footnotesize\raggedright\textit{{{note_word()}}} {told}"


def _line(cells: list[str]) -> str:
    return f"{' & '.join(cells)} \\\\"


def _cell(table: Written, row: int, place: int) -> str:
    cell = table.body[row][place]
    text = escaped(cell.text)
    if table.slanted(row, place):
        return rf"\textit{{{text}}}"
    if table.on_the_right(place) and cell.text.startswith("-"):
        text = f"$-${text[1:]}"
    return rf"\textbf{{{text}}}" if cell.strong else text


def _slanted(part: tuple[str, bool]) -> str:
    return rf"\textit{{{escaped(part[0])}}}" if part[1] else escaped(part[0])
