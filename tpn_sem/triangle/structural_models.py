"""Structural models: how the factors act on each other."""

from __future__ import annotations

from functools import partial

from ..arguments import checked
from ..errors import OptionError, nearest
from ..language import quoted
from ..survey import Instrument
from .constructs import CONTEXT
from .parts import ModelPart


class StructuralModel(ModelPart):
    """Structural lines, which may name columns of the instrument."""


@checked
def written(name: str, text: str) -> StructuralModel:
    """A structural model that names factors only; its statements are separated by ``;``."""
    lines = "\n".join(line.strip() for line in text.split(";"))
    return StructuralModel(name, partial(_as_written, lines))


def _as_written(lines: str, instrument: Instrument) -> str:
    """The lines themselves, whatever the instrument."""
    return lines


def _context(instrument: Instrument) -> str:
    """The roles that the instrument has a column for; it needs one or more."""
    _check_context(instrument)

    def and_of(*roles: str) -> str:
        known = [role for role in roles if role in instrument.context]
        return "".join(f" + {quoted(instrument.context[role])}" for role in known)

    sources = and_of("rural", "mentoring", "change")
    return "\n".join(
        [
            *([f"NPC ~{sources.removeprefix(' +')}"] if sources else []),
            f"KSSE ~ NPC{and_of('comparison')}",
            f"KS + KR ~ NPC + KSSE{and_of('face_to_face')}",
            "KS ~~ KR",
        ]
    )


def _face_to_face(instrument: Instrument) -> str:
    """Face-to-face collaboration as a cause, and as what makes efficacy act more."""
    column = quoted(face_to_face(instrument))
    return f"KS + KR ~ NPC + KSSE + {column} + {column}:KSSE\nKS ~~ KR"


def face_to_face(instrument: Instrument) -> str:
    """The column of face-to-face collaboration.

    Raises
    ------
    OptionError
    """
    column = instrument.context.get("face_to_face")
    if column is None:
        raise OptionError(
            "the instrument names no column for face-to-face collaboration: give "
            "context={'face_to_face': ...}."
        )
    return column


def check_roles(instrument: Instrument) -> None:
    """Refuse contextual factors that the framework has not.

    Raises
    ------
    OptionError
    """
    for role in instrument.context:
        if role not in CONTEXT:
            advice = nearest(role, CONTEXT) or f"; there are {', '.join(CONTEXT)}"
            raise OptionError(f"unknown contextual factor {role!r}{advice}")


def _check_context(instrument: Instrument) -> None:
    """Refuse an instrument without contextual factors."""
    check_roles(instrument)
    if not instrument.context:
        roles = ", ".join(f"{role!r} ({what})" for role, what in CONTEXT.items())
        raise OptionError(
            f"the instrument names no column for any contextual factor: give context={{...}} with "
            f"one or more of {roles}."
        )


NONE = written("all factors covary", "")

STRUCTURAL_MODELS: dict[str, StructuralModel] = {
    model.name: model
    for model in (
        written("additive", "KS + KR ~ NPC + KSSE; NPC ~~ KSSE; KS ~~ KR"),
        written("independent causes", "KS + KR ~ NPC + KSSE; NPC ~~ 0*KSSE; KS ~~ KR"),
        written(
            "same effects",
            # In units of what is left of each outcome, so that no item's unit matters: with the
            # same predictors that is equality of standardised paths.
            "KS ~ a*NPC + c*KSSE; KR ~ b*NPC + d*KSSE; NPC ~~ KSSE; KS ~~ KR;"
            "KS ~~ s*KS; KR ~~ r*KR; a*sqrt(r) == b*sqrt(s); c*sqrt(r) == d*sqrt(s)",
        ),
        written(
            "partial mediation",
            "KSSE ~ a*NPC; KS ~ c*NPC + b*KSSE; KR ~ e*NPC + d*KSSE; KS ~~ KR;"
            "indirect_KS := a*b; indirect_KR := a*d; total_KS := c + a*b; total_KR := e + a*d",
        ),
        written(
            "full mediation",
            "KSSE ~ a*NPC; KS ~ b*KSSE; KR ~ d*KSSE; KS ~~ KR;"
            "indirect_KS := a*b; indirect_KR := a*d",
        ),
        written("rival mediator", "NPC ~ KSSE; KS + KR ~ NPC; KS ~~ KR"),
        written("mastery", "KS + KR ~ NPC; KS ~~ KR; KSSE ~ NPC + KS + KR"),
        written("chain", "KSSE ~ NPC; KS ~ KSSE; KR ~ KS"),
        written("sharing first", "KSSE ~ NPC; KS ~ NPC + KSSE; KR ~ NPC + KS"),
        written("exchange", "KSSE ~ NPC; KS ~ NPC + KSSE + b*KR; KR ~ NPC + KSSE + b*KS"),
        written("instrumented exchange", "KSSE ~ NPC; KS ~ KSSE + KR; KR ~ NPC + KS"),
        written("free exchange", "KSSE ~ NPC; KS ~ NPC + KSSE + KR; KR ~ NPC + KSSE + KS"),
        written("two facets", "KE =~ KS + KR; KSSE ~ NPC; KE ~ NPC + KSSE"),
        written("one disposition", "T =~ NPC + KSSE + KS + KR"),
        written("three apexes", "KE =~ KS + KR; T =~ NPC + KSSE + KE"),
        StructuralModel("context", _context),
        written("moderation", "KS + KR ~ NPC + KSSE + NPC:KSSE; KS ~~ KR"),
        StructuralModel("face-to-face moderation", _face_to_face),
    )
}
