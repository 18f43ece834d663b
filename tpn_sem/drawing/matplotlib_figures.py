"""Figures of matplotlib that belong to nobody's session: their letters, and their files."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from ..errors import OptionError
from ..optional_packages import optional

INCH = 96.0  # pixels
POINT = 0.75  # points in a pixel
_LETTERS = ("Helvetica", "Arial", "Liberation Sans", "DejaVu Sans")
_SETTINGS = {
    "svg.fonttype": "path",
    "svg.hashsalt": "tpn_sem",
    "pdf.fonttype": 42,
    "text.usetex": False,
    "axes.unicode_minus": True,
}


def new_figure(width: float, height: float) -> Any:
    """An empty figure of a size in pixels, which no window or notebook shows by itself."""
    figures = optional("matplotlib.figure", "report")
    return figures.Figure(figsize=(width / INCH, height / INCH), dpi=INCH)


@lru_cache(maxsize=1)
def letters() -> tuple[str, ...]:
    """Fonts in the order in which they are tried, letter by letter; the last has most scripts."""
    fonts = optional("matplotlib.font_manager", "report")
    there = {font.name for font in fonts.fontManager.ttflist}
    return tuple(name for name in _LETTERS if name in there)


def as_given(text: Any) -> None:
    """Have a text of matplotlib shown letter by letter: no dollar sign begins a formula."""
    text.set_parse_math(False)
    text.set_usetex(False)


@contextmanager
def settings() -> Iterator[None]:
    """Settings under which our figures are made and written, whatever those of the session are.

    Letters that no font has are drawn as boxes, without a warning for each.
    """
    matplotlib = optional("matplotlib", "report")
    warner = logging.getLogger("matplotlib.font_manager")
    before = warner.level
    warner.setLevel(logging.ERROR)
    try:
        with matplotlib.rc_context({**_SETTINGS, "font.family": list(letters())}):
            yield
    finally:
        warner.setLevel(before)


def figure_bytes(figure: Any, form: str, dpi: float, title: str, description: str) -> bytes:
    """A figure as a file of a form: "svg", "pdf" or "png"; the same figure gives the same bytes."""
    told = {
        "svg": {"Title": title, "Description": description, "Date": None},
        "pdf": {"Title": title, "Subject": description, "CreationDate": None},
        "png": {"Title": title, "Description": description},
    }[form]
    file = io.BytesIO()
    with settings():
        figure.savefig(file, format=form, dpi=dpi, metadata=told)
    return file.getvalue()


def check_axes(ax: Any) -> None:
    """See that ``ax=`` is what can be drawn on.

    Raises
    ------
    OptionError
    """
    axes = optional("matplotlib.axes", "report")
    if not isinstance(ax, axes.Axes):
        kind = type(ax).__name__
        advice = "; give one of them, as ax[0]" if kind in ("ndarray", "list", "tuple") else ""
        raise OptionError(f"ax= takes axes of matplotlib, not {kind}{advice}.")
