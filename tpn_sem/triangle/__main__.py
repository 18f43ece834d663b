"""Run the study: ``python -m tpn_sem.triangle --out study``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from .._version import __version__
from ..datasets import teachers_csv_path
from ..errors import DataError, TpnSemError
from ..writing import check_folder
from .page import format_number, write_report
from .study import study

_PRINTED = ["rank", "df", "chisq", "pvalue", "cfi", "rmsea", "srmr", "bic", "delta_bic"]


def main(arguments: list[str] | None = None) -> int:
    """Read the survey, run the study, write the folder and say where things lie."""
    options = _parser().parse_args(arguments)
    try:
        check_folder(options.out, "--out")
        data = _read(options.data)
        found = study(data, group=options.group or None)
        written = write_report(found, options.out, __version__)
    except (TpnSemError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for note in found.notes:
        print(f"! {note}")
    print()
    print(_printed(found.table[_PRINTED]))
    print()
    for name, remark in found.contest.remarks:
        print(f"! {name}: {remark}")
    for verdict in found.contest.verdicts:
        print(f"- {verdict}")
    print(f"\nThe page:  {written[0]}")
    print(f"Tables:    {Path(options.out) / 'tables'}")
    print(f"Figures:   {Path(options.out) / 'figures'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tpn_sem.triangle",
        description="Fit and compare the variants of the triangle, and write a report.",
    )
    parser.add_argument("--out", default="study", help="folder to write (default: study)")
    parser.add_argument("--data", help="CSV with the survey's columns (default: the synthetic one)")
    parser.add_argument(
        "--group", default="location", help="group column (default: location; '' for none)"
    )
    return parser


def _printed(table: pd.DataFrame) -> str:
    """The table with as many digits as on the page."""
    shown = {
        column: [format_number(str(column), value) for value in table[column]] for column in table
    }
    return str(pd.DataFrame(shown, index=table.index).to_string())


def _read(path: str | None) -> pd.DataFrame:
    if path is not None:
        try:
            return pd.read_csv(path)
        except ValueError as error:
            raise DataError(f"{path} cannot be read as CSV in UTF-8: {error}") from error
    data = pd.read_csv(teachers_csv_path())
    data.attrs["synthetic"] = True
    return data


if __name__ == "__main__":
    raise SystemExit(main())
