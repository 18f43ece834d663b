"""Options on how models are fitted, which fit, invariance and the study share."""

from __future__ import annotations

import argparse
import ast
from dataclasses import dataclass
from typing import Any

from ..errors import OptionError
from ..files import text_of
from ..model import Model
from ..survey import Instrument
from .data_options import add_data_options, add_repair_options, need_file, read_instrument
from .output_folder import add_output_options


def add_fit_options(parser: argparse.ArgumentParser) -> None:
    """Groups, clusters, kind of items, estimator, missing answers."""
    group = parser.add_argument_group("fitting")
    group.add_argument("--group", metavar="COLUMN", help="groups to be compared")
    group.add_argument("--cluster", metavar="COLUMN", help="schools, or what rows share")
    group.add_argument("--ordered", action="store_true", help="items are ordinal")
    group.add_argument("--estimator", help="as ML, MLR, WLSMV")
    group.add_argument("--missing", help="fiml, listwise or pairwise")


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Everything that commands of one model take: data, model text, options of a fit, results."""
    add_data_options(parser)
    parser.add_argument("model", nargs="?", help="a file with the model text")
    parser.add_argument(
        "--set",
        action="append",
        metavar="OPTION=VALUE",
        help="any other option of a fit, as --set std_lv=True; again for more",
    )
    add_fit_options(parser)
    add_repair_options(parser)
    add_output_options(parser)


@dataclass(frozen=True)
class ModelRequest:
    """What a command of one model is asked for.

    Attributes
    ----------
    model : Model
    options : dict
        Of the fit.
    instrument : Instrument or None
    """

    model: Model
    options: dict[str, Any]
    instrument: Instrument | None


def read_request(options: argparse.Namespace) -> ModelRequest:
    """Model, options of the fit and instrument, before any work.

    Raises
    ------
    TpnSemError
        For what is not there, or cannot be read.
    """
    need_file(options)
    return ModelRequest(read_model(options), given_fit_options(options), read_instrument(options))


def read_model(options: argparse.Namespace) -> Model:
    """The model that was named.

    Raises
    ------
    TpnSemError
        Where the file is not there, or holds no model.
    """
    if options.model is None:
        raise OptionError(f"name a file with a model: tpn-sem {options.command} FILE model.txt")
    return Model(text_of(options.model))


def given_fit_options(options: argparse.Namespace) -> dict[str, Any]:
    """Options of a fit, those of ``--set`` last."""
    given = {
        "group": options.group,
        "cluster": options.cluster,
        "ordered": options.ordered or None,
        "estimator": options.estimator,
        "missing": options.missing,
    }
    for one in options.set or ():
        name, equals, value = one.partition("=")
        if not equals:
            raise OptionError(f"--set {one!r}: write OPTION=VALUE, as std_lv=True.")
        given[name.strip()] = _value(value.strip())
    return {name: value for name, value in given.items() if value is not None}


def _value(text: str) -> object:
    """A number, True, a list; otherwise the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
