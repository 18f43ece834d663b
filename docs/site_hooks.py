"""What mkdocs does to pages on their way to the site."""

from __future__ import annotations

import re
from typing import Any

import tpn_sem as ts

_UP = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<steps>(?:\.\./)+)(?P<path>[^)\s]+)\)")
_ROW = re.compile(r"^\| `ts\.(\w+)` \|", re.M)


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """Called with the text of each page.

    Links to files of the repository that are no pages become code; what `api.md` lists is followed
    by its docstrings in full.
    """
    depth = page.file.src_uri.count("/")

    def leave_pages(found: re.Match[str]) -> str:
        outside = found["steps"].count("..") > depth
        return f"`{found['path']}`" if outside else found[0]

    text = _UP.sub(leave_pages, markdown)
    if page.file.src_uri == "api.md":
        homes = [(name, getattr(ts, name).__module__) for name in _ROW.findall(text)]
        text += "\n\n## In full\n\n" + "\n\n".join(f"::: {home}.{name}" for name, home in homes)
    return text
