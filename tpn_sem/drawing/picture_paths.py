"""Where pictures are written: paths that are checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..errors import OptionError
from ..files import named_path


def picture_path(path: str | Path, suffixes: Iterable[str], advice: str) -> Path:
    """The path of a picture, whose suffix says its format.

    Parameters
    ----------
    path : str or Path
    suffixes : iterable of str
        Of the formats that there are, as ".svg".
    advice : str
        What is said where the suffix is another one.

    Raises
    ------
    OptionError
        Where the suffix is none of these, or the folder does not exist.
    """
    target, known = named_path(path, OptionError), list(suffixes)
    if not target.name:
        raise OptionError(f"path={str(path)!r} is no name of a file.")
    if target.suffix.lower() not in known:
        raise OptionError(f"path={str(path)!r}: {advice.format(target.with_suffix('.svg').name)}")
    if not target.parent.is_dir():
        raise OptionError(f"path={str(path)!r}: there is no folder {str(target.parent)!r}.")
    return target
