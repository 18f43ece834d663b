"""Drawings that can be written in every form, and drawn on axes of matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...arguments import check_range, checked
from ...writing import write_whole, written_whole
from ..drawing import Drawing
from ..matplotlib_figures import check_axes, figure_bytes
from ..picture_paths import picture_path
from .axes_writer import draw_on_axes, figure_of
from .scene import Scene
from .tikz_writer import tikz_of

_FORMS = (".svg", ".pdf", ".png", ".tex")


@dataclass(frozen=True)
class SceneDrawing(Drawing):
    """A drawing of few primitives; a notebook shows it, `save` writes it, ``str()`` is its SVG.

    Attributes
    ----------
    svg : str
        The drawing as scalable vector graphics; it goes dark where the reader's screen is.
    description : str
        What it shows, in a sentence.
    scene : Scene
        What it is made of.
    """

    scene: Scene = field(repr=False)

    @checked
    def save(self, path: str | Path, *, dpi: float = 200.0) -> Path:
        """Write the drawing in the format that the name's ending says, and return where it is.

        Parameters
        ----------
        path : str or Path
            Ends in ``.svg``, ``.pdf``, ``.png`` or ``.tex`` (a document of TikZ). PDF and PNG need
            matplotlib.
        dpi : float
            Of PNG: dots per inch; 96 are those of the drawing.

        Raises
        ------
        OptionError
            Where the ending is another one, or the folder does not exist.
        NotAvailableError
            Where matplotlib is needed and not installed.
        """
        check_range("dpi", dpi, 30.0, 2400.0)
        target = picture_path(
            path, _FORMS, "a drawing is written as .svg, .pdf, .png or .tex. Save it as {!r}."
        )
        form = target.suffix.lower()
        if form == ".svg":
            write_whole(target, self.svg)
        elif form == ".tex":
            write_whole(target, self.to_tikz())
        else:
            figure = figure_of(self.scene)
            title, description = self.scene.title, self.description
            content = figure_bytes(figure, form[1:], dpi, title, description)
            with written_whole(target) as file:
                file.write(content)
        return target

    @checked
    def to_tikz(self) -> str:
        """The drawing as a LaTeX document of its own, drawn by TikZ.

        Its ``tikzpicture`` can be pasted elsewhere. Letters beyond Latin need LuaLaTeX or XeLaTeX.
        """
        return tikz_of(self.scene)

    def draw_on(self, ax: Any) -> Any:
        """Draw on axes of matplotlib, in the middle of the room that they have, and return them.

        Words keep their share of the drawing: on small axes they are small.

        Raises
        ------
        OptionError
            Where these are no axes.
        NotAvailableError
            Where matplotlib is not installed.
        """
        check_axes(ax)
        draw_on_axes(self.scene, ax)
        return ax
