"""The folder that a command writes: made first, never overwritten in silence, with its run."""

from __future__ import annotations

import argparse
import hashlib
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from .._version import __version__
from ..datasets import teachers_csv_path
from ..errors import OptionError
from ..files import named_path
from ..survey import toml_text
from ..writing import csv_text, make_folder, write_whole

_PACKAGES = ("numpy", "scipy", "pandas")
_NOT_OF_A_RUN = ("command", "config", "overwrite", "out", "quiet", "run", "hashes", "made")
PATHS = ("file", "instrument", "model", "interviews", "hypotheses")


def add_output_options(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Where results go."""
    group = parser.add_argument_group("results")
    shown = f" (default: {default})" if default else ""
    group.add_argument("--out", default=default, metavar="DIR", help=f"folder to write{shown}")
    group.add_argument("--overwrite", action="store_true", help="write into a folder that is there")
    group.add_argument("--config", metavar="RUN.TOML", help="repeat a run; other options go before")


def begin_folder(options: argparse.Namespace) -> Path | None:
    """Make the folder before any work, and write into it what repeats the run.

    Raises
    ------
    OptionError
        Where it cannot be made, or holds something and ``--overwrite`` was not given.
    """
    if options.out is None:
        if options.overwrite:
            raise OptionError("--overwrite is about a folder: name it with --out.")
        return None
    target = named_path(options.out, OptionError)
    if target.is_dir() and any(target.iterdir()) and not options.overwrite:
        raise OptionError(
            f"--out={options.out!r} is there and not empty: give another folder, or --overwrite."
        )
    made = make_folder(target, "--out")
    options.made = made
    write_whole(made / "run.toml", toml_text(_run(options)))
    return made


def leave_nothing(options: argparse.Namespace) -> None:
    """Remove a folder that holds nothing but the run, when that came to nothing."""
    made = getattr(options, "made", None)
    if made is not None and {one.name for one in made.iterdir()} == {"run.toml"}:
        with suppress(OSError):
            (made / "run.toml").unlink()
            made.rmdir()


def _run(options: argparse.Namespace) -> dict[str, Any]:
    """What repeats the run: the command, its options, data and versions."""
    asked = {
        name: str(named_path(value).resolve()) if name in PATHS else value
        for name, value in vars(options).items()
        if name not in _NOT_OF_A_RUN and value not in (None, False, [])
    }
    return {
        "command": options.command,
        "options": asked,
        "sha256": hashes(options),
        "versions": {
            "tpn_sem": __version__,
            "python": sys.version.split()[0],
            **{name: _version(name) for name in _PACKAGES},
        },
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def hashes(options: argparse.Namespace) -> dict[str, str]:
    """Digest of each file that a run reads."""
    found = {}
    for name in PATHS:
        given = getattr(options, name, None)
        path = None if given is None else named_path(given)
        if path is not None and path.is_file():
            found[name] = _digest(path)
        elif path is not None and path.is_dir():
            files = sorted(one for one in path.glob("*.csv") if one.is_file())
            found |= {f"{name}/{one.name}": _digest(one) for one in files}
    if "file" not in found and options.command == "study":
        found["bundled survey"] = _digest(teachers_csv_path())
    return found


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_tables(folder: Path, tables: dict[str, tuple[pd.DataFrame, bool]]) -> None:
    """Tables as CSV, each with its index or without."""
    for name, (table, index) in tables.items():
        write_whole(folder / f"{name}.csv", csv_text(table, index))
