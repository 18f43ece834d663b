"""A report as a document of LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

from ...languages import said
from ..latex_letters import escaped
from ..tables import (
    Block,
    Room,
    Written,
    laid_on_paper,
    latex_cells,
    latex_columns,
    latex_gap,
    latex_notes,
)
from .report_layout import FigurePart, FoldPart, LaidPart, LaidSection, Layout, TablePart
from .report_parts import Bullets, Code, Heading, Note

_HEAD = r"""% pdflatex sets Latin letters; xelatex or lualatex any that the font has.
\documentclass[11pt,a4paper]{article}
\usepackage[margin=22mm]{geometry}
\usepackage{iftex}
\iftutex
  \usepackage{fontspec}
  \IfFontExistsTF{CMU Serif}{\setmainfont{CMU Serif}}{%
    \IfFontExistsTF{DejaVu Serif}{\setmainfont[Scale=0.92]{DejaVu Serif}}{}}
  \IfFontExistsTF{DejaVu Sans Mono}{\setmonofont[Scale=0.85]{DejaVu Sans Mono}}{}
\else
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\fi
\usepackage{array,booktabs,longtable,graphicx,amssymb}
% XeTeX needs a font for links that small installations lack.
\ifxetex\suppressfontnotfounderror=1\fi
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}\setlength{\parskip}{0.5em}
\setlength{\tabcolsep}{0.008\linewidth}\setlength{\LTcapwidth}{\textwidth}
\setlength{\LTpre}{\medskipamount}\setlength{\LTpost}{0pt}
\hyphenation{RMSEA SRMR HTMT}
\setlength{\emergencystretch}{3em}
\setcounter{secnumdepth}{0}
\newenvironment{setoff}{\begin{quote}\small}{\end{quote}}
% A figure as PDF or PNG, if one stands there; else its name.
\newcommand{\placed}[1]{\includegraphics[width=\linewidth,height=.8\textheight,keepaspectratio]{#1}}
\newcommand{\drawing}[1]{\IfFileExists{#1.pdf}{\placed{#1.pdf}}{%
  \IfFileExists{#1.png}{\placed{#1.png}}{\fbox{The drawing: \texttt{\detokenize{#1}.svg}}}}}
% A figure that stays where it is told, and room for a heading with what follows it.
\newenvironment{standing}{\par\medskip\noindent\begin{minipage}{\linewidth}\centering
  \expandafter\def\csname @captype\endcsname{figure}}{\end{minipage}\par\medskip}
% The last rule of a table and its notes, as wide as a line, from which no page parts them.
\newcommand{\lastrule}{\noalign{\nobreak\vskip\aboverulesep\hrule height\heavyrulewidth
  \nobreak\vskip\smallskipamount}}
\newcommand{\noted}[2]{\multicolumn{#1}{c}{\hbox to 0pt{\hss\parbox[t]{\linewidth}{#2}\hss}}\\}
\newenvironment{bullets}{\begin{itemize}\setlength{\itemsep}{0pt}\setlength{\parsep}{0pt}}%
  {\end{itemize}}
\newcommand{\room}{\par\vskip 0pt plus 12\baselineskip\penalty-100
  \vskip 0pt plus -12\baselineskip\vskip 12\baselineskip\penalty9999
  \vskip -12\baselineskip\vskip 0pt}
"""
_LINE, _SIZES = 472.0, ((r"\small", 10.0), (r"\footnotesize", 9.0), (r"\scriptsize", 8.0))  # points
_MARGIN = 0.016  # of a column, in lines
_ROOMS = [Room(size, _LINE / points, _MARGIN * _LINE / points) for size, points in _SIZES]
_SHORT, _FEW = 15, 2  # rows of a table that no page cuts; of others, that stay together
_SMALL_P = r"\textless{} .001"


def latex_document(report: Layout, figures: str) -> str:
    """The document; every letter that LaTeX would take as a command is escaped."""
    lines = [_HEAD, rf"\title{{{escaped(report.title)}}}", r"\author{}", r"\date{}"]
    lines += _names(report.language)
    lines += [r"\begin{document}", r"\maketitle"]
    if report.made_by:
        lines += [escaped(report.made_by), ""]
    if report.notes:
        notes = "\n\n".join(map(escaped, report.notes))
        lines += [r"\begin{setoff}", notes, r"\end{setoff}", ""]
    lines += [_section(section, figures) for section in report.sections]
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def _names(language: str) -> list[str]:
    """What captions begin with, where it is not what LaTeX has."""
    if language == "en":
        return []
    pairs = {"table": said("Table"), "figure": said("Figure")}
    return [rf"\renewcommand{{\{kind}name}}{{{word}}}" for kind, word in pairs.items()]


def _section(section: LaidSection, figures: str) -> str:
    head = rf"\room\section{{{escaped(section.title)}}}\label{{section:{section.key}}}"
    return "\n\n".join([head, _parts(section.parts, figures)])


def _parts(parts: Sequence[LaidPart], figures: str) -> str:
    return "\n\n".join(_part(part, figures) for part in parts)


def _part(part: LaidPart, figures: str) -> str:
    if isinstance(part, str):
        return escaped(part)
    if isinstance(part, Heading):
        return rf"\room\subsection{{{escaped(part.text)}}}"
    if isinstance(part, Note):
        text = escaped(part.text)
        text = rf"\textbf{{{text}}}" if part.kind == "error" else text
        return f"\\begin{{setoff}}\n{text}\n\\end{{setoff}}"
    if isinstance(part, Bullets):
        items = "\n".join(rf"\item {escaped(item)}" for item in part.items)
        return f"\\begin{{bullets}}\n{items}\n\\end{{bullets}}" if items else ""
    if isinstance(part, Code):
        return _code(part.text)
    if isinstance(part, FoldPart):
        head = rf"\room\paragraph{{{escaped(part.summary)}}}\mbox{{}}"
        return f"{head}\n\n{_parts(part.parts, figures)}"
    return _figure(part, figures) if isinstance(part, FigurePart) else _table(part)


def _code(text: str) -> str:
    lines = "\\\\\n".join(escaped(line) or r"\strut" for line in text.splitlines())
    return f"{{\\footnotesize\\ttfamily\\raggedright\n{lines}\\par}}"


def _figure(part: FigurePart, figures: str) -> str:
    path = f"{figures}/{part.figure.name}"
    caption = escaped(part.figure.caption)
    return f"\\begin{{standing}}\n\\drawing{{{path}}}\n\\caption{{{caption}}}\n\\end{{standing}}"


def _table(part: TablePart) -> str:
    """A table that runs over pages; its headings come again on each."""
    size, blocks = laid_on_paper(part.table, _ROOMS)
    tables = [_longtable(part, block, blocks) for block in blocks]
    return f"{{{size}\n" + "\n\\addtocounter{table}{-1}\n".join(tables) + "}\\par\\medskip"


def _longtable(part: TablePart, block: Block, blocks: Sequence[Block]) -> str:
    """The columns of a block; the first has the title, the last links and notes."""
    heads, *body = latex_cells(block.table)
    body = [line.replace(_SMALL_P, _SMALL_P.replace(" ", "~")) for line in body]
    title = rf"\caption{{{escaped(part.table.title)}}}\\"
    lines = [latex_gap(block), rf"\begin{{longtable}}{{{latex_columns(block)}}}"]
    lines += [title] if block is blocks[0] else []
    lines += [r"\toprule", heads, r"\midrule", r"\endfirsthead"]
    lines += [r"\toprule", heads, r"\midrule", r"\endhead"]
    if block is not blocks[-1]:
        return "\n".join([*lines, *body, r"\bottomrule", r"\end{longtable}"])
    body = [_linked(line, key) for line, key in _with_links(body, part.links)]
    return "\n".join([*lines, *_with_notes(body, block.table), r"\end{longtable}"])


def _with_notes(body: list[str], table: Written) -> list[str]:
    """The rows, the rule below them and the notes."""
    rows = [
        f"{line}*" if _is_held(number, len(body), bool(table.notes)) else line
        for number, line in enumerate(body, start=1)
    ]
    if not table.notes:
        return [*rows, r"\bottomrule"]
    return [*rows, r"\lastrule", rf"\noted{{{len(table.heads)}}}{{{latex_notes(table)}}}"]


def _is_held(row: int, rows: int, has_notes: bool) -> bool:
    """Whether no page ends below a row: of a short table; at its head, at its foot."""
    return (row < rows or has_notes) and (rows <= _SHORT or row <= _FEW or row > rows - _FEW)


def _with_links(body: list[str], links: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(body, links or [""] * len(body), strict=True))


def _linked(line: str, key: str) -> str:
    """The last cell of a row as a link to a section."""
    if not key:
        return line
    before, mark, cell = line.removesuffix(r" \\").rpartition(" & ")
    return rf"{before}{mark}\hyperref[section:{key}]{{{cell}}} \\"
