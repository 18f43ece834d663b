"""A drawing as scalable vector graphics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..arguments import checked
from ..errors import OptionError
from ..writing import write_whole

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
        object.__setattr__(self, "svg", _NO_XML.sub("\N{REPLACEMENT CHARACTER}", self.svg))

    @checked
    def save(self, path: str | Path) -> Path:
        """Write the drawing, in UTF-8, and return where it is.

        Raises
        ------
        OptionError
            Where the name does not end in ``.svg``: other formats are not written; where the folder
            does not exist.
        """
        target = Path(path)
        if not target.name:
            raise OptionError(f"path={str(path)!r} is no name of a file.")
        if target.suffix.lower() != ".svg":
            raise OptionError(
                f"path={str(path)!r}: a drawing is written as .svg only. Save it as "
                f"{target.with_suffix('.svg').name!r}; a browser, Inkscape or rsvg-convert turns "
                "that into PDF or PNG."
            )
        if not target.parent.is_dir():
            raise OptionError(f"path={str(path)!r}: there is no folder {str(target.parent)!r}.")
        write_whole(target, self.svg)
        return target

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg
