"""Options on the data, which most commands share: the file, how it is read, its instrument."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from ..datasets import teachers_csv_path
from ..errors import OptionError
from ..survey import Instrument, SurveyCheck, check, prepare, read_survey

SYNTHETIC = "the bundled synthetic survey"


def add_data_options(parser: argparse.ArgumentParser, optional: bool = False) -> None:
    """The file, and an option for each thing that reading it takes."""
    help_text = "CSV, Excel, SPSS, Stata, Parquet or Feather"
    if optional:
        help_text += f" (default: {SYNTHETIC})"
    parser.add_argument("file", nargs="?", help=help_text)
    group = parser.add_argument_group("reading the file (recognised where not given)")
    group.add_argument("--encoding", help="as utf-8, windows-1251")
    group.add_argument("--separator", help="between columns: , ; tab |")
    group.add_argument("--decimal", choices=(".", ","), help="the decimal mark")
    group.add_argument("--sheet", help="name or number of the sheet")
    group.add_argument("--header", type=int, help="row of the headings, from 1")
    group.add_argument("--clean-names", action="store_true", help="make headings short names")
    group.add_argument(
        "--missing-text", action="append", metavar="TEXT", help="a further text for no answer"
    )
    group.add_argument(
        "--labels", action="append", metavar="COLUMN", help="value labels in place of codes"
    )
    group.add_argument(
        "--user-missing", choices=("missing", "keep"), help="user-missing codes of SPSS"
    )
    group.add_argument("--instrument", metavar="FILE", help="TOML or a sheet: which items are what")


def read_data(options: argparse.Namespace) -> pd.DataFrame:
    """The data that the options name, and what was decided in reading them, printed.

    Raises
    ------
    TpnSemError
        Where the file cannot be read, or none was named.
    """
    given = {
        "encoding": options.encoding,
        "separator": "\t" if options.separator in ("tab", "\\t") else options.separator,
        "decimal": options.decimal,
        "sheet": _sheet(options.sheet),
        "header": options.header,
        "clean_names": options.clean_names or None,
        "missing": options.missing_text,
        "labels": options.labels,
        "user_missing": options.user_missing,
    }
    known = {name: value for name, value in given.items() if value is not None}
    if options.file is None and known:
        raise OptionError(f"{', '.join(known)}: options on reading a file, and none is named.")
    if options.file is None:
        return _bundled()
    data = read_survey(options.file, **known)
    print(data.attrs["reading"], file=sys.stderr)
    return data


def _bundled() -> pd.DataFrame:
    data = pd.read_csv(teachers_csv_path())
    data.attrs["synthetic"] = True
    return data


def _sheet(given: str | None) -> str | int | None:
    return int(given) if given is not None and given.isdigit() else given


def need_file(options: argparse.Namespace) -> None:
    """Refuse to go on without a file.

    Raises
    ------
    OptionError
    """
    if options.file is None:
        raise OptionError("name a file: tpn-sem " + options.command + " FILE ...")


def read_instrument(options: argparse.Namespace) -> Instrument | None:
    """The instrument that was named, if any."""
    if options.instrument is None:
        return None
    return Instrument.from_file(Path(options.instrument))


def add_repair_options(parser: argparse.ArgumentParser) -> None:
    """What is done about errors that the check finds."""
    group = parser.add_argument_group("what the check finds")
    group.add_argument(
        "--repair",
        action="append",
        metavar="KIND",
        help="apply repairs of this kind, a number of a finding, or 'all' (those of errors and "
        "warnings); again for more",
    )
    group.add_argument(
        "--anyway", action="store_true", help="go on although the check finds errors"
    )


def repaired(
    data: pd.DataFrame,
    found: SurveyCheck,
    asked: list[str] | None,
) -> pd.DataFrame:
    """The data with the repairs asked for, each printed."""
    if not asked:
        return data
    frame = found.apply(*[int(one) if one.isdigit() else one for one in asked])
    for line in frame.attrs["repairs"]:
        print(f"repaired: {line}", file=sys.stderr)
    return frame


class StoppedError(Exception):
    """The check found errors, and was not told to go on."""

    def __init__(self, found: SurveyCheck):
        super().__init__(found.verdict)
        self.found = found


def accepted_data(
    data: pd.DataFrame, options: argparse.Namespace, instrument: Instrument
) -> pd.DataFrame:
    """Data after the repairs asked for.

    Raises
    ------
    StoppedError
        Where errors are left, unless the user wants to go on.
    """
    names = {"group": options.group, "school": options.cluster}
    found = check(data, instrument, **names)
    if options.repair:
        data = repaired(data, found, options.repair)
        found = check(data, instrument, **names)
    if found.errors and not options.anyway:
        raise StoppedError(found)
    return data


def rows_for_model(options: argparse.Namespace, instrument: Instrument | None) -> pd.DataFrame:
    """Data as models need them: checked and prepared where an instrument says what they are.

    Raises
    ------
    OptionError
        For repairs without an instrument.
    StoppedError
        Where the check finds errors.
    """
    if instrument is None and (options.repair or options.anyway):
        raise OptionError("--repair and --anyway are about a check: name an --instrument for it.")
    data = read_data(options)
    if instrument is None:
        return data
    return prepare(accepted_data(data, options, instrument), instrument)


def stop_at(found: SurveyCheck) -> None:
    """Print what stopped a command, and what can be done."""
    print(found.to_text())
    by_hand = [
        str(place)
        for place, one in enumerate(found.found, 1)
        if one.severity == "error" and one.repair is None
    ]
    ways = ["Correct the file or the instrument"]
    if len(by_hand) < len(found.errors):
        ways.append("repeat with --repair KIND (or --repair all)")
    ways.append("go on with --anyway, if you know better")
    print(
        f"\nStopped: the errors above make numbers wrong. {'; or '.join(ways)}.",
        file=sys.stderr,
    )
    if by_hand:
        print(f"No repair is known for {', '.join(by_hand)}.", file=sys.stderr)
