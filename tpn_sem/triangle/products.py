"""A latent product, measured by products of items.

Matched pairs of items, each centred, multiplied and centred again, so that the product factor
needs no mean structure. Marsh, Wen & Hau (2004); Lin, Wen, Marsh & Lin (2010).
"""

from __future__ import annotations

import pandas as pd

from .instrument import Instrument


def product_names(instrument: Instrument, first: str, second: str) -> list[str]:
    """Names of the product columns, one a matched pair of items."""
    pairs = zip(instrument.items[first], instrument.items[second], strict=False)
    return [f"{one}_x_{two}" for one, two in pairs]


def add_products(
    data: pd.DataFrame, instrument: Instrument, first: str = "NPC", second: str = "KSSE"
) -> pd.DataFrame:
    """The data with product columns; items are matched in their order."""
    columns = {}
    names = product_names(instrument, first, second)
    pairs = zip(instrument.items[first], instrument.items[second], strict=False)
    for name, (one, two) in zip(names, pairs, strict=True):
        product = (data[one] - data[one].mean()) * (data[two] - data[two].mean())
        columns[name] = product - product.mean()
    return data.assign(**columns)
