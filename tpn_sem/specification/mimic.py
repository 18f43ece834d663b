"""Defaults of other programs, which ``mimic=`` sets where the user says nothing."""

from __future__ import annotations

from typing import Any

from ..errors import choose

PROGRAMS = ("lavaan", "Mplus", "EQS")
_ALIASES = {
    "mplus": "Mplus",
    "eqs": "EQS",
    "lisrel": "EQS",
    "lavaan": "lavaan",
    "default": "lavaan",
}


def mimic_defaults(values: dict[str, Any]) -> None:
    """Put in the defaults of a program; `values` holds the options by name.

    Raises
    ------
    OptionError
    """
    program = values.get("mimic")
    if not isinstance(program, str):
        return
    program = _ALIASES.get(program.lower(), program)
    choose("mimic", program, PROGRAMS)
    ordered = bool(values.get("ordered"))
    said: list[str] = []
    for name, value in _defaults(program, values, ordered).items():
        if name not in values:
            values[name] = value
            said.append(f"{name}={value!r}")
    values["mimic"] = f"{program}: {', '.join(said)}"


def mimic_note(mimicked: str | None) -> tuple[str, ...]:
    """What ``mimic=`` has set, as it is said on the fit."""
    if not mimicked:
        return ()
    program, _, options = mimicked.partition(": ")
    return (f"mimic={program!r} has set {options}.",)


def _defaults(program: str, values: dict[str, Any], ordered: bool) -> dict[str, Any]:
    """Options as a program has them by default, of a fit with these options."""
    estimator = values.get("estimator", "WLSMV" if ordered else "ML")
    if program == "EQS":
        likelihood = {} if ordered or estimator not in _LIKELIHOOD else {"likelihood": "wishart"}
        random = {} if ordered else {"fixed_x": False}
        return likelihood | random | ({"test": ("yuan_bentler",)} if estimator == "MLR" else {})
    if program != "Mplus":
        return {}
    found: dict[str, Any] = {}
    if not ordered and estimator in ("ML", "MLR"):
        found["missing"] = "fiml"
    if estimator != "PML":
        found["mean_structure"] = True
    if "group" in values:
        means = values.get("mean_structure", True)
        intercepts = ("intercepts",) if means else ()
        found["group_equal"] = ("loadings", "thresholds") if ordered else ("loadings", *intercepts)
    return found


_LIKELIHOOD = ("ML", "MLM", "MLMV", "MLMVS", "MLR", "MLF")
