"""A drawing as scalable vector graphics."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..arguments import checked
from ..writing import write_whole
from .legible import legible
from .picture_paths import picture_path


@dataclass(frozen=True)
class Drawing:
    """A drawing; a notebook shows it, `save` writes it, ``str()`` is its text.

    Attributes
    ----------
    svg : str
        The drawing as scalable vector graphics.
    description : str
        What it shows, in a sentence.
    """

    svg: str = field(repr=False)
    description: str

    def __post_init__(self) -> None:
        """Characters that no XML document may hold, as of names in the data, are marked."""
        object.__setattr__(self, "svg", legible(self.svg))

    @checked
    def save(self, path: str | Path) -> Path:
        """Write the drawing, in UTF-8, and return where it is.

        Raises
        ------
        OptionError
            Where the name does not end in ``.svg``: other formats are not written; where the folder
            does not exist.
        """
        target = picture_path(
            path,
            [".svg"],
            "this drawing is written as .svg only. Save it as {!r}; a browser, Inkscape or "
            "rsvg-convert turns that into PDF or PNG.",
        )
        write_whole(target, self.svg)
        return target

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg
