"""The page of a study read back."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Open tags that are closed in order; all text; the tables as lists of rows."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data


def page_of(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


class Elements(HTMLParser):
    """Tags with their attributes, text outside of code, and headings."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if not {"pre", "style", "svg"} & set(self._open):
            self.text.append(data)

    def values(self, *names: str) -> list[str]:
        return [own[name] or "" for _, own in self.found for name in names if name in own]


def check_page(page: str) -> Elements:
    """What must hold of every page."""
    found = Elements(page)
    tags = [tag for tag, _ in found.found]
    assert not {"script", "link", "iframe", "img", "object", "embed", "form"} & set(tags)
    assert not [name for _, own in found.found for name in own if name.startswith("on")]
    assert not re.search(r"@import|url\((?!['\"]?#)", page)
    targets = found.values("href", "src", "xlink:href")
    identifiers = found.values("id")
    assert len(identifiers) == len(set(identifiers))
    assert all(target.startswith("#") for target in targets), targets
    assert {target[1:] for target in targets} <= set(identifiers)
    assert set(found.values("aria-labelledby")) <= set(identifiers)
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(two - one <= 1 for one, two in pairwise(levels))
    assert all("scope" in own for tag, own in found.found if tag == "th")
    assert all(own.get("aria-label") for tag, own in found.found if tag == "svg")
    return found
