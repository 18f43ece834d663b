"""Formulas and baseline models that ``mimic=`` sets, where they have an effect."""

from __future__ import annotations

from ..errors import OptionError
from .baseline_options import check_baseline
from .mplus_formulas import FORMULAS
from .options import Options

_SET: dict[str, dict[str, bool]] = {
    "Mplus": {**dict.fromkeys(FORMULAS, True), "baseline_conditional_x_free_slopes": False},
    "EQS": {"baseline_fixed_x_free_cov": False},
}


def with_mimicked_formulas(options: Options, given: set[str], levels: bool) -> Options:
    """The options with a program's formulas, but for those that were given.

    `options.model.mimic` is the program and what it has set so far, or None where that is nothing.
    """
    program, _, before = (options.model.mimic or "").partition(": ")
    added = {
        name: value
        for name, value in _SET.get(program, {}).items()
        if name not in given and _has_effect(options, name, levels)
    }
    said = [before] * bool(before) + [f"{name}={value}" for name, value in added.items()]
    return options.changed(mimic=f"{program}: {', '.join(said)}" if said else None, **added)


def _has_effect(options: Options, name: str, levels: bool) -> bool:
    if name in FORMULAS:
        return not FORMULAS[name](options, levels)
    try:
        check_baseline(options.changed(**{name: False}), levels)
    except OptionError:
        return False
    return True
