"""Control variables of a study: numbers as they are, texts as indicators of their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from ..data import column_place
from ..errors import DataError
from ..language import parse, quoted
from ..survey import Instrument
from .structural_models import StructuralModel
from .variants import Variant

_MOST_LABELS = 20


def with_controls(
    data: pd.DataFrame, names: Sequence[str], instrument: Instrument
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The data with a column for each control, and what these are called.

    A column of texts becomes an indicator, 0 or 1, of each label but the most frequent, called
    "gender: male".

    Raises
    ------
    DataError
        For columns that are not there, have one value, or very many labels.
    """
    frame, found = data, []
    for name in names:
        if name == instrument.school or name in instrument.columns.values():
            what = "the school column" if name == instrument.school else "an item"
            raise DataError(f"control {name!r} is {what}: it cannot be a control, too.")
        column = frame.iloc[:, column_place(frame, name, "control")]
        if column.nunique() < 2:
            raise DataError(f"control {name!r} has one value: it explains nothing. Leave it out.")
        if pd.api.types.is_numeric_dtype(column):
            found.append(name)
            continue
        labels = list(column.value_counts().index)
        if len(labels) > _MOST_LABELS:
            raise DataError(
                f"control {name!r} has {len(labels)} labels, each of which would be a variable: "
                "put some together, or code it as a number."
            )
        for label in labels[1:]:
            indicator = f"{name}: {label}"
            own = (column == label).astype(float).mask(column.isna().to_numpy())
            frame = frame.assign(**{indicator: own})
            found.append(indicator)
    frame.attrs = data.attrs
    return frame, tuple(found)


def controlled(variant: Variant, controls: Sequence[str]) -> Variant:
    """The variant with every factor that items measure regressed on the controls."""
    if not controls:
        return variant
    lines = partial(_with_lines, variant, tuple(controls))
    return replace(variant, structural=StructuralModel(variant.structural.name, lines))


def _with_lines(variant: Variant, controls: tuple[str, ...], instrument: Instrument) -> str:
    factors = measured_factors(variant.measurement.text(instrument))
    line = f"{' + '.join(map(quoted, factors))} ~ {' + '.join(map(quoted, controls))}"
    return "\n".join([variant.structural.text(instrument), line]).strip()


def measured_factors(text: str) -> list[str]:
    """Factors of measurement lines, but for one of answering style that stands on all items."""
    items: dict[str, set[str]] = {}
    for relation in parse(text).relations:
        if relation.operator == "=~":
            items.setdefault(relation.lhs, set()).add(relation.rhs)
    everything = set().union(*items.values())
    return [name for name, own in items.items() if own != everything or len(items) == 1]
