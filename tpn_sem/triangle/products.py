"""A latent product, measured by products of items.

Matched pairs of items, each centred, multiplied and centred again, so that the product factor
needs no mean structure. Marsh, Wen & Hau (2004); Lin, Wen, Marsh & Lin (2010).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..data import centred_product, numeric_columns
from ..errors import OptionError
from ..survey import Instrument


def product_names(instrument: Instrument, first: str, second: str) -> list[str]:
    """Names of the product columns: one a matched pair of items, or a column with each item."""
    return [f"{one}_x_{two}" for one, two in _pairs(instrument, first, second)]


def _pairs(instrument: Instrument, first: str, second: str) -> list[tuple[str, str]]:
    """Items matched in their order; a column that is no construct goes with each item."""
    others = instrument.items[second]
    own = instrument.items.get(first, [first] * len(others))
    return list(zip(own, others, strict=False))


def add_products(
    data: pd.DataFrame, instrument: Instrument, first: str = "NPC", second: str = "KSSE"
) -> pd.DataFrame:
    """The data with product columns."""
    columns = {}
    for one, two in _pairs(instrument, first, second):
        chosen = list(numeric_columns(data, (one, two)).T)
        columns[f"{one}_x_{two}"] = centred_product(chosen, np.ones(len(data), dtype=bool))
    return data.assign(**columns)


def add_face_to_face_products(data: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """The data with products of face-to-face collaboration and the items of efficacy."""
    return add_products(data, instrument, face_to_face(instrument), "KSSE")


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


def product_words(name: str, instrument: Instrument) -> str | None:
    """A product factor as a reader calls it: "NPC × KSSE"; None for what is none."""
    first, mark, second = name.partition("x")
    if not mark or second not in instrument.items:
        return None
    if first in instrument.items:
        return f"{first} × {second}"
    roles = {column: role for role, column in instrument.context.items()}
    return f"{roles.get(first, 'meeting face to face')} × {second}"
