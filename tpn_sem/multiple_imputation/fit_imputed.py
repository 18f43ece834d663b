"""Fit one model to several imputations of the same rows."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from ..arguments import checked
from ..errors import DataError, NotAvailableError, OptionError, TpnSemWarning
from ..fit import Fit
from ..model import Model
from .imputed_fit import ImputedFit

_FEWEST = 2
_NO_DIFFERENCE = (
    "the imputations do not differ in the model's variables: nothing is uncertain by what is "
    "missing."
)
_NOT_POOLED = ("standard_test", "scaled_test")


@checked
def fit_imputed(
    data: Sequence[pd.DataFrame] | Mapping[Any, pd.DataFrame] | pd.DataFrame,
    model: str | Model,
    *,
    imputation: str | None = None,
    **options: Any,
) -> ImputedFit:
    """Fit a model to each of several imputations and pool what comes out.

    The frames are those of any imputer (mice, Amelia, scikit-learn, ...); nothing is imputed here.

    Parameters
    ----------
    data : list or dict of DataFrame, or one DataFrame
        The completed data sets; or all of them in one long frame, told apart by `imputation`.
    model : str or Model
    imputation : str, optional
        The column that numbers imputations in a long frame. One numbered 0 that lacks answers
        which others have, as mice puts the incomplete data first, is left out.
    **options
        As for `Model.fit`.

    Returns
    -------
    ImputedFit

    Raises
    ------
    DataError
        For fewer than two frames, or frames with other columns or numbers of rows.
    NotAvailableError
        Where fewer than two fits converged.
    OptionError
        For options that draw replicates themselves, and statistics that are not pooled.

    Warns
    -----
    TpnSemWarning
        Where imputations are left out since their fits did not converge.
    """
    if "bootstrap" in str(options.get("se", "")) or "bootstrap" in options:
        raise OptionError("bootstrap errors are not pooled: leave se= and bootstrap= out.")
    if odd := [name for name in _NOT_POOLED if name in options]:
        raise OptionError(f"{odd[0]}= is not pooled over imputations: leave it out.")
    frames = _frames(data, imputation)
    model = model if isinstance(model, Model) else Model(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        fits = [model.fit(frame, **options) for frame in frames]
    good = [fit for fit in fits if fit.converged and fit.estimation.is_identified]
    if len(good) < _FEWEST:
        first = next((fit.notes[0] for fit in fits if fit.notes), "no reason was given")
        raise NotAvailableError(
            f"{len(good)} of {len(fits)} fits converged: there is nothing to pool. {first}"
        )
    notes = _notes(fits, good)
    if _alike(frames, fits):
        notes = (*notes, _NO_DIFFERENCE)
    if len(good) < len(fits):
        warnings.warn(notes[0], TpnSemWarning, stacklevel=3)
    stacked = [frame for frame, fit in zip(frames, fits, strict=True) if fit in good]
    return ImputedFit(good, len(fits), notes, partial(_stacked, model, stacked, options))


def _frames(data: object, imputation: str | None) -> list[pd.DataFrame]:
    """The frames of a list, a dict or a long frame, which must be alike."""
    if isinstance(data, pd.DataFrame):
        if imputation is None or imputation not in data.columns:
            raise DataError(
                "one DataFrame with all imputations needs imputation=, the column of their numbers."
            )
        parts = dict(iter(data.drop(columns=imputation).groupby(data[imputation], sort=True)))
        if 0 in parts and _is_original(parts[0], parts):
            del parts[0]
        frames = list(parts.values())
    elif imputation is not None:
        raise OptionError("imputation= is for one long DataFrame: leave it out.")
    else:
        frames = list(data.values()) if isinstance(data, Mapping) else list(data)  # type: ignore[call-overload]
    if len(frames) < _FEWEST:
        raise DataError(f"{len(frames)} imputations: pooling needs at least two.")
    for place, frame in enumerate(frames):
        if not isinstance(frame, pd.DataFrame):
            raise DataError(f"imputation {place} is no DataFrame but {type(frame).__name__}.")
        if len(frame) != len(frames[0]) or set(frame.columns) != set(frames[0].columns):
            raise DataError(
                f"imputation {place} has other columns or another number of rows than the first: "
                "imputations complete the same rows."
            )
    return frames


def _is_original(first: pd.DataFrame, parts: dict[Any, pd.DataFrame]) -> bool:
    """Whether the frame numbered 0 lacks answers that others have, as mice's original rows do."""
    gaps = first.isna().to_numpy().sum()
    return any(part.isna().to_numpy().sum() < gaps for part in parts.values())


def _alike(frames: list[pd.DataFrame], fits: list[Fit]) -> bool:
    """Whether no imputation differs from the first in the model's variables."""
    names = [name for name in frames[0] if name in fits[0].estimation.specification.observed]
    first = frames[0][names].to_numpy()
    return all(bool((frame[names].to_numpy() == first).all()) for frame in frames[1:])


def _notes(fits: list[Fit], good: list[Fit]) -> tuple[str, ...]:
    """What must be known of the pooled fit."""
    notes = []
    if len(good) < len(fits):
        notes.append(
            f"{len(fits) - len(good)} of {len(fits)} imputations are left out: their fits did not "
            "converge."
        )
    counts = Counter(note for fit in good for note in fit.notes)
    notes += [
        note if count == len(good) else f"{note} ({count} of {len(good)} imputations)"
        for note, count in counts.items()
    ]
    return tuple(notes)


def _stacked(model: Model, frames: list[pd.DataFrame], options: dict[str, Any]) -> Fit:
    """The fit to all imputations in one frame, for its chi-square."""
    plain = {
        name: value for name, value in options.items() if name not in ("se", "test", "cluster")
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        found = model.fit(pd.concat(frames, ignore_index=True), **plain)
    if not found.converged:
        raise NotAvailableError("the stacked imputations could not be fitted: take method='D3'.")
    return found
