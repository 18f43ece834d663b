"""A variant of the triangle: efficacy, then sharing, then receiving, one after the other."""

from __future__ import annotations

from tpn_sem.triangle import CONSTRUCTS, Instrument, MeasurementModel, StructuralModel, Variant


def alike_worded(instrument: Instrument) -> str:
    """Four factors; the first items of sharing and of receiving are worded alike."""
    lines = [instrument.measure(name) for name in CONSTRUCTS]
    return "\n".join([*lines, f"{instrument.items['KS'][0]} ~~ {instrument.items['KR'][0]}"])


def one_after_the_other(instrument: Instrument) -> str:
    """The need acts on efficacy and on receiving."""
    return "KSSE ~ NPC\nKS ~ KSSE\nKR ~ KS + NPC"


SERIAL_SHARING = Variant(
    name="serial sharing",
    claim="who feels able shares, and who shares receives",
    measurement=MeasurementModel("four factors, one pair worded alike", alike_worded),
    structural=StructuralModel("serial sharing", one_after_the_other),
)
