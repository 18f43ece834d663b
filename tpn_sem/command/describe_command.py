"""``tpn-sem describe FILE``: items, scales, missing answers."""

from __future__ import annotations

import argparse

from ..errors import OptionError
from ..survey import describe
from ..writing import write_whole
from .command import DONE, Command
from .data_options import add_data_options, need_file, read_data, read_instrument
from .output_folder import add_output_options, begin_folder, write_tables


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_data_options(parser)
    parser.add_argument("--items", nargs="+", metavar="COLUMN", help="columns to describe")
    parser.add_argument("--group", metavar="COLUMN", help="groups described apart")
    parser.add_argument("--cluster", metavar="COLUMN", help="schools")
    parser.add_argument("--ordered", action="store_true", help="polychoric correlations")
    add_output_options(parser)


def _run(options: argparse.Namespace) -> int:
    need_file(options)
    instrument = read_instrument(options)
    if instrument is not None and options.items:
        raise OptionError("--items and --instrument both say what the items are: give one.")
    folder = begin_folder(options)
    found = describe(
        read_data(options),
        instrument if instrument is not None else options.items,
        group=options.group,
        school=options.cluster,
        ordered=options.ordered,
    )
    print(found.to_text())
    if folder is not None:
        write_tables(folder, {name: (table, True) for name, table in found.tables().items()})
        if len(found.shares):
            write_whole(folder / "answers.svg", str(found.plot_shares()))
        write_whole(folder / "missing.svg", str(found.plot_missing()))
    return DONE


COMMAND = Command(_add_options, _run)
