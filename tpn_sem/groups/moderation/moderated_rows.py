"""Rows of answers with their moderators, and what cannot serve as a moderator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arguments import as_names
from ...data import Data, Samples, as_frame, column_place, numeric_columns, read_samples
from ...errors import DataError, DataWarning, OptionError, warn_user
from ...estimation.standard_errors import cluster_note
from ...numerics import Array, Indices, Mask
from ...specification import DataOptions, Specification

_FAR = 3.0  # standard deviations of a moderator from zero


@dataclass(frozen=True, eq=False)
class ModeratedRows:
    """The rows that are used.

    Attributes
    ----------
    samples : Samples
        Of one group, as if nothing were moderated: where start values come from.
    answers : array, shape (n, p)
        NaN where one is missing.
    moderators : array, shape (n, k)
    places : int array, shape (n,)
        Where the rows stand in the data.
    clusters : int array, shape (n,), or None
    n_clusters : int
        0 without clusters.
    n_dropped : int
    notes : tuple of str
    """

    samples: Samples
    answers: Array
    moderators: Array
    places: Indices
    clusters: Indices | None
    n_clusters: int
    n_dropped: int
    notes: tuple[str, ...]


def read_rows(
    data: Data,
    specification: Specification,
    options: DataOptions,
    names: tuple[str, ...],
    n_parameters: int,
) -> ModeratedRows:
    """Read the items and moderators of a model.

    Raises
    ------
    DataError
        Where a column is not there, holds no numbers or does not vary.

    Warns
    -----
    DataWarning
        For rows that were dropped, moderators far from zero and few clusters.
    """
    frame = as_frame(data)
    values = _moderators(frame, names)
    complete = np.asarray(~np.isnan(values).any(axis=1))
    notes = _dropped(values, complete, names)
    if not complete.any():
        raise DataError("every row lacks a moderator: there is nothing to model.")
    chosen = frame if complete.all() else frame[complete]
    samples = read_samples(chosen, specification, ("",), options)
    sample = samples.groups[0]
    rows = sample.rows
    moderators = values[complete][rows.places]
    _check_variation(moderators, names)
    notes += _far_from_zero(moderators, names)
    notes += _cluster_notes(sample.n_clusters, n_parameters)
    for note in notes:
        warn_user(note, DataWarning)
    return ModeratedRows(
        samples,
        rows.values,
        moderators,
        np.flatnonzero(complete)[rows.places],
        rows.clusters,
        sample.n_clusters,
        len(frame) - len(moderators),
        (*notes, *samples.notes),
    )


def _moderators(frame: Data, names: tuple[str, ...]) -> Array:
    """The columns of the moderators, shape (n, k), NaN where one is missing."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError("moderation is a matter of rows: give a DataFrame, not sample moments.")
    for name in names:
        column_place(frame, name, "moderator")
    return numeric_columns(frame, names)


def read_names(moderators: object, specification: Specification) -> tuple[str, ...]:
    """The names of the moderators.

    Raises
    ------
    OptionError
        Where there is none, one is given twice, or one is a variable of the model.
    """
    names = as_names("moderators", moderators)
    if not names:
        raise OptionError("moderators= is empty: name the columns that moderate, as 'age'.")
    for place, name in enumerate(names):
        if name in names[:place]:
            raise OptionError(f"moderators= names {name!r} twice.")
        if name in specification.roles.all:
            raise OptionError(
                f"moderator {name!r} is a variable of the model: what is explained cannot moderate "
                "its own explanation. Leave it out of one of the two."
            )
    return names


def _dropped(values: Array, complete: Mask, names: tuple[str, ...]) -> list[str]:
    if complete.all():
        return []
    counts = np.isnan(values).sum(axis=0)
    listing = ", ".join(f"{names[i]} {counts[i]}" for i in np.flatnonzero(counts))
    return [
        f"{int((~complete).sum())} of {len(values)} rows were dropped because a moderator is "
        f"missing ({listing}): moderators are taken as given, and have no model."
    ]


def _check_variation(moderators: Array, names: tuple[str, ...]) -> None:
    """Refuse moderators that do not vary, or depend on each other."""
    centred = moderators - moderators.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    for place, name in enumerate(names):
        if not spread[place] > 1e-12 * max(abs(float(moderators[:, place].mean())), 1e-6):
            raise DataError(
                f"moderator {name!r} is constant in the rows that are used: nothing can depend on "
                "it. Leave it out."
            )
    _, singular, right = np.linalg.svd(centred / spread, full_matrices=False)
    if singular[-1] < 1e-8 * singular[0]:
        involved = [repr(names[i]) for i in np.flatnonzero(np.abs(right[-1]) > 1e-3)]
        raise DataError(
            f"the moderators {', '.join(involved)} depend on each other linearly: leave one out."
        )


def _far_from_zero(moderators: Array, names: tuple[str, ...]) -> list[str]:
    """Moderators for which zero is far outside of the data."""
    notes = []
    for name, column in zip(names, moderators.T, strict=True):
        inside = column.min() <= 0.0 <= column.max()
        distance = abs(column.mean()) / column.std()
        if not inside and distance > _FAR:
            notes.append(
                f"moderator {name!r} has mean {column.mean():.4g}, {distance:.1f} standard "
                "deviations from zero, where factors have mean 0 and variance 1 and baselines are "
                f"taken: centre it, as {name} - {column.mean():.4g}."
            )
    return notes


def _cluster_notes(n_clusters: int, n_parameters: int) -> list[str]:
    ruled_out = ", and difference tests are not to be relied on."
    few = cluster_note(n_clusters, n_parameters, ruled_out)
    return [] if few is None else [few]
