"""All commands, and what runs them: options, warnings, errors, exit codes."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import NoReturn

from .._version import __version__
from ..errors import TpnSemError, TpnSemWarning, nearest
from .command import EXIT_CODES, FAILED, FOUND, INTERRUPTED, Command
from .data_options import StoppedError, stop_at
from .output_folder import leave_nothing
from .run_files import read_run, say_what_changed, set_defaults

COMMANDS = {
    "check": "find what is wrong with a file before any model",
    "describe": "describe items, scales and missing answers",
    "fit": "fit a model",
    "invariance": "climb the ladder of invariance",
    "study": "fit and compare the variants of the triangle",
    "simulate": "draw data from a model, or a synthetic survey",
}
"""Each command and what it does; ``check_command.py`` and so on are loaded when they are run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; what it prints is for people, and errors say what to do.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process if not given.

    Returns
    -------
    int
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = argparse.Namespace()
    try:
        with _warnings_printed():
            options = _read(given)
            say_what_changed(options)
            code = int(options.run(options))
        if code:
            leave_nothing(options)
        return code
    except StoppedError as stop:
        stop_at(stop.found)
        leave_nothing(options)
        return FOUND
    except (TpnSemError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        leave_nothing(options)
        return FAILED
    except KeyboardInterrupt:
        leave_nothing(options)
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _read(given: list[str]) -> argparse.Namespace:
    """Options, those of a repeated run as defaults."""
    path = _config(given)
    run = None if path is None else read_run(path)
    name = given[0] if given and given[0] in COMMANDS else None
    if run is not None and name is None:
        name = run["command"]
        given = [name, *given]
    parser, own = _parser(name)
    if run is not None and path is not None:
        if run["command"] != name or own is None:
            parser.error(f"{path} repeats {run['command']!r}, which is not the command {name!r}")
        set_defaults(own, run, path)
    return parser.parse_args(given)


def _config(given: list[str]) -> str | None:
    """The run that ``--config`` names, wherever it stands."""
    for place, word in enumerate(given):
        if word == "--config" and place + 1 < len(given):
            return given[place + 1]
        if word.startswith("--config="):
            return word.partition("=")[2]
    return None


class _Parser(argparse.ArgumentParser):
    """Errors that name the nearest command."""

    def error(self, message: str) -> NoReturn:
        if "invalid choice" in message and "argument COMMAND" in message:
            word = message.split("'")[1]
            message = f"unknown command {word!r}{nearest(word, COMMANDS) or ''}"
        super().error(message)


def _parser(name: str | None) -> tuple[_Parser, _Parser | None]:
    """All commands, and the one that is to run with its options."""
    parser = _Parser(
        prog="tpn-sem",
        description="Structural equation modelling for survey research.",
        epilog=EXIT_CODES,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tpn_sem {__version__}")
    several = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    found = None
    for one, summary in COMMANDS.items():
        own = several.add_parser(
            one, help=summary, description=summary, epilog=EXIT_CODES, allow_abbrev=False
        )
        if one == name:
            command: Command = import_module(f".{name}_command", __package__).COMMAND
            command.add_options(own)
            own.set_defaults(run=command.run)
            found = own
    return parser, found


@contextmanager
def _warnings_printed() -> Iterator[None]:
    """Each warning of the library once, as a line on standard error."""
    shown = set()

    def show(message: Warning | str, category: type[Warning], *_: object) -> None:
        text = str(message)
        if issubclass(category, TpnSemWarning) and text not in shown:
            shown.add(text)
            print(f"! {text}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("always", TpnSemWarning)
        warnings.showwarning = show  # type: ignore[assignment]
        yield
