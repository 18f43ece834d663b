"""``tpn-sem check FILE``: what is wrong with the file, and repairs."""

from __future__ import annotations

import argparse

from ..errors import OptionError
from ..files import named_path
from ..survey import Instrument, SurveyCheck, check
from ..writing import csv_text, write_whole
from .command import DONE, FOUND, Command
from .data_options import add_data_options, need_file, read_data, read_instrument, repaired
from .output_folder import add_output_options, begin_folder, write_tables


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_data_options(parser)
    parser.add_argument("--group", metavar="COLUMN", help="groups to be compared")
    parser.add_argument("--cluster", metavar="COLUMN", help="schools")
    parser.add_argument("--id", metavar="COLUMN", help="what tells respondents apart")
    parser.add_argument("--repair", action="append", metavar="KIND", help="apply these repairs")
    parser.add_argument("--save", metavar="FILE.csv", help="where the repaired data go")
    parser.add_argument("--draft", metavar="FILE.toml", help="write an instrument to begin with")
    add_output_options(parser)


def _run(options: argparse.Namespace) -> int:
    need_file(options)
    if bool(options.repair) != bool(options.save):
        raise OptionError("--repair and --save go together: what to repair, and where to put it.")
    if options.draft and not options.draft.lower().endswith(".toml"):
        raise OptionError(f"--draft {options.draft!r}: an instrument is written as .toml.")
    instrument = read_instrument(options)
    folder = begin_folder(options)
    data = read_data(options)
    found = check(data, instrument, group=options.group, school=options.cluster, id=options.id)
    print(found.to_text())
    if options.draft:
        _write_new(options.draft, _draft(found, options.cluster))
    if folder is not None:
        write_tables(
            folder, {"findings": (found.findings, True), "responses": (found.responses, True)}
        )
        write_whole(folder / "check.html", _page(found))
    if options.repair:
        frame = repaired(data, found, options.repair)
        _write_new(options.save, csv_text(frame, index=False))
    return FOUND if found.errors else DONE


def _write_new(path: str, text: str) -> None:
    """Write a file that is not there yet."""
    if named_path(path, OptionError).exists():
        raise OptionError(f"{path!r} is there already: give another name.")
    write_whole(path, text)


def _draft(found: SurveyCheck, school: str | None) -> str:
    """An instrument of the items as they were put together, to be corrected by hand."""
    blocks = {
        name.strip("_. ") or "OTHER": own for name, own in found.constructs.items() if len(own) > 1
    }
    if not blocks:
        raise OptionError("no two columns look like items of one construct: nothing to draft.")
    names = {
        name: name.upper() if name.upper() not in found.names else f"F_{name}" for name in blocks
    }
    made = Instrument({names[name]: own for name, own in blocks.items()}, school=school)
    return (
        "# Drafted from the names of the columns: correct the constructs, and add what you know.\n"
        '# scale = "1-5"          the lowest and highest point\n'
        '# reversed = ["..."]       items worded the other way round\n'
        "# not_applicable = [99]   codes for no answer\n\n"
    ) + made.to_toml()


def _page(found: SurveyCheck) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Check</title></head>'
        f'<body style="font:15px system-ui,sans-serif;margin:2rem">{found._repr_html_()}'
        "</body></html>\n"
    )


COMMAND = Command(_add_options, _run)
