"""The steps of a ladder: what each holds equal over groups."""

from __future__ import annotations

from collections.abc import Sequence

from ..arguments import as_names
from ..errors import OptionError, choose, nearest

STEPS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
"""Continuous items (Meredith, 1993)."""

ORDINAL_STEPS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "thresholds": ("thresholds",),
    "loadings": ("thresholds", "loadings"),
    "intercepts": ("thresholds", "loadings", "intercepts"),
    "residuals": ("thresholds", "loadings", "intercepts", "residuals"),
}
"""Ordinal items (Wu & Estabrook, 2016)."""

FURTHER_STEPS = {
    "variances": "lv_variances",
    "covariances": "lv_covariances",
    "means": "means",
    "paths": "regressions",
}
"""What may be held equal beyond the measurement, on top of all that came before."""

_OLD_NAMES = {"weak": "metric", "strong": "scalar"}
_SAME = {"metric": "loadings", "scalar": "intercepts", "strict": "residuals"}


def read_steps(given: object, ordinal: bool, delta: bool) -> dict[str, tuple[str, ...]]:
    """The steps asked for and the sets of parameters that each holds equal.

    Raises
    ------
    OptionError
        For a step that is unknown, not of these items, or out of order.
    """
    known = ORDINAL_STEPS if ordinal else STEPS
    names = as_names("steps", given)
    if not names:
        return {name: sets for name, sets in known.items() if not (delta and name == "residuals")}
    found: dict[str, tuple[str, ...]] = {}
    held: tuple[str, ...] = ()
    for name in names:
        _check(name, known, ordinal, delta)
        own = known[name] if name in known else (FURTHER_STEPS[name],)
        if not set(held) <= {*own, *held} or (name in known and not set(own) >= _measured(held)):
            raise OptionError(f"steps: {name!r} holds less equal than the step before it.")
        held = tuple(dict.fromkeys((*held, *own)))
        if name in found:
            raise OptionError(f"steps names {name!r} twice.")
        found[name] = held
    return found


def _measured(held: Sequence[str]) -> set[str]:
    return set(held) - set(FURTHER_STEPS.values())


def _check(name: str, known: dict[str, tuple[str, ...]], ordinal: bool, delta: bool) -> None:
    others = STEPS if ordinal else ORDINAL_STEPS
    if name in _OLD_NAMES:
        meant = _SAME[_OLD_NAMES[name]] if ordinal else _OLD_NAMES[name]
        raise OptionError(f"steps: {name!r} is called {meant!r} here.")
    if name not in known and name in others:
        kind = "ordinal" if ordinal else "continuous"
        same = {**_SAME, **{new: old for old, new in _SAME.items()}}.get(name)
        advice = f"; did you mean {same!r}?" if same in known else nearest(name, known) or "."
        raise OptionError(f"steps: {name!r} is no step of {kind} items{advice}")
    choose("steps", name, [*known, *FURTHER_STEPS])
    if delta and name == "residuals":
        raise OptionError(
            "steps: residual variances are no parameters with parameterization='delta'; leave it "
            "out, or take 'theta'."
        )
