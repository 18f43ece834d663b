"""What a function that plots gives: axes, the numbers behind them, and ways out as files."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from ..arguments import check_range, checked
from ..drawing import DRAWING, INCH, embedded, figure_bytes, legible, on_screens, picture_path
from ..writing import written_whole

_FORMS = (".svg", ".pdf", ".png")


@dataclass(frozen=True, eq=False)
class Plot:
    """A plot; a notebook shows it, `save` writes it.

    Attributes
    ----------
    axes : matplotlib.axes.Axes
        What was drawn on; ``plot.axes.figure`` is the figure.
    data : DataFrame
        What is shown, in numbers.
    title : str
        What it is.
    description : str
        What it shows, in a sentence: its alternative text.
    """

    axes: Any = field(repr=False)
    data: pd.DataFrame = field(repr=False)
    title: str
    description: str

    @checked
    def save(self, path: str | Path, *, dpi: float = 200.0) -> Path:
        """Write the whole figure in the format that the name's ending says; where it is.

        Parameters
        ----------
        path : str or Path
            Ends in ``.svg``, ``.pdf`` or ``.png``.
        dpi : float
            Of PNG: dots per inch.

        Raises
        ------
        OptionError
            Where the ending is another one, or the folder does not exist.
        """
        check_range("dpi", dpi, 30.0, 2400.0)
        advice = "a plot is written as .svg, .pdf or .png. Save it as {!r}."
        target = picture_path(path, _FORMS, advice)
        form = target.suffix.lower()[1:]
        content = self.svg.encode() if form == "svg" else self._bytes(form, dpi)
        with written_whole(target) as file:
            file.write(content)
        return target

    @cached_property
    def svg(self) -> str:
        """The whole figure as scalable vector graphics that says what it shows."""
        text = self._bytes("svg", INCH).decode()
        text = text[text.index("<svg") :]
        place = text.index(">") + 1
        title, description = escape(self.title), escape(legible(self.description))
        said = f"<title>{title}</title><desc>{description}</desc>"
        look = f' class="{DRAWING}" role="img" style="max-width:100%;height:auto">'
        return text[: place - 1] + look + said + text[place:]

    def _bytes(self, form: str, dpi: float) -> bytes:
        return figure_bytes(self.axes.figure, form, dpi, self.title, legible(self.description))

    def _repr_html_(self) -> str:
        """Part of the page, not a picture on it: as dark as the notebook, and with its words."""
        return embedded(self.svg, self.description)

    def _repr_svg_(self) -> str:
        return on_screens(self.svg)

    def __repr__(self) -> str:
        return f"{self.title}: {self.description} A notebook shows it; .save(path) writes it."
