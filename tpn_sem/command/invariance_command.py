"""``tpn-sem invariance FILE model.txt --group ...``: the ladder."""

from __future__ import annotations

import argparse

from ..errors import OptionError
from ..groups.invariance import invariance
from ..writing import write_whole
from .command import DONE, NO_SOLUTION, Command
from .data_options import rows_for_model
from .fit_options import add_model_options, read_request
from .output_folder import begin_folder, write_tables


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_model_options(parser)
    parser.add_argument("--partial", action="store_true", help="look for exceptions")


def _run(options: argparse.Namespace) -> int:
    asked = read_request(options)
    if "group" not in asked.options:
        raise OptionError("--group: name the column whose groups are compared.")
    folder = begin_folder(options)
    data = rows_for_model(options, asked.instrument)
    ladder = invariance(asked.model, data, partial=options.partial, **asked.options)
    print(ladder.to_text())
    if folder is not None:
        write_whole(folder / "ladder.txt", f"{ladder}\n")
        write_tables(folder, {"invariance": (ladder.table, True)})
        if options.partial:
            write_tables(folder, {"search": (ladder.search_path, True)})
    return DONE if all(fit.converged for fit in ladder.fits.values()) else NO_SOLUTION


COMMAND = Command(_add_options, _run)
