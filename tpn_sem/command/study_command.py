"""``tpn-sem study FILE``: the variants of the triangle, compared, as a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .._version import __version__
from ..drawing import Table
from ..drawing.documents import FORMATS
from ..errors import DataError, OptionError, choose
from ..languages import LANGUAGES
from ..mixed_methods import Interviews, interview_folder
from ..optional_packages import optional
from ..stated_hypotheses import read_hypotheses
from ..survey import Instrument
from ..triangle import Study, bundled_instrument, study
from ..triangle.page import SECTIONS, write_report
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

_FORMATS = {"chisq": "statistic", "bic": "criterion", "df": "count"}
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
    parser.add_argument(
        "--formats",
        nargs="+",
        choices=tuple(FORMATS),
        default=["html"],
        help="of the report (default: html)",
    )
    parser.add_argument(
        "--without",
        nargs="+",
        metavar="SECTION",
        help=f"sections that the report leaves out: {', '.join(SECTIONS)}",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default="en",
        help="of the report: English, Russian or Kazakh (default: en)",
    )
    add_repair_options(parser)
    add_output_options(parser, default="study")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def _run(options: argparse.Namespace) -> int:
    if options.file is None and options.group is None:
        options.group = "location"
    without = [choose("--without", key, SECTIONS) for key in options.without or ()]
    if "docx" in options.formats:
        optional("docx", "documents")
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
    written = write_report(
        found,
        folder,
        __version__,
        formats=options.formats,
        without=without,
        language=options.language,
    )
    _print(found, written[: len(set(options.formats))], folder)
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


def _print(found: Study, reports: list[Path], folder: Path) -> None:
    for note in found.notes:
        print(f"! {note}")
    print(f"\n{Table(found.table[_PRINTED], formats=_FORMATS)}\n")
    for name, remark in found.contest.remarks:
        print(f"! {name}: {remark}")
    for verdict in found.contest.verdicts:
        print(f"- {verdict}")
    print()
    for report in reports:
        print(f"{'The page:' if report.suffix == '.html' else 'Report:':10} {report}")
    print(f"Tables:    {folder / 'tables'}")
    print(f"Figures:   {folder / 'figures'}")


COMMAND = Command(_add_options, _run)
