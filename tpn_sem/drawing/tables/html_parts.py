"""Sentences and tables as HTML that reads well in notebooks, light or dark, and in mails.

All styles stand in the elements, since some viewers take out style sheets; colours are those of
the page around. Only what a printer needs is a style sheet: paper does not scroll.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from .heading_words import is_statistic, italic_parts
from .written_table import Part, Written, note_word

_RULE = "1px solid currentColor"
_CELL = "padding:2px 10px;border:0;vertical-align:top;white-space:normal;background:transparent"
_LONG = 30  # letters of a text that is not squeezed
_MANY = 8  # columns, beyond which a table may have to be scrolled, and printed small
_POINTS = 82.0  # of letters of all columns together that paper has room for
_PRINTED = (
    "<style>@media print{.tpn-sem div{overflow:visible!important}"
    ".tpn-sem table{font-size:8pt!important}"
    ".tpn-sem .tpn-many table{font-size:var(--printed)!important}"
    ".tpn-sem .tpn-many :is(td,th){padding:1pt .25em!important;min-width:0!important}"
    ".tpn-sem .tpn-many th{overflow-wrap:anywhere}"
    ".tpn-sem thead{display:table-header-group}.tpn-sem tr{break-inside:avoid}"
    ".tpn-sem details::details-content{content-visibility:visible;display:block}}</style>"
)
_WARNING = "border-left:3px solid #c60;padding:2px 10px;margin:4px 0"


def html_of(parts: Iterable[Part]) -> str:
    """A piece of a page, warnings first."""
    inner = "\n".join(
        _table(part) if isinstance(part, Written) else _sentence(part) for part in parts
    )
    printed = _PRINTED if "<table" in inner else ""
    return f'<div class="tpn-sem" style="color:inherit;max-width:100%">{printed}\n{inner}\n</div>'


def _sentence(text: str) -> str:
    if text.startswith("! "):
        return f'<p dir="auto" style="{_WARNING}"><b>{note_word()}</b> {html.escape(text[2:])}</p>'
    return f'<p dir="auto" style="margin:4px 0">{html.escape(text)}</p>'


def _table(table: Written) -> str:
    caption = (
        '<caption style="text-align:left;font-style:italic;padding:4px 0;color:inherit;'
        f'caption-side:top">{html.escape(table.title)}</caption>'
    )
    heads = "".join(
        f'<th scope="col" style="{_CELL};border-top:{_RULE};border-bottom:{_RULE};'
        f'text-align:{_side(table, place)};font-weight:600">{_heading(head)}</th>'
        for place, head in enumerate(table.heads)
    )
    rows = "".join(_row(table, place) for place in range(len(table.body)))
    more, size = "", ""
    if len(table.heads) > _MANY:  # what scrolls is reached by keys, too
        title = html.escape(table.title or "Table")
        more = f' class="tpn-many" tabindex="0" role="region" aria-label="{title}"'
        size = f";--printed:{max(min(8.0, _POINTS / len(table.heads)), 4.0):.1f}pt"
    drawn = (
        f'<div style="overflow-x:auto;max-width:100%{size}"{more}>'
        '<table style="border-collapse:collapse;border:0;margin:4px 0;color:inherit;'
        'font-variant-numeric:tabular-nums">'
        f"{caption if table.title and not table.folded else ''}"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{_notes(table)}"
    )
    if not table.folded:
        return drawn
    count = f"{len(table.body)} rows"
    told = f"{html.escape(table.title)} ({count})" if table.title else count
    return (
        f'<details style="margin:4px 0"><summary style="cursor:pointer"><i>{told}</i></summary>'
        f"{drawn}</details>"
    )


def _side(table: Written, place: int) -> str:
    return "right" if table.on_the_right(place) else "left"


def _heading(head: str) -> str:
    text = html.escape(head)
    return f"<i>{text}</i>" if is_statistic(head) else text


def _row(table: Written, row: int) -> str:
    count = len(table.body)
    style = _CELL
    if table.foot and row == count - table.foot:
        style += f";border-top:{_RULE}"
    if row == count - 1:
        style += f";border-bottom:{_RULE}"
    cells = "".join(_cell(table, row, place, style) for place in range(len(table.heads)))
    return f"<tr>{cells}</tr>"


def _cell(table: Written, row: int, place: int, style: str) -> str:
    cell = table.body[row][place]
    text = html.escape(table.shown(row, place))
    text = f"<i>{text}</i>" if table.slanted(row, place) else text
    text = f"<b>{text}</b>" if cell.strong else text
    if table.on_the_right(place):
        return f'<td style="{style};text-align:right;white-space:nowrap">{text}</td>'
    style += ";min-width:14em" if len(cell.text) > _LONG else ""
    tag = 'th scope="row"' if place < table.stubs else "td"
    end = "th" if place < table.stubs else "td"
    return f'<{tag} dir="auto" style="{style};text-align:left;font-weight:normal">{text}</{end}>'


def _notes(table: Written) -> str:
    if not table.notes:
        return ""
    told = " ".join(
        f"<i>{html.escape(part)}</i>" if slanted else html.escape(part)
        for note in table.notes
        for part, slanted in italic_parts(note)
    )
    told = " ".join(told.split())
    return f'<p dir="auto" style="font-size:90%;margin:2px 0 8px"><i>{note_word()}</i> {told}</p>'
