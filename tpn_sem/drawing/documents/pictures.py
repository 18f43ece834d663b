"""Drawings as pictures that documents can hold."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import TpnSemError
from ..drawing import Drawing


def picture(drawing: Drawing, ending: str = ".png") -> bytes | None:
    """The drawing as PNG or PDF; None without matplotlib, and where it is of another program."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"drawing{ending}"
        try:
            drawing.save(path)
        except TpnSemError:
            return None
        return path.read_bytes()
