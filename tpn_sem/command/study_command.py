"""``tpn-sem study FILE``: the variants of the triangle, compared, as a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .._version import __version__
from ..errors import DataError, OptionError
from ..mixed_methods import Interviews, interview_folder
from ..stated_hypotheses import read_hypotheses
from ..survey import Instrument
from ..triangle import Study, bundled_instrument, study
from ..triangle.page import format_number, write_report
from .command import DONE, NO_SOLUTION, Command
from .data_options import (
    accepted_data,
    add_data_options,
    add_repair_options,
    read_data,
    read_instrument,
)
from .fit_options import add_fit_options
from .output_folder import add_output_options, begin_folder

_PRINTED = ["state", "verdict", "df", "chisq", "pvalue", "cfi", "rmsea", "srmr", "bic"]


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_data_options(parser, optional=True)
    add_fit_options(parser)
    parser.add_argument(
        "--skipped", nargs="+", type=float, metavar="CODE", help="codes of skipped answers"
    )
    parser.add_argument("--controls", nargs="+", metavar="COLUMN", help="control variables")
    parser.add_argument("--variants", nargs="+", metavar="NAME", help="only these variants")
    parser.add_argument("--main", metavar="NAME", help="the variant whose paths are reported")
    parser.add_argument(
        "--permutations", type=int, default=1999, help="of schools between groups (default: 1999)"
    )
    parser.add_argument(
        "--no-scrutiny",
        dest="scrutiny",
        action="store_false",
        help="neither local fit nor refits without schools or odd answers",
    )
    parser.add_argument(
        "--hypotheses", metavar="FILE", help="hypotheses that were written down before, a line each"
    )
    parser.add_argument(
        "--interviews",
        metavar="FOLDER",
        help="codebook.csv, coding.csv and, if there, links.csv, interviewees.csv, verdicts.csv",
    )
    parser.add_argument(
        "--coders",
        choices=("any", "both"),
        help="where two coded an interview, count what any of them found, or both",
    )
    add_repair_options(parser)
    add_output_options(parser, default="study")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def _run(options: argparse.Namespace) -> int:
    if options.file is None and options.group is None:
        options.group = "location"
    instrument = read_instrument(options)
    interviews, verdicts = _interviews(options)
    folder = begin_folder(options)
    assert folder is not None
    data = read_data(options)
    if instrument is None:
        _check_bundled_names(data, options)
        instrument = bundled_instrument(data)
    if options.cluster is not None:
        instrument = instrument.changed(school=options.cluster)
    data = accepted_data(data, options, instrument)
    found = study(
        data,
        instrument,
        group=options.group,
        variants=options.variants,
        main=options.main,
        ordered=options.ordered,
        estimator=options.estimator,
        missing=options.missing,
        skipped=options.skipped,
        controls=options.controls or (),
        permutations=options.permutations,
        scrutiny=options.scrutiny,
        hypotheses=None if options.hypotheses is None else read_hypotheses(options.hypotheses),
        interviews=interviews,
        verdicts=verdicts,
        progress=None if options.quiet else _teller(),
    )
    written = write_report(found, folder, __version__)
    _print(found, written[0], folder)
    return DONE if found.contest.n_sound else NO_SOLUTION


def _interviews(options: argparse.Namespace) -> tuple[Interviews | None, Path | None]:
    """Interviews and the file of verdicts, where a folder was named."""
    if options.interviews is not None:
        return interview_folder(options.interviews, coders=options.coders)
    if options.coders is not None:
        raise OptionError("--coders is about interviews: name their folder with --interviews.")
    return None, None


def _check_bundled_names(data: pd.DataFrame, options: argparse.Namespace) -> None:
    """Say how to write an instrument where the columns are not the bundled survey's."""
    wanted = Instrument.numbered().all_items
    if any(name in data.columns for name in wanted):
        return
    raise DataError(
        f"{options.file} has no columns npc1, npc2, ... as the bundled survey: say which columns "
        "measure what in an instrument file. 'tpn-sem check FILE --draft instrument.toml' writes "
        "one to begin with; then --instrument instrument.toml."
    )


def _teller() -> Callable[[str], None]:
    """Progress, a line a step, on standard error."""
    count = 0

    def tell(step: str) -> None:
        nonlocal count
        count += 1
        print(f"{count:3d} {step}", file=sys.stderr, flush=True)

    return tell


def _print(found: Study, page: Path, folder: Path) -> None:
    for note in found.notes:
        print(f"! {note}")
    shown = {name: [_cell(name, value) for value in found.table[name]] for name in _PRINTED}
    print(f"\n{pd.DataFrame(shown, index=found.table.index).to_string()}\n")
    for name, remark in found.contest.remarks:
        print(f"! {name}: {remark}")
    for verdict in found.contest.verdicts:
        print(f"- {verdict}")
    print(f"\nThe page:  {page}")
    print(f"Tables:    {folder / 'tables'}")
    print(f"Figures:   {folder / 'figures'}")


def _cell(name: str, value: object) -> str:
    return value if isinstance(value, str) else format_number(name, value)


COMMAND = Command(_add_options, _run)
