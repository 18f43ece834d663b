"""A report as a document of LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

from ..latex_letters import escaped
from ..tables import Written, latex_cells, latex_notes
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
  \usepackage{lmodern,textcomp}
\fi
\usepackage{array,booktabs,longtable,graphicx,amssymb}
% XeTeX needs a font for links that small installations lack.
\ifxetex\suppressfontnotfounderror=1\fi
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}\setlength{\parskip}{0.5em}
\setlength{\tabcolsep}{0.008\linewidth}\setlength{\LTcapwidth}{\textwidth}
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
\newcommand{\room}{\par\ifdim\dimexpr\pagegoal-\pagetotal\relax<12\baselineskip
  \ifdim\pagetotal>0pt\newpage\fi\fi}
"""
_SIZES = ((84, r"\small"), (94, r"\footnotesize"), (112, r"\scriptsize"), (150, r"\tiny"))
_SMALL_P = r"\textless{} .001"
_SPARE = 1.25
_MARGIN = 1.6  # of a column, in letters


def latex_document(report: Layout, figures: str) -> str:
    """The document; every letter that LaTeX would take as a command is escaped."""
    lines = [_HEAD, rf"\title{{{escaped(report.title)}}}", r"\author{}", r"\date{}"]
    lines += [r"\begin{document}", r"\maketitle"]
    if report.made_by:
        lines += [escaped(report.made_by), ""]
    if report.notes:
        notes = "\n\n".join(map(escaped, report.notes))
        lines += [r"\begin{setoff}", notes, r"\end{setoff}", ""]
    lines += [_section(section, figures) for section in report.sections]
    return "\n".join([*lines, r"\end{document}"]) + "\n"


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
        return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}" if items else ""
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
    table = part.table
    heads, *body = latex_cells(table)
    body = [line.replace(_SMALL_P, _SMALL_P.replace(" ", "~")) for line in body]
    body = [_linked(line, key) for line, key in _with_links(body, part.links)]
    size, columns = _columns(table)
    lines = [f"{{{size}", rf"\begin{{longtable}}{{{columns}}}"]
    lines += [rf"\caption{{{escaped(table.title)}}}\\", r"\toprule", heads, r"\midrule"]
    lines += [r"\endfirsthead", r"\toprule", heads, r"\midrule", r"\endhead"]
    lines += [*body, r"\bottomrule", r"\end{longtable}}"]
    return "\n".join([*lines, latex_notes(table)] if table.notes else lines)


def _with_links(body: list[str], links: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(body, links or [""] * len(body), strict=True))


def _linked(line: str, key: str) -> str:
    """The last cell of a row as a link to a section."""
    if not key:
        return line
    before, mark, cell = line.removesuffix(r" \\").rpartition(" & ")
    return rf"{before}{mark}\hyperref[section:{key}]{{{cell}}} \\"


def _columns(table: Written) -> tuple[str, str]:
    """Size of the letters and the columns: no number is broken, texts share the rest."""
    spans = [table.letters(place) for place in range(len(table.heads))]
    least = sum(max(one, 2) + _MARGIN for one, _ in spans)
    room, size = next((pair for pair in _SIZES if least <= pair[0]), _SIZES[-1])
    wanted = [max(most - one, 0) for one, most in spans]
    share = min(1.0, max(room - least, 0.0) / (sum(wanted) or 1.0))
    taken = least + share * sum(wanted)
    spare = max(1.0, min(_SPARE, room / taken)) / max(room, least)  # letters differ in width
    kinds = []
    for place, (one, _) in enumerate(spans):
        width = (max(one, 2) + share * wanted[place]) * spare
        side = "left" if table.on_the_right(place) else "right"
        kinds.append(rf">{{\ragged{side}\arraybackslash}}p{{{width:.3f}\linewidth}}")
    return size, "".join(kinds)
