"""A run that is repeated: options from a file, as defaults of the command line."""

from __future__ import annotations

import argparse
import sys
import tomllib
from typing import Any

from ..errors import DataError, OptionError, nearest
from ..files import text_of
from .output_folder import hashes


def read_run(path: str) -> dict[str, Any]:
    """A run.toml.

    Raises
    ------
    DataError
        Where it is not there or no TOML.
    OptionError
        Where it is no run.
    """
    try:
        run = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"--config={path!r} is no TOML: {error}.") from None
    if not isinstance(run.get("command"), str) or not isinstance(run.get("options", {}), dict):
        raise OptionError(f"--config={path!r} is no run: it names no command.")
    for key in run:
        if key not in _PARTS:
            advice = nearest(key, _PARTS) or "."
            raise OptionError(f"--config={path!r}: a run has no {key!r}{advice}")
    if "options" not in run:
        raise OptionError(f"--config={path!r} is damaged: it has no [options].")
    return run


_PARTS = ("command", "options", "sha256", "versions")


def set_defaults(parser: argparse.ArgumentParser, run: dict[str, Any], path: str) -> None:
    """The options of a run as the defaults of a parser.

    Raises
    ------
    OptionError
        For an option that the command has not.
    """
    actions = {action.dest: action for action in parser._actions}
    for name, value in run.get("options", {}).items():
        if name not in actions:
            advice = nearest(name, actions) or f"; there are {', '.join(sorted(actions))}"
            raise OptionError(f"--config={path!r}: {run['command']} has no option {name!r}{advice}")
        choices = actions[name].choices
        if choices is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            if one not in choices:
                raise OptionError(
                    f"--config={path!r}: {name}={one!r} can be {', '.join(map(str, choices))}."
                )
    parser.set_defaults(**run.get("options", {}), hashes=run.get("sha256", {}))


def say_what_changed(options: argparse.Namespace) -> None:
    """Warn where a file is another than in the run that is repeated."""
    before = getattr(options, "hashes", None)
    if not before:
        return
    for name, digest in hashes(options).items():
        if name in before and before[name] != digest:
            print(
                f"! {name} has changed since that run: its numbers will not repeat.",
                file=sys.stderr,
            )
