"""The variants of the triangle: a claim of the study, put as a model.

A new one is a `Variant`, passed to ``study(..., variants=[...])``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ..arguments import checked
from ..model import Model
from .constructs import CONSTRUCTS
from .instrument import Instrument
from .measurement_models import FOUR_FACTORS, MEASUREMENT_MODELS, MeasurementModel
from .products import add_products, product_names
from .structural_models import NONE, STRUCTURAL_MODELS, StructuralModel


@checked
def _unchanged(data: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    return data


@checked
@dataclass(frozen=True)
class Variant:
    """One reading of the triangle.

    Attributes
    ----------
    name : str
    claim : str
        What it claims, in plain words.
    sentence : str
        The sentence of the study that it encodes; empty for a rival that the study does not name.
    measurement : MeasurementModel
    structural : StructuralModel
    prepare : callable
        From data and instrument to the data with the columns that the variant adds.
    same_variables : bool
        Whether it explains the items only, so that it can be compared with the others.
    """

    name: str
    claim: str
    sentence: str = ""
    measurement: MeasurementModel = FOUR_FACTORS
    structural: StructuralModel = NONE
    prepare: Callable[[pd.DataFrame, Instrument], pd.DataFrame] = _unchanged
    same_variables: bool = True

    @checked
    def model(self, instrument: Instrument) -> Model:
        """The model for an instrument: measurement lines, then structural ones."""
        text = self.measurement.text(instrument)
        structure = self.structural.text(instrument)
        return Model(f"{text}\n{structure}".strip())


_BOTH = (
    "both the need for professional connectedness and knowledge sharing self-efficacy were "
    "positively associated with knowledge sharing and receiving"
)
_TRIANGLE = (
    "a triangle of learning factors, namely, the need for professional connectedness, knowledge "
    "sharing self-efficacy, and knowledge sharing and receiving"
)
_SOURCES = (
    "contextual sources of knowledge sharing self-efficacy: professional comparison and sense of "
    "professional connectedness"
)
_CONTEXT = (
    "contextual factors of the need: professional isolation of teachers in rural schools, the need "
    "for mentoring support, and the context of educational change"
)
_FACE = "the importance of face-to-face collaboration within and beyond schools"


def _structural(name: str, claim: str, sentence: str = "") -> Variant:
    return Variant(name, claim, sentence, structural=STRUCTURAL_MODELS[name])


def _measurement(name: str, claim: str, sentence: str = "") -> Variant:
    return Variant(name, claim, sentence, measurement=MEASUREMENT_MODELS[name])


def _moderated(instrument: Instrument) -> str:
    lines = [instrument.measure(name) for name in CONSTRUCTS]
    products = " + ".join(product_names(instrument, "NPC", "KSSE"))
    return "\n".join([*lines, f"NPCxKSSE =~ {products}"])


VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        _measurement("four factors", "measurement only: the factors covary freely", _TRIANGLE),
        _structural("additive", "both need and efficacy act", _BOTH),
        _structural("independent causes", "need and efficacy act and are unrelated", _BOTH),
        _structural("same effects", "sharing and receiving have the same sources", _BOTH),
        _structural("partial mediation", "connectedness is a source of efficacy", _SOURCES),
        _structural("full mediation", "efficacy carries everything", _SOURCES),
        _structural("rival mediator", "the need carries what efficacy does"),
        _structural("mastery", "exchange feeds efficacy"),
        _structural("chain", "need, efficacy, sharing, receiving: one after the other"),
        _structural("sharing first", "efficacy acts on receiving through sharing"),
        _structural("exchange", "sharing and receiving feed each other equally"),
        _structural(
            "instrumented exchange", "sharing and receiving feed each other, each with its source"
        ),
        _structural("free exchange", "sharing and receiving feed each other unequally"),
        _measurement("one apex", "sharing and receiving are one", _TRIANGLE),
        _structural("two facets", "sharing and receiving are facets of one exchange", _TRIANGLE),
        _measurement("bifactor (S-1)", "receiving has something of its own beside exchange"),
        _structural("one disposition", "one disposition stands behind all four"),
        _structural(
            "three apexes", "need, efficacy and exchange spring from one source", _TRIANGLE
        ),
        _measurement("general factor", "all items measure one thing"),
        _measurement("merged pairs", "need and efficacy are one; sharing and receiving are one"),
        _measurement("merged sources", "need and efficacy are one"),
        _measurement("common method, equal", "one answering style acts on all items alike"),
        _measurement("common method, free", "one answering style acts on each item in its way"),
        Variant(
            "context",
            "where the needs and the efficacy come from",
            f"{_CONTEXT}; {_SOURCES}; {_FACE}",
            structural=STRUCTURAL_MODELS["context"],
            same_variables=False,
        ),
        Variant(
            "moderation",
            "efficacy acts more where the need is greater",
            measurement=MeasurementModel("four factors and a product", _moderated),
            structural=STRUCTURAL_MODELS["moderation"],
            prepare=add_products,
            same_variables=False,
        ),
    )
}
