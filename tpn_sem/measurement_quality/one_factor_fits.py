"""A model of one factor for each of several sets of items, from data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..errors import DataError, OptionError, nearest
from ..fit import Fit
from ..language import quoted
from ..model import Model

Items = Mapping[str, Sequence[str]] | Sequence[str]
_ONE = "scale"


def read_items(data: pd.DataFrame, items: Items | None) -> dict[str, tuple[str, ...]]:
    """The items of each construct.

    Raises
    ------
    OptionError, DataError
        Where they are fewer than two, named twice, or no columns.
    """
    if items is None:
        raise OptionError(
            "reliability of data needs items=: a list of columns, or a dict of constructs to these."
        )
    given = items if isinstance(items, Mapping) else {_ONE: items}
    if not given:
        raise OptionError("items= is empty: name the columns of a construct.")
    known = [str(name) for name in data.columns]
    for construct, names in given.items():
        for name in names:
            if name not in known:
                raise DataError(
                    f"{name!r}, an item of {construct!r}, is no column of the data"
                    f"{nearest(name, known) or '.'}"
                )
        if len(set(names)) < len(names):
            raise OptionError(f"items: {construct!r} names an item twice.")
        if len(names) < 2:
            raise DataError(
                f"{construct!r} has {len(names)} item(s): reliability needs two, and a model of "
                "one factor three."
            )
        if construct in known:
            raise OptionError(f"construct {construct!r} is also a column of the data: rename it.")
    return {construct: tuple(names) for construct, names in given.items()}


def one_factor_fits(data: pd.DataFrame, items: Items | None, options: dict[str, Any]) -> list[Fit]:
    """A fit for each construct; two items get equal loadings, which identifies the factor.

    Rows are left out, or their gaps used, construct by construct. Without another estimator
    continuous items get MLR, whose errors need no normality.
    """
    if not options.get("ordered") and options.get("estimator") is None:
        options = {**options, "estimator": "MLR"}
    fits = []
    for construct, names in read_items(data, items).items():
        marker = "1*" if len(names) == 2 else ""
        terms = " + ".join(f"{marker}{quoted(name)}" for name in names)
        own = {**options, "std_lv": not marker}
        if isinstance(own.get("ordered"), list | tuple):
            own["ordered"] = [name for name in own["ordered"] if name in names]
        if isinstance(own.get("ordered"), list) and not own["ordered"]:
            del own["ordered"]
        model = Model(f"{quoted(construct)} =~ {terms}", "cfa")
        fits.append(model.fit(data, **own))
    return fits
