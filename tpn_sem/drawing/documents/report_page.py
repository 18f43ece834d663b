"""A report as one page of HTML that holds everything and needs no script."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from ...languages import said
from ..dark_colours import embedded
from ..tables import is_statistic, italic_parts
from .pictures import drawn_width, is_too_wide
from .report_layout import FigurePart, Layout

_ID = re.compile(r'(?<=\sid=")[^"]+(?=")')


def page_of_report(report: Layout) -> str:
    """The page; whatever stands in the content is text and no markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tpn_sem.drawing.documents", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
    )
    environment.filters |= {
        "drawn": drawn_width,
        "too_wide": is_too_wide,
        "kind": lambda part: type(part).__name__,
        "said": said,
        "slanted": _slanted,
        "svg": _inline,
        "symbol": _symbol,
    }
    page: str = environment.get_template("report_page.html.j2").render(report=report)
    return page.lstrip()


def _slanted(text: str) -> Any:
    """A sentence with the symbols of statistics in italics."""
    from markupsafe import Markup

    parts = (f"<i>{escape(part)}</i>" if it else escape(part) for part, it in italic_parts(text))
    return Markup("".join(parts))


def _symbol(heading: str) -> Any:
    from markupsafe import Markup

    return Markup(f"<i>{escape(heading)}</i>" if is_statistic(heading) else escape(heading))


def _inline(part: FigurePart) -> Any:
    """The drawing's own markup, and that for narrow screens.

    Identifiers are such that no other drawing on the page has.
    """
    from markupsafe import Markup

    drawing, prefix = part.figure.drawing, f"figure-{part.number}-"
    shown = with_own_identifiers(embedded(drawing.svg, drawing.description), prefix)
    if drawing.narrow:
        narrow = embedded(drawing.narrow, drawing.description)
        shown += with_own_identifiers(narrow, f"{prefix}narrow-")
    return Markup(shown)


def with_own_identifiers(svg: str, prefix: str) -> str:
    """Identifiers and what refers to them with a prefix before them."""
    known = set(_ID.findall(svg))
    if not known:
        return svg
    names = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    own = re.compile(rf'((?:\sid="|href="#|url\(#|aria-labelledby="))({names})(?=["\)])')
    return own.sub(lambda found: f"{found.group(1)}{prefix}{found.group(2)}", svg)
