"""A drawing as scalable vector graphics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ..arguments import check_range, checked
from ..errors import OptionError
from ..writing import write_whole, written_whole
from .dark_colours import embedded, on_screens
from .legible import legible
from .matplotlib_figures import figure_bytes
from .picture_paths import picture_path
from .svg_figure import NotDrawableError, figure_of_svg
from .svg_parts import NARROW, WIDE


@dataclass(frozen=True)
class Drawing:
    """A drawing; a notebook shows it, `save` writes it, ``str()`` is its text.

    Attributes
    ----------
    svg : str
        The drawing as scalable vector graphics, on white. Notebooks and reports show it in dark
        colours where the reader's screen is dark.
    description : str
        What it shows, in a sentence.
    narrow: str
        The same laid out for narrow screens, on which reports show it; empty where there is none.
    """

    svg: str = field(repr=False)
    description: str
    narrow: str = field(default="", repr=False, kw_only=True)

    _forms: ClassVar[tuple[str, ...]] = (".svg", ".pdf", ".png")

    def __post_init__(self) -> None:
        """Characters that no XML document may hold, as of names in the data, are marked."""
        for name in ("svg", "narrow"):
            object.__setattr__(self, name, legible(getattr(self, name)))

    def narrowed(self) -> Drawing:
        """What narrow screens show, as a drawing of its own; the same where there is none."""
        return Drawing(self.narrow, self.description) if self.narrow else self

    @checked
    def save(self, path: str | Path, *, dpi: float = 200.0) -> Path:
        """Write the drawing in the format that the name's ending says, and return where it is.

        Parameters
        ----------
        path : str or Path
            Ends in ``.svg``, ``.pdf`` or ``.png``; that of a path diagram also in ``.tex`` (a
            document of TikZ). PDF and PNG need matplotlib.
        dpi : float
            Of PNG: dots per inch; 96 are those of the drawing.

        Raises
        ------
        OptionError
            Where the ending is another one, or the folder does not exist; where the SVG is not
            one of the library's own and holds what it does not know, for PDF and PNG.
        NotAvailableError
            Where matplotlib is needed and not installed.
        """
        check_range("dpi", dpi, 30.0, 2400.0)
        *others, last = self._forms
        known = f"a drawing is written as {', '.join(others)} or {last}. Save it as {{!r}}."
        target = picture_path(path, self._forms, known)
        content = self._written(target.suffix.lower(), dpi)
        if isinstance(content, str):
            write_whole(target, content)
        else:
            with written_whole(target) as file:
                file.write(content)
        return target

    def _written(self, form: str, dpi: float) -> str | bytes:
        """The content of a file; `form` is its ending."""
        if form == ".svg":
            return self.svg
        return figure_bytes(self._figure(), form[1:], dpi, self._title(), self.description)

    def _title(self) -> str:
        return self.description

    def _figure(self) -> Any:
        try:
            return figure_of_svg(self.svg)
        except NotDrawableError as error:
            raise OptionError(
                f"this drawing holds {error}, which is written as .svg only. Save it so; a "
                "browser, Inkscape or rsvg-convert turns that into PDF or PNG."
            ) from error

    def _repr_html_(self) -> str:
        """Part of the page, not a picture on it: as dark as the notebook, and with its words."""
        return embedded(self.svg, self.description)

    def _repr_svg_(self) -> str:
        return on_screens(self.svg)

    def __str__(self) -> str:
        return self.svg


def drawn_at_widths(draw: Callable[[float], str], description: str) -> Drawing:
    """A drawing that fills a page's column, and a narrow screen; `draw` takes the width."""
    return Drawing(draw(WIDE), description, narrow=draw(NARROW))
