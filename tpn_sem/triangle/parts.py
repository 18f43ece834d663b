"""Parts that a variant is composed of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..survey import Instrument


@dataclass(frozen=True)
class ModelPart:
    """Lines of a model, for any instrument.

    Attributes
    ----------
    name : str
    text : callable
        From an `Instrument` to model text.
    """

    name: str
    text: Callable[[Instrument], str]
