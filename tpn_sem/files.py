"""Files that users name: their paths, and what is in them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .errors import DataError, TpnSemError, nearest


def named_path(path: str | Path, error: type[TpnSemError] = DataError) -> Path:
    """The path that a user means, whether there is something or not; "~" is their home.

    Raises
    ------
    TpnSemError
        Of the class `error`, where no file can have that name, or it is empty.
    """
    if not str(path):
        raise error("'' is no name of a file.")
    try:
        found = Path(path).expanduser()
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            found.lstat()
    except (OSError, ValueError, RuntimeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault).rstrip(".")
        raise error(f"{str(path)!r} is no name of a file: {reason}.") from None
    return found


def bytes_of(path: str | Path) -> bytes:
    """What is in a file.

    Raises
    ------
    DataError
        Where there is no such file, or it cannot be read.
    """
    if str(path).startswith(("http:/", "https:/")):
        raise DataError(f"{str(path)!r} is an address; download the file, and give its path.")
    found = named_path(path)
    try:
        return found.read_bytes()
    except FileNotFoundError:
        raise DataError(_not_there(found)) from None
    except OSError as error:
        if found.is_dir():
            raise DataError(f"{str(path)!r} is a folder; give a file in it.") from None
        raise DataError(
            f"{str(path)!r} cannot be read: {error.strerror or error}. Give a file that you may "
            "read."
        ) from None


def text_of(path: str | Path) -> str:
    """The text in a file, UTF-8 with or without a byte-order mark.

    Raises
    ------
    DataError
        Where there is no such file, it cannot be read, or it is not in UTF-8.
    """
    try:
        text = bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{str(path)!r} is not in UTF-8 ({error}): save it so.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_there(path: Path) -> str:
    folder = path.absolute().parent
    if not folder.is_dir():
        return f"there is no folder {str(path.parent)!r}, so no file {path.name!r} in it."
    known = [one for one in os.listdir(folder) if (folder / one).is_file()]
    advice = nearest(path.name, known) or ". Look at the name, and at the folder you are in."
    return f"there is no file {path.name!r} in {str(folder)!r}{advice}"
