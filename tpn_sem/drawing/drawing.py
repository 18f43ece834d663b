"""A drawing as scalable vector graphics."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..errors import OptionError


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

    def save(self, path: str | Path) -> Path:
        """Write the drawing, in UTF-8, and return where it is.

        Raises
        ------
        OptionError
            Where the name does not end in ``.svg``: other formats are not written; where the folder
            does not exist.
        """
        target = Path(path)
        if target.suffix.lower() != ".svg":
            raise OptionError(
                f"path={str(path)!r}: a drawing is written as .svg only. Save it as "
                f"{target.with_suffix('.svg').name!r}; a browser, Inkscape or rsvg-convert turns "
                "that into PDF or PNG."
            )
        if not target.parent.is_dir():
            raise OptionError(f"path={str(path)!r}: there is no folder {str(target.parent)!r}.")
        target.write_text(self.svg, encoding="utf-8")
        return target

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg
