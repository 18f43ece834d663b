"""The variants of the triangle: a claim of the study, put as a model.

A new one is a `Variant`, passed to ``study(..., variants=[...])``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..arguments import checked
from ..drawing import Shown
from ..errors import OptionError, nearest
from ..model import Model
from ..survey import Instrument
from . import abstract
from .constructs import CONSTRUCTS
from .measurement_models import ALL_CONSTRUCTS, FOUR_FACTORS, MEASUREMENT_MODELS, MeasurementModel
from .structural_models import NONE, STRUCTURAL_MODELS, StructuralModel


@checked
def _unchanged(data: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    return data


@checked
@dataclass(frozen=True, repr=False)
class Variant(Shown):
    """One reading of the triangle.

    Attributes
    ----------
    name : str
    claim : str
        What it claims, in plain words.
    sentence : str
        The words of the abstract that it encodes; empty for a rival that the abstract does not
        name, or contradicts.
    measurement : MeasurementModel
    structural : StructuralModel
    prepare : callable
        From data and instrument to the data with the columns that the variant adds.
    same_variables : bool
        Whether it explains the items only, so that it can be compared with the others.
    constructs : tuple of str
        The constructs that it needs.
    options : mapping
        Of the fit, that go along with its model: how products are estimated, say.
    """

    name: str
    claim: str
    sentence: str = ""
    measurement: MeasurementModel = FOUR_FACTORS
    structural: StructuralModel = NONE
    prepare: Callable[[pd.DataFrame, Instrument], pd.DataFrame] = _unchanged
    same_variables: bool = True
    constructs: tuple[str, ...] = tuple(CONSTRUCTS)
    options: Mapping[str, Any] = field(default_factory=dict)

    @checked
    def lacking(self, instrument: Instrument) -> list[str]:
        """Constructs that it needs and the instrument has not."""
        return [name for name in self.constructs if name not in instrument.items]

    @checked
    def model(self, instrument: Instrument) -> Model:
        """The model for an instrument: measurement lines, then structural ones.

        Raises
        ------
        OptionError
            Where the instrument lacks a construct.
        """
        if lacking := self.lacking(instrument):
            near = nearest(lacking[0], instrument.items)
            raise OptionError(
                f"the instrument has no items for {', '.join(lacking)}, which {self.name!r} needs"
                f"{near or '.'}"
            )
        text = self.measurement.text(instrument)
        structure = self.structural.text(instrument)
        return Model(f"{text}\n{structure}".strip()).with_options(**self.options)


def _structural(name: str, claim: str, sentence: str = "") -> Variant:
    return Variant(name, claim, sentence, structural=STRUCTURAL_MODELS[name])


def _measurement(name: str, claim: str, sentence: str = "") -> Variant:
    return Variant(name, claim, sentence, measurement=MEASUREMENT_MODELS[name])


EVERYTHING = Variant(
    "all constructs",
    "measurement only: the factors covary freely",
    measurement=ALL_CONSTRUCTS,
    constructs=(),
)
"""A factor for each construct of an instrument that is not the study's."""


_BY_ITEMS: dict[str, Any] = {"products": "double_mean_centred", "product_pairs": "matched"}
"""Products of items measure the product: that has a test of fit, and errors for few clusters."""


VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        _measurement(
            "four factors", "measurement only: the factors covary freely", abstract.TRIANGLE
        ),
        _structural("additive", "both need and efficacy act", abstract.BOTH),
        _structural("independent causes", "need and efficacy act and are unrelated", abstract.BOTH),
        _structural("same effects", "sharing and receiving have the same sources", abstract.BOTH),
        _structural("partial mediation", "connectedness is a source of efficacy", abstract.SOURCES),
        _structural("full mediation", "efficacy carries everything"),
        _structural("rival mediator", "the need carries what efficacy does"),
        _structural("mastery", "exchange feeds efficacy"),
        _structural("chain", "need, efficacy, sharing, receiving: one after the other"),
        _structural("sharing first", "efficacy acts on receiving through sharing"),
        _structural("exchange", "sharing and receiving feed each other equally"),
        _structural(
            "instrumented exchange", "sharing and receiving feed each other, each with its source"
        ),
        _structural("free exchange", "sharing and receiving feed each other unequally"),
        _measurement("one apex", "sharing and receiving are one", abstract.TRIANGLE),
        _structural(
            "two facets", "sharing and receiving are facets of one exchange", abstract.TRIANGLE
        ),
        _measurement("bifactor (S-1)", "receiving has something of its own beside exchange"),
        _structural("one disposition", "one disposition stands behind all four"),
        _structural(
            "three apexes", "need, efficacy and exchange spring from one source", abstract.TRIANGLE
        ),
        _measurement("general factor", "all items measure one thing"),
        _measurement("merged pairs", "need and efficacy are one; sharing and receiving are one"),
        _measurement("merged sources", "need and efficacy are one"),
        _measurement("common method, equal", "one answering style acts on all items alike"),
        _measurement("common method, free", "one answering style acts on each item in its way"),
        Variant(
            "context",
            "where the needs and the efficacy come from",
            "; ".join((abstract.CONTEXT, abstract.SOURCES, abstract.FACE_TO_FACE)),
            structural=STRUCTURAL_MODELS["context"],
            same_variables=False,
        ),
        Variant(
            "moderation",
            "efficacy acts more where the need is greater",
            structural=STRUCTURAL_MODELS["moderation"],
            same_variables=False,
            options=_BY_ITEMS,
        ),
        Variant(
            "face-to-face moderation",
            "efficacy acts more where teachers also meet face to face",
            abstract.FACE_TO_FACE,
            structural=STRUCTURAL_MODELS["face-to-face moderation"],
            same_variables=False,
            options={**_BY_ITEMS, "auto_cov_x": True},
        ),
    )
}
