"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pandas as pd
from pandas.api.types import is_numeric_dtype

from .errors import OptionError
from .files import named_path

_OPERATORS = ("=~", "==")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@contextmanager
def written_whole(path: str | Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes its place when it is complete.

    What was there stays until then, and also where writing fails: the disk is full, or the
    process is interrupted.

    Raises
    ------
    OptionError
        Where it cannot be written.
    """
    target = Path(os.path.realpath(named_path(path, OptionError)))
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    if target.exists() and not target.is_file():
        beside = target  # a pipe or a terminal; a folder is refused when it is opened
    try:
        with beside.open("wb") as file:
            yield file
        if beside != target:
            beside.replace(target)
    except OSError as error:
        raise OptionError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from None
    finally:
        if beside != target:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def write_whole(path: str | Path, text: str) -> None:
    """Write a text in UTF-8.

    Raises
    ------
    OptionError
        Where it cannot be written.
    """
    with written_whole(path) as file:
        file.write(text.encode("utf-8", errors="surrogatepass"))


def check_folder(path: str | Path, option: str) -> None:
    """See that a folder can be made, or written to, without making it: before long computing.

    Raises
    ------
    OptionError
        Naming the option that gave the path.
    """
    folder = named_path(path, OptionError).absolute()
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir():
        raise _no_folder(option, path, f"{there} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        raise _no_folder(option, path, f"{there} does not let you write")


def _no_folder(option: str, path: str | Path, reason: str) -> OptionError:
    return OptionError(
        f"{option}={str(path)!r}: nothing can be written there ({reason}). Give another folder."
    )


def make_folder(path: str | Path, option: str) -> Path:
    """Make a folder, if it is not there, and see that files can be written to it.

    Raises
    ------
    OptionError
        Naming the option that gave the path.
    """
    folder = named_path(path, OptionError)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}.part"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = "it is a file" if folder.is_file() else error.strerror or str(error)
        raise _no_folder(option, path, reason) from None
    return folder


def csv_text(table: pd.DataFrame, index: bool = True) -> str:
    """A table as CSV in which no text is a formula to a spreadsheet program.

    Texts that begin as formulas do get an apostrophe before them, but for the operators of the
    model language.
    """
    frame = table.reset_index() if index else table
    columns = {
        name: frame[name].map(_harmless) for name in frame if not is_numeric_dtype(frame[name])
    }
    frame = frame.assign(**columns) if all(isinstance(name, str) for name in columns) else frame
    return frame.rename(columns=_harmless).to_csv(index=False)


def _harmless(value: object) -> object:
    """The value itself unless it is a text that a spreadsheet would compute."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    return value if value in _OPERATORS or _NUMBER.fullmatch(value) else f"'{value}"
