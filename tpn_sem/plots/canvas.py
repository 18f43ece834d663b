"""Axes to plot on: given ones, or new ones in the manner that all plots share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from ..drawing import (
    as_given,
    check_axes,
    figure_settings,
    legible,
    new_figure,
    text_width,
    wrapped_label,
)
from ..languages import said
from ..optional_packages import optional

INK, FAINT, GRID = "#1f2d3d", "#6f6f6f", "#e4e7ea"
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS, _DASHES = "osD^vP*", ("-", "--", "-.", ":")
LONGEST, LINE = 230.0, 15.0  # pixels of a line of a label: how long, and how high
_SIZE = 9.75  # points: 13 pixels
_LOOK = {
    "font.size": _SIZE,
    "axes.labelsize": _SIZE,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "legend.fontsize": 9.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}


def colour(place: int) -> str:
    """Of a group by its place: colours that the colour-blind tell apart (Okabe & Ito, 2008)."""
    return _COLOURS[place % len(_COLOURS)]


def marker(place: int) -> str:
    """Of a group by its place, so that colour is never alone."""
    return _MARKERS[place % len(_MARKERS)]


def dash(place: int) -> str:
    """How the line of a group is drawn, so that colour is never alone."""
    return _DASHES[place % len(_DASHES)]


@contextmanager
def canvas(ax: Any, width: float, height: float) -> Iterator[Any]:
    """Axes to draw on; afterwards all words on them are taken letter by letter.

    Parameters
    ----------
    ax : Axes or None
        Given ones keep their own look.
    width, height : float
        Of a new figure, in pixels.
    """
    if ax is not None:
        check_axes(ax)
    rc_context = optional("matplotlib", "report").rc_context
    with figure_settings():
        if ax is None:
            with rc_context(_LOOK):
                figure = new_figure(width, height)
                figure.set_layout_engine("constrained", w_pad=0.09, h_pad=0.09)
                ax = figure.add_subplot()
                yield ax
                ax.xaxis.label.set_text(
                    wrapped_label(said(ax.get_xlabel()), _room(ax, width), 13.0)
                )
                ax.yaxis.label.set_text(wrapped_label(said(ax.get_ylabel()), 0.8 * height, 13.0))
                _finish(ax)
        else:
            yield ax
            _finish(ax)


def _room(ax: Any, width: float) -> float:
    """Pixels for the title of the axis below, whose middle is that of the axes."""
    lines = [line for one in ax.get_yticklabels() for line in one.get_text().split("\n")]
    beside = max((text_width(line, 12.0) for line in lines), default=0.0)
    return min(0.8 * width, 0.9 * (width - beside) - 30.0)


def _finish(ax: Any) -> None:
    text_class = optional("matplotlib.text", "report").Text
    ax.get_xticklabels(), ax.get_yticklabels()
    for text in ax.findobj(text_class):
        as_given(text)
        text.set_text(legible(text.get_text()))


def grid(ax: Any, axis: str) -> None:
    """Faint lines across an axis of numbers."""
    ax.set_axisbelow(True)
    ax.grid(visible=True, axis=axis, color=GRID, linewidth=0.8)
    ax.tick_params(length=0)


def rows(ax: Any, labels: Sequence[str], names: Mapping[str, str] | None = None) -> None:
    """A row for each label, the first on top, long ones in lines."""
    shown = [row_label((names or {}).get(label, label)) for label in labels]
    ax.set_yticks(range(len(labels)), labels=shown)
    ax.set_ylim(len(labels) - 0.5, -0.5)


def row_label(text: str) -> str:
    """A label of a row, in lines."""
    return wrapped_label(said(legible(str(text))), LONGEST, 12.0)


def rows_height(labels: Sequence[str], each: float = 24.0) -> float:
    """Pixels that rows with such labels need, all rows being as high as the longest labels ask."""
    high = [max(each, LINE * lines_of(row_label(label)) + 6.0) for label in labels]
    pairs = [(one + two) / 2.0 for one, two in pairwise(high)]
    return len(high) * max(pairs, default=max(high, default=0.0))


def lines_of(label: str) -> int:
    """How many lines a label has."""
    return label.count("\n") + 1


def number(value: float, digits: int = 3) -> str:
    """A number with a minus sign that is one."""
    return f"{value:z.{digits}f}".replace("-", "\N{MINUS SIGN}")


def legend(ax: Any, title: str = "", **more: Any) -> None:
    """Above the axes, so that it hides nothing."""
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return
    wide = max(len(str(label)) for label in labels)
    columns = max(1, min(len(labels), int(78 / (wide + 8))))
    ax.legend(
        **{"handles": handles, "labels": labels}
        | {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "ncols": columns}
        | {"frameon": False, "title": title or None, "borderaxespad": 0.2}
        | more
    )
