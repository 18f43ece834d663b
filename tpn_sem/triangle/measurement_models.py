"""Measurement models: which factors the items of the instrument measure."""

from __future__ import annotations

from functools import partial

from ..language import quoted
from ..survey import Instrument
from .constructs import CONSTRUCTS
from .parts import ModelPart


class MeasurementModel(ModelPart):
    """Measurement lines."""


def _four(instrument: Instrument) -> str:
    return "\n".join(instrument.measure(name) for name in CONSTRUCTS)


def _all(instrument: Instrument) -> str:
    """A factor for each construct that the instrument has, whatever they are."""
    return "\n".join(instrument.measure(name) for name in instrument.items)


def _merged(groups: tuple[tuple[str, ...], ...], instrument: Instrument) -> str:
    """Each group of constructs is one factor, named by its members."""
    return "\n".join(instrument.measure("_".join(group), *group) for group in groups)


def _one_apex(instrument: Instrument) -> str:
    return "\n".join(
        [
            instrument.measure("NPC"),
            instrument.measure("KSSE"),
            instrument.measure("KE", "KS", "KR"),
        ]
    )


def _general(instrument: Instrument) -> str:
    return instrument.measure("G", *CONSTRUCTS)


def _specific(instrument: Instrument) -> str:
    """Bifactor S-1: a general factor of exchange, a specific one of receiving (Eid, 2000)."""
    return f"{_one_apex(instrument)}\n{instrument.measure('KRs', 'KR')}\nKE ~~ 0*KRs"


def _method(equal: bool, instrument: Instrument) -> str:
    """Four factors and an orthogonal method factor on all items (Podsakoff et al., 2003)."""
    weight = "1*" if equal else "NA*"
    items = [weight + quoted(item) for name in CONSTRUCTS for item in instrument.items[name]]
    lines = [_four(instrument), f"M =~ {' + '.join(items)}"]
    lines += [f"M ~~ 0*{name}" for name in CONSTRUCTS]
    if not equal:
        lines.append("M ~~ 1*M")
    return "\n".join(lines)


FOUR_FACTORS = MeasurementModel("four factors", _four)
ALL_CONSTRUCTS = MeasurementModel("all constructs", _all)
ONE_APEX = MeasurementModel("one apex", _one_apex)
GENERAL = MeasurementModel("general factor", _general)
_SOURCES = (("NPC", "KSSE"), ("KS",), ("KR",))
MERGED_PAIRS = MeasurementModel("merged pairs", partial(_merged, (("NPC", "KSSE"), ("KS", "KR"))))
MERGED_SOURCES = MeasurementModel("merged sources", partial(_merged, _SOURCES))
SPECIFIC = MeasurementModel("bifactor (S-1)", _specific)
METHOD_EQUAL = MeasurementModel("common method, equal", partial(_method, True))
METHOD_FREE = MeasurementModel("common method, free", partial(_method, False))

MEASUREMENT_MODELS: dict[str, MeasurementModel] = {
    model.name: model
    for model in (
        FOUR_FACTORS,
        ALL_CONSTRUCTS,
        ONE_APEX,
        GENERAL,
        MERGED_PAIRS,
        MERGED_SOURCES,
        SPECIFIC,
        METHOD_EQUAL,
        METHOD_FREE,
    )
}
