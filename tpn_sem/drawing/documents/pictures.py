"""Drawings as pictures that documents can hold, and which of them are too wide for paper."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import TpnSemError
from ..drawing import Drawing

_WIDEST = 830.0  # pixels that paper can hold without letters that are too small to be read
_WIDTH = re.compile(r'<svg\b[^>]*?\swidth="([\d.]+)(px|pt)?"')
_ANY_WIDTH = "640px"


def drawn_width(drawing: Drawing) -> str:
    """How wide a drawing is by itself, with its unit."""
    found = _WIDTH.search(drawing.svg)
    return f"{found.group(1)}{found.group(2) or 'px'}" if found else _ANY_WIDTH


def is_too_wide(drawing: Drawing) -> bool:
    """Whether paper shows what narrow screens do."""
    return bool(drawing.narrow) and float(drawn_width(drawing)[:-2]) > _WIDEST


def picture(drawing: Drawing, ending: str = ".png") -> bytes | None:
    """The drawing as PNG or PDF; None without matplotlib, and where it is of another program."""
    drawing = drawing.narrowed() if is_too_wide(drawing) else drawing
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"drawing{ending}"
        try:
            drawing.save(path)
        except TpnSemError:
            return None
        return path.read_bytes()
