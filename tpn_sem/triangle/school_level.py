"""The triangle within schools and between them: schools as a level of the model."""

from __future__ import annotations

from itertools import combinations_with_replacement

from ..language import quoted
from ..survey import Instrument
from .constructs import CONSTRUCTS
from .measurement_models import MeasurementModel
from .structural_models import StructuralModel
from .variants import Variant

_PATHS = (("KS", "NPC"), ("KS", "KSSE"), ("KR", "NPC"), ("KR", "KSSE"))


def _measured(instrument: Instrument) -> str:
    """Nothing: both levels stand in one text, which the structural part writes."""
    return ""


def _levels(instrument: Instrument) -> str:
    """Factors with the same loadings at both levels, and paths within schools.

    Equal loadings make a factor between schools the schools' part of that within, and items differ
    between schools by their factors only (Stapleton, Yang & Hancock, 2016): the few schools of a
    survey could not tell more. Between schools the factors covary, and their paths are defined by
    what covaries, so that a school variance near zero makes a path uncertain and no fit fail.
    """
    items = [item for name in CONSTRUCTS for item in instrument.items[name]]
    rural = instrument.context.get("rural")
    lines = ["level: 1", *_loadings(instrument), *_within()]
    lines += ["level: 2", *_loadings(instrument), *_between()]
    lines += [f"{quoted(item)} ~~ 0*{quoted(item)}" for item in items]
    if rural is not None:
        lines.append(f"{' + '.join(CONSTRUCTS)} ~ {quoted(rural)}")
    return "\n".join([*lines, *_between_paths()])


def _loadings(instrument: Instrument) -> list[str]:
    lines = []
    for name in CONSTRUCTS:
        first, *others = map(quoted, instrument.items[name])
        labelled = [f"l_{name}_{place}*{item}" for place, item in enumerate(others, start=2)]
        lines.append(f"{name} =~ {' + '.join([first, *labelled])}")
    return lines


def _within() -> list[str]:
    paths = [
        f"{outcome} ~ {_path('w', outcome, 'NPC')}*NPC + {_path('w', outcome, 'KSSE')}*KSSE"
        for outcome in ("KS", "KR")
    ]
    return [*paths, "NPC ~~ KSSE", "KS ~~ KR"]


def _between() -> list[str]:
    """All covariances of the factors between schools, under labels."""
    return [
        f"{one} ~~ {_moment(one, two)}*{two}"
        for one, two in combinations_with_replacement(CONSTRUCTS, 2)
    ]


def _between_paths() -> list[str]:
    """Paths between schools, and contextual effects: what a school adds to a teacher's own."""
    lines = []
    total = f"({_moment('NPC', 'NPC')}*{_moment('KSSE', 'KSSE')} - {_moment('NPC', 'KSSE')}^2)"
    for outcome, source in _PATHS:
        other = "KSSE" if source == "NPC" else "NPC"
        own = f"{_moment(source, outcome)}*{_moment(other, other)}"
        lost = f"{_moment(other, outcome)}*{_moment('NPC', 'KSSE')}"
        between = _path("b", outcome, source)
        lines.append(f"{between} := ({own} - {lost}) / {total}")
        within = _path("w", outcome, source)
        lines.append(f"{_path('context', outcome, source)} := {between} - {within}")
    return lines


def _path(mark: str, outcome: str, source: str) -> str:
    return f"{mark}_{outcome}_{source}"


def _moment(one: str, two: str) -> str:
    """Label of a covariance between schools, whichever factor comes first."""
    first, second = sorted((one, two), key=tuple(CONSTRUCTS).index)
    return f"c_{first}_{second}"


SCHOOLS_AS_A_LEVEL = Variant(
    "schools as a level",
    "need and efficacy act within schools and between them",
    measurement=MeasurementModel("four factors at each level", _measured),
    structural=StructuralModel("additive within schools, all covary between", _levels),
    same_variables=False,
)
"""The additive triangle at both levels, for fits with ``cluster=``; none of the usual variants."""
