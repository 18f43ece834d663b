"""Mplus input to model text and options, statement by statement; the rest is refused by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import ModelError
from .mplus_statements import Line, MplusModel, by_semicolon

_SECTIONS = (
    "TITLE",
    "DATA",
    "VARIABLE",
    "DEFINE",
    "ANALYSIS",
    "MODEL CONSTRAINT",
    "MODEL INDIRECT",
    "MODEL TEST",
    "MODEL PRIORS",
    "MODEL POPULATION",
    "MODEL",
    "OUTPUT",
    "SAVEDATA",
    "PLOT",
    "MONTECARLO",
)
_WITHOUT_EFFECT = ("TITLE", "DATA", "OUTPUT", "SAVEDATA", "PLOT")
_HEADER = re.compile(
    rf"(?:^|(?<=;))\s*({'|'.join(map(re.escape, _SECTIONS))})(?:[ \t]+(\w+))?\s*:", re.IGNORECASE
)
_ESTIMATORS = ("ML", "MLR", "MLM", "MLMV", "MLF", "GLS", "WLS", "WLSM", "WLSMV", "ULS", "ULSMV")
_LISTS = re.compile(r"\s*(?:=|\bARE\b|\bIS\b)\s*", re.IGNORECASE)
# What a TYPE can say: the model tells it, or it says what is always done.
_TYPES = {"GENERAL", "COMPLEX", "TWOLEVEL", "RANDOM", "MISSING", "H1", "MEANSTRUCTURE"}


@dataclass
class MplusInput:
    """What an Mplus input says.

    Attributes
    ----------
    text : str
        The model in lavaan's language.
    options : dict
        Options of the fit: estimator, ordered, group, cluster and what Mplus does by default.
    """

    text: str
    options: dict[str, Any] = field(default_factory=dict)


def read_mplus(text: str) -> MplusInput:
    """Read an Mplus input, or its MODEL section alone.

    Raises
    ------
    ModelError
        Naming the line that cannot be mapped, and why.
    """
    sections = list(_sections(text))
    model = MplusModel()
    options: dict[str, Any] = {}
    for _, _, lines in (one for one in sections if one[0] == "VARIABLE"):
        options |= _variable_options(model, lines)
    for name, group, lines in sections:
        if name == "ANALYSIS":
            options |= _analysis_options(lines)
        elif name == "MODEL":
            model.read(lines, group or "")
        elif name == "MODEL CONSTRAINT":
            model.read_constraints(lines)
        elif name not in (*_WITHOUT_EFFECT, "VARIABLE"):
            raise (
                lines[0].error(f"{name}: has no counterpart here")
                if lines
                else ModelError(f"Mplus' section {name}: has no counterpart here.")
            )
    model.check()
    if not model.statements:
        raise ModelError("the Mplus input has no MODEL: section.")
    labels = options.pop("_labels", {})
    if "group" in options:
        thresholds = ["thresholds"] if options.get("ordered") else []
        options["group_equal"] = ["loadings", *thresholds, "intercepts"]
        options |= {"group_partial": model.freed} if model.freed else {}
    return MplusInput(model.text(labels), _defaults(options, bool(model.levels)))


def _sections(text: str) -> Iterator[tuple[str, str | None, list[Line]]]:
    """Sections with their lines; a text without headings is one of MODEL."""
    name: str = "MODEL"
    group: str | None = None
    lines: list[Line] = []
    for number, source in enumerate(text.splitlines(), 1):
        bare, place = source.split("!", 1)[0], 0
        for found in _HEADER.finditer(bare):
            lines += _line(number, bare[place : found.start()])
            if lines or name != "MODEL":
                yield name, group, lines
            name, group, lines = " ".join(found[1].upper().split()), found[2], []
            place = found.end()
        lines += _line(number, bare[place:])
    yield name, group, lines


def _line(number: int, text: str) -> list[Line]:
    """A line, if there is anything in it."""
    return [Line(number, text.strip())] if text.strip(" \t;") else []


def _variable_options(model: MplusModel, lines: list[Line]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for statement in by_semicolon(lines):
        name, _, rest = _split_option(statement)
        if name in ("NAMES", "USEVARIABLES", "USEVAR"):
            model.known += [one for one in model.names(Line(statement.number, rest)) if one]
        elif name == "CATEGORICAL":
            options["ordered"] = model.names(Line(statement.number, rest))
        elif name == "CLUSTER":
            options["cluster"] = rest.split()[0]
        elif name == "GROUPING":
            options |= _grouping(statement, rest)
        elif name in ("MISSING", "IDVARIABLE", "AUXILIARY"):
            continue
        elif name == "WEIGHT":
            options["sampling_weights"] = rest.split()[0]
        elif name not in ("WITHIN", "BETWEEN"):
            raise statement.error(f"{name} has no counterpart here")
    return options


def _grouping(statement: Line, rest: str) -> dict[str, Any]:
    """``GROUPING IS school (1 = rural 2 = urban)``."""
    found = re.match(r"(\w+)\s*(?:\((.*)\))?$", rest.strip())
    if found is None:
        raise statement.error("GROUPING names one column, as GROUPING IS school (1=a 2=b)")
    labels = dict(re.findall(r"(-?\d+)\s*=\s*(\w+)", found[2] or ""))
    return {"group": found[1], "_labels": {label.lower(): code for code, label in labels.items()}}


def _analysis_options(lines: list[Line]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for statement in by_semicolon(lines):
        name, _, rest = _split_option(statement)
        value = rest.strip().upper()
        if name == "ESTIMATOR" and value in _ESTIMATORS:
            options["estimator"] = value
        elif name == "PARAMETERIZATION" and value in ("DELTA", "THETA"):
            options["parameterization"] = value.lower()
        elif name == "TYPE" and set(value.split()) <= _TYPES:
            continue
        elif name == "STARTS" and value.split()[0].isdigit():
            options |= {"rstarts": int(value.split()[0])} if int(value.split()[0]) else {}
        elif name == "MODEL" and value == "NOMEANSTRUCTURE":
            options["mean_structure"] = False
        elif name == "INFORMATION" and value in ("EXPECTED", "OBSERVED"):
            options["information"] = value.lower()
        elif name == "BOOTSTRAP" and value.isdigit():
            options |= {"se": "bootstrap", "bootstrap": int(value)}
        elif name in ("PROCESSORS", "ITERATIONS", "CONVERGENCE"):
            continue
        else:
            raise statement.error(f"{name} = {rest.strip()} has no counterpart here")
    return options


def _split_option(statement: Line) -> tuple[str, str, str]:
    found = _LISTS.search(statement.text)
    if found is None:
        raise statement.error("expected NAME = value")
    return statement.text[: found.start()].strip().upper(), "=", statement.text[found.end() :]


def _defaults(options: dict[str, Any], levels: bool) -> dict[str, Any]:
    """What Mplus does where its input is silent."""
    if options.get("ordered"):
        options.setdefault("estimator", "WLSMV")
        return options
    likelihood = options.get("estimator", "ML") in ("ML", "MLR", "MLF")
    if likelihood:
        options.setdefault("missing", "fiml")
    if levels:
        options.setdefault("estimator", "MLR")
    elif options.get("mean_structure") is not False:
        options.setdefault("mean_structure", True)
    elif likelihood:
        options["missing"] = "listwise"
    return options
