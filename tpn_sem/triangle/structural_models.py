"""Structural models: how the factors act on each other."""

from __future__ import annotations

from functools import partial

from ..arguments import checked
from .instrument import Instrument
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
    column = instrument.column
    return "\n".join(
        [
            f"NPC ~ {column('rural')} + {column('mentoring')} + {column('change')}",
            f"KSSE ~ NPC + {column('comparison')}",
            f"KS + KR ~ NPC + KSSE + {column('face_to_face')}",
            "KS ~~ KR",
        ]
    )


NONE = written("all factors covary", "")

STRUCTURAL_MODELS: dict[str, StructuralModel] = {
    model.name: model
    for model in (
        written("additive", "KS + KR ~ NPC + KSSE; NPC ~~ KSSE; KS ~~ KR"),
        written("independent causes", "KS + KR ~ NPC + KSSE; NPC ~~ 0*KSSE; KS ~~ KR"),
        written(
            "same effects",
            "KS ~ a*NPC + c*KSSE; KR ~ a*NPC + c*KSSE; NPC ~~ KSSE; KS ~~ KR",
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
        written("moderation", "KS + KR ~ NPC + KSSE + NPCxKSSE; KS ~~ KR"),
    )
}
