"""``tpn-sem simulate``: data from a model text with numbers, or a new synthetic survey."""

from __future__ import annotations

import argparse

from ..datasets import teachers
from ..errors import OptionError
from ..files import named_path
from ..resampling import simulate
from ..writing import csv_text, write_whole
from .command import DONE, Command
from .fit_options import read_model


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model", nargs="?", help="a model text with numbers (default: the teachers' survey)"
    )
    parser.add_argument("--n", type=int, help="number of rows")
    parser.add_argument("--seed", type=int, help="the same seed gives the same data")
    parser.add_argument("--shares", nargs="+", type=float, help="shares of the answers 1, 2, ...")
    parser.add_argument("--out", metavar="FILE.csv", help="file to write (default: print)")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def _run(options: argparse.Namespace) -> int:
    if (
        options.out is not None
        and named_path(options.out, OptionError).exists()
        and not options.overwrite
    ):
        raise OptionError(f"--out={options.out!r} is there: give another name, or --overwrite.")
    if options.model is None:
        if options.n is not None or options.shares is not None:
            raise OptionError("--n and --shares are for a model; the survey has 440 teachers.")
        data = teachers(**({} if options.seed is None else {"seed": options.seed}))
    else:
        data = simulate(read_model(options), options.n, seed=options.seed, shares=options.shares)
    text = csv_text(data.convert_dtypes(), index=False)  # whole numbers without a decimal mark
    if options.out is not None:
        write_whole(options.out, text)
    else:
        print(text, end="")
    return DONE


COMMAND = Command(_add_options, _run)
