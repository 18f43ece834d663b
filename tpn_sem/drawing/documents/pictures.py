"""Drawings as pictures that documents can hold."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import TpnSemError
from ..drawing import Drawing

_WIDEST = 830.0  # pixels that a page can hold without letters that are too small to be read
_WIDTH = re.compile(r'<svg\b[^>]*?\swidth="([\d.]+)(px)?"')


def picture(drawing: Drawing, ending: str = ".png") -> bytes | None:
    """The drawing as PNG or PDF; None without matplotlib, and where it is of another program.

    One that is wider than paper is as narrow screens have it.
    """
    width = _WIDTH.search(drawing.svg)
    if width is not None and float(width.group(1)) > _WIDEST:
        drawing = drawing.narrowed()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"drawing{ending}"
        try:
            drawing.save(path)
        except TpnSemError:
            return None
        return path.read_bytes()
