"""The joint display as HTML: a table that becomes a list of cards on a narrow screen."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import groupby

from .display_entries import NO_PATH, NO_THEME, Entry
from .display_paths import PathDifferences
from .display_table import difference_texts, interval_text, verdict_word
from .theme_counts import ThemeEvidence

STYLE = """
.joint table{border-collapse:collapse;font-size:.86rem;width:100%;table-layout:fixed}
.joint th,.joint td{text-align:left;vertical-align:top;padding:.35rem .55rem;white-space:normal;
min-width:0;overflow-wrap:break-word;border-bottom:1px solid rgba(128,128,128,.4);
background:transparent}
.joint thead th{border-bottom:1.5px solid currentColor}
.joint blockquote{margin:0 0 .4rem;padding-left:.6rem;border-left:3px solid rgba(128,128,128,.5)}
.joint .from,.joint .small{opacity:.75;font-size:.92em}
.joint .silent{font-style:italic;background:rgba(128,128,128,.12)}
.joint .open{color:#b36b00}
.joint .one{white-space:nowrap}
.joint b{font-weight:600}
@media (max-width:44rem){
.joint table,.joint tbody,.joint tr,.joint td{display:block;width:auto}
.joint thead{display:none}
.joint tr{border-bottom:1px solid rgba(128,128,128,.5)}
.joint td{border:0;padding:.2rem .3rem}
.joint td::before{content:attr(data-title) ": ";opacity:.75;font-size:.85em}
.joint tr.first{border-top:2px solid currentColor;margin-top:.7rem}
}
@media print{.joint tr{break-inside:avoid}}
"""
_PAGE_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;max-width:72rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.6rem}.note{background:#fff6e5;border-left:4px solid #d58b00;"
    "padding:.3rem .9rem;margin:1rem 0}.note p{margin:.3rem 0}"
)
_WIDTHS = {
    "path": 14,
    "estimate": 13,
    "difference": 13,
    "theme": 16,
    "quotation": 30,
    "verdict": 17,
}


def display_html(entries: Sequence[Entry], rows: str, differences: PathDifferences | None) -> str:
    """The table, with its style."""
    columns = ["path", "estimate", *(["difference"] if differences else [])]
    interviews = ["theme", "quotation"]
    order = [*columns, *interviews] if rows == "paths" else [*interviews, *columns]
    order.append("verdict")
    merged = columns if rows == "paths" else interviews
    total = sum(_WIDTHS[name] for name in order)
    widths = "".join(f'<col style="width:{100 * _WIDTHS[name] / total:.0f}%">' for name in order)
    head = "".join(f"<th>{html.escape(_TITLES[name])}</th>" for name in order)
    body = "".join(
        _group(list(group), order, merged, differences)
        for _, group in groupby(enumerate(entries), lambda one: _group_key(one, rows))
    )
    return (
        f'<style>{STYLE}</style><div class="joint"><table><colgroup>{widths}</colgroup><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


_TITLES = {
    "path": "Path",
    "estimate": "Survey: estimate, 95\N{NO-BREAK SPACE}%",
    "difference": "Difference by group",
    "theme": "Interviews: theme, who speaks of it",
    "quotation": "In their words",
    "verdict": "Verdict",
}


def _group_key(numbered: tuple[int, Entry], rows: str) -> str:
    """Entries that share what stands on the left; those without it stand alone."""
    place, entry = numbered
    if rows == "paths":
        return str(entry.path) if entry.path else str(place)
    return f"theme {entry.theme.theme}" if entry.theme else str(place)


def _group(
    numbered: list[tuple[int, Entry]],
    order: list[str],
    merged: list[str],
    differences: PathDifferences | None,
) -> str:
    """Rows of entries that share their first cells, which span all of them."""
    found = []
    for place, (_, entry) in enumerate(numbered):
        cells = []
        for name in order:
            if name in merged and place:
                continue
            kind, content = _cell(name, entry, differences, merged)
            span = f' rowspan="{len(numbered)}"' if name in merged and len(numbered) > 1 else ""
            title = html.escape(_TITLES[name])
            cells.append(f'<td class="{kind}" data-title="{title}"{span}>{content}</td>')
        found.append(f'<tr class="{"" if place else "first"}">{"".join(cells)}</tr>')
    return "".join(found)


def _cell(
    name: str, entry: Entry, differences: PathDifferences | None, merged: list[str]
) -> tuple[str, str]:
    """The class of a cell, and what is in it; notes on a link stand where no other link does."""
    if name == "path":
        if entry.path:
            note = "" if name in merged else _small(entry.link_note)
            return "", f"<b>{html.escape(str(entry.path))}</b>{note}"
        return "silent", html.escape(entry.silent or NO_PATH) + _small(entry.link_note)
    if name == "estimate":
        return "", _unbroken(interval_text(entry.estimate))
    if name == "difference":
        texts = difference_texts(entry, differences) if differences else []
        return "", "<br>".join(map(_unbroken, texts))
    if name == "theme":
        return _theme(entry, name in merged)
    if name == "quotation":
        return "", _quotations(entry.theme)
    return _verdict(entry)


def _theme(entry: Entry, spans: bool) -> tuple[str, str]:
    if entry.theme is None:
        return "silent", html.escape(NO_THEME)
    note = _small(entry.link_note) if entry.path and not spans else ""
    spoken = f"<b>{html.escape(entry.theme.theme)}</b><br>{html.escape(entry.theme.count)}"
    return ("", spoken + note) if entry.theme.n else ("silent", spoken + _small(entry.silent))


def _quotations(theme: ThemeEvidence | None) -> str:
    if theme is None or not theme.quotations:
        return "–"
    return "".join(
        f"<blockquote>“{html.escape(one.text)}” <span class='from'>— {html.escape(one.interviewee)}"
        f", school {html.escape(one.school)}, {html.escape(one.location)}</span></blockquote>"
        for one in theme.quotations
    )


def _verdict(entry: Entry) -> tuple[str, str]:
    word = verdict_word(entry)
    if entry.verdict is None:
        return ("silent" if entry.silent else "open"), html.escape(word)
    who = f" ({html.escape(entry.verdict.who)})" if entry.verdict.who else ""
    return "", f"<b>{html.escape(word)}</b>{who}{_small(entry.verdict.note)}"


def _unbroken(text: str) -> str:
    """A text in which neither an interval nor a p-value is cut by the end of a line."""
    return re.sub(r"\[.*?\]|p [=&<].*", r"<span class='one'>\g<0></span>", html.escape(text))


def _small(text: str) -> str:
    return f'<br><span class="small">{html.escape(text)}</span>' if text else ""


def display_page(title: str, notes: Sequence[str], parts: Sequence[str]) -> str:
    """A whole page of its own."""
    said = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title><style>'
        f"{_PAGE_STYLE}</style></head><body><h1>{html.escape(title)}</h1>"
        f'<div class="note">{said}</div>{"".join(parts)}</body></html>\n'
    )
