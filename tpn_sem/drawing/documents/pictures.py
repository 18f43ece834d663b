"""Drawings as pictures of dots, where the library can make them without another program."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import TpnSemError
from ..drawing import Drawing


def picture(drawing: Drawing, ending: str = ".png") -> bytes | None:
    """The drawing as PNG (or PDF), or None where it is written as SVG only."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"drawing{ending}"
        try:
            drawing.save(path)
        except TpnSemError:
            return None
        return path.read_bytes()
