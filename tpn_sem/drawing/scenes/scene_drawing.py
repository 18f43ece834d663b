"""Drawings that can be written in every form, and drawn on axes of matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from ...arguments import checked
from ..drawing import Drawing
from ..matplotlib_figures import check_axes
from .axes_writer import draw_on_axes, figure_of
from .scene import Scene
from .tikz_writer import tikz_of


@dataclass(frozen=True)
class SceneDrawing(Drawing):
    """A drawing of few primitives; a notebook shows it, `save` writes it, ``str()`` is its SVG.

    Attributes
    ----------
    svg : str
        The drawing as scalable vector graphics, on white. Notebooks and reports show it
        in dark colours where the reader's screen is dark.
    description : str
        What it shows, in a sentence.
    scene : Scene
        What it is made of.
    narrow_scene : Scene or None
        What the drawing for narrow screens is made of.
    """

    scene: Scene = field(repr=False)
    narrow_scene: Scene | None = field(default=None, repr=False, kw_only=True)

    _forms: ClassVar[tuple[str, ...]] = (*Drawing._forms, ".tex")

    def narrowed(self) -> SceneDrawing:
        """What narrow screens show, as a drawing of its own; the same where there is none."""
        if self.narrow_scene is None:
            return self
        return SceneDrawing(self.narrow, self.description, self.narrow_scene)

    def _written(self, form: str, dpi: float) -> str | bytes:
        return self.to_tikz() if form == ".tex" else super()._written(form, dpi)

    def _title(self) -> str:
        return self.scene.title

    def _figure(self) -> Any:
        return figure_of(self.scene)

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
