"""What a user asks of an exploratory factor analysis, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..arguments import as_names, check_range
from ..data import Data, SampleMoments, as_frame, column_place
from ..errors import DataError, IdentificationError, OptionError
from ..extraction import degrees_of_freedom, most_factors
from ..rotation import Turning
from ..specification import OPTION_NAMES

_OWN = {
    "group": "factors are explored in one group: analyse each group apart, "
    "as efa(data[data['group'] == 'a'], ...)",
    "group_label": "factors are explored in one group",
    "orthogonal": "say orthogonal= of the rotation, as efa(..., orthogonal=True)",
    "start": "start values come from the data",
}
_MODEL = ("auxiliary", "bounds", "mean_structure", "parameterization")
_COLUMNS = ("cluster", "sampling_weights", "frequency_weights")


@dataclass(frozen=True, eq=False)
class ExploratoryRequest:
    """What is to be done.

    Attributes
    ----------
    data : DataFrame or SampleMoments
    items : tuple of str
    method : {"fit", "minres", "pa"}
        Whether a model is fitted as it is, to standardised items, or there is none.
    options : dict
        As `Model.fit` takes them.
    turning : Turning
    """

    data: Data
    items: tuple[str, ...]
    method: str
    options: dict[str, Any]
    turning: Turning


def read_request(
    data: Data,
    items: Sequence[str] | None,
    turning: Turning,
    options: Mapping[str, Any],
) -> ExploratoryRequest:
    """Check data, items and options.

    Raises
    ------
    DataError, OptionError
    """
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame | SampleMoments):
        raise DataError("efa takes rows of data, or the SampleMoments of one group.")
    chosen = {name: value for name, value in options.items() if value is not None}
    _check_options(chosen)
    names = _items(frame, items, chosen)
    method, chosen = _method(chosen)
    if method == "minres" and not chosen.get("ordered"):
        frame = _standardised(frame, names)
    return ExploratoryRequest(frame, names, method, chosen, turning)


def _check_options(options: Mapping[str, Any]) -> None:
    for name in options:
        if name in _OWN:
            raise OptionError(f"{name}= is not for efa: {_OWN[name]}.")
        if name in OPTION_NAMES["model"] and name not in _MODEL:
            raise OptionError(
                f"{name}= is not for efa, whose model is given: all items on all factors."
            )


def _items(frame: Data, items: Sequence[str] | None, options: Mapping[str, Any]) -> tuple[str, ...]:
    columns = frame.covariance if isinstance(frame, SampleMoments) else frame
    if items is not None:
        names = as_names("items", items)
        for name in names:
            column_place(columns, name)
    else:
        apart = {options.get(name) for name in _COLUMNS} | set(
            as_names("auxiliary", options.get("auxiliary", ()))
        )
        ordered = options.get("ordered")
        found = columns if ordered is True else columns.select_dtypes("number")
        names = tuple(str(name) for name in found.columns if name not in apart)
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise OptionError(f"items= names {repeated[0]!r} twice.")
    if len(names) < 3:
        raise DataError(
            f"exploratory factors need three items or more, not {len(names)}: a factor of two "
            "items is not identified."
        )
    return names


def _method(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """How factors are extracted, and the options of the fit."""
    estimator = options.get("estimator")
    plain = estimator.lower() if isinstance(estimator, str) else ""
    if plain == "minres":
        return "minres", {**options, "estimator": "ULSMV" if options.get("ordered") else "ULSM"}
    if plain in ("pa", "principal_axis"):
        rest = {name: value for name, value in options.items() if name != "estimator"}
        return "pa", {**rest, "se": "none", "test": "none"}
    return "fit", options


def _standardised(frame: Data, names: tuple[str, ...]) -> Data:
    """Rows in which items have variance one, or the correlations as moments."""
    if isinstance(frame, SampleMoments):
        raise DataError(
            "estimator='minres' needs rows of data, as its errors come from them; with moments "
            "take 'ULS' and give a correlation matrix."
        )
    values = frame[list(names)].dropna()
    spread = values.std(ddof=0)
    if not (spread > 0.0).all():
        name = str(spread.index[~(spread > 0.0)][0])
        raise DataError(f"column {name!r} has one value in all complete rows: leave it out.")
    centred = (frame[list(names)] - values.mean()) / spread
    return frame.assign(**{name: centred[name] for name in names})


def read_numbers(n_factors: int | Iterable[int], n_items: int) -> tuple[int, ...]:
    """The numbers of factors, each identified.

    Raises
    ------
    OptionError, IdentificationError
    """
    numbers = tuple(n_factors) if isinstance(n_factors, Iterable) else (n_factors,)
    if not numbers:
        raise OptionError(
            "n_factors is empty: give a number of factors, or several, as range(1, 5)."
        )
    for number in numbers:
        check_range("n_factors", number, 1, n_items)
    if len(set(numbers)) < len(numbers):
        raise OptionError(f"n_factors={list(numbers)} names a number twice.")
    most = most_factors(n_items)
    if max(numbers) > most:
        df = degrees_of_freedom(n_items, max(numbers))
        raise IdentificationError(
            f"{max(numbers)} factors of {n_items} items are not identified ({df} degrees of "
            f"freedom): {n_items} items tell at most {most} factors."
        )
    return tuple(int(number) for number in numbers)
