"""Sentences and tables as LaTeX, with the rules of booktabs."""

from __future__ import annotations

from collections.abc import Iterable

from ..latex_letters import escaped
from .heading_words import is_statistic, italic_parts
from .written_table import Part, Written, note_word

_HEAD = (
    "% needs \\usepackage{booktabs}; letters beyond Latin need LuaLaTeX or XeLaTeX and a font "
    "that has them"
)


def latex_of(parts: Iterable[Part]) -> str:
    """Paragraphs and tables; every letter that LaTeX would take as a command is escaped."""
    pieces = [_table(one) if isinstance(one, Written) else escaped(_plain(one)) for one in parts]
    return "\n\n".join([_HEAD, *pieces]) + "\n"


def _plain(sentence: str) -> str:
    return sentence.removeprefix("! ")


def _table(table: Written) -> str:
    sides = "".join("r" if table.on_the_right(place) else "l" for place in range(len(table.heads)))
    heads, *body = latex_cells(table)
    lines = [r"\begin{table}[htbp]", r"\centering"]
    lines += [rf"\caption{{{escaped(table.title)}}}"] if table.title else []
    lines += [rf"\begin{{tabular}}{{{sides}}}", r"\toprule", heads, r"\midrule", *body]
    lines += [r"\bottomrule", r"\end{tabular}"]
    if table.notes:
        lines += ["", latex_notes(table)]
    return "\n".join([*lines, r"\end{table}"])


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
    """The notes below a table."""
    told = " ".join("".join(map(_slanted, italic_parts(note))) for note in table.notes)
    return rf"\par\smallskip{{\footnotesize\textit{{{note_word()}}} {told}\par}}"


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
