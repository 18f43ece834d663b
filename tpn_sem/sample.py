"""Data frame or sample moments to one `Sample` per group, with every fault named."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .errors import DataError, DataWarning, OptionError, nearest
from .linalg import Array, Indices, correlation, is_positive_definite
from .moments import SampleMoments

Data = Any  # a pandas DataFrame, what converts to one, SampleMoments, or several of the latter


@dataclass(frozen=True, eq=False)
class Sample:
    """What one group's data say to a discrepancy function.

    Attributes
    ----------
    label : str
    n_observations : int
    covariance : array, shape (..., p, p)
        Divisor n ("normal" likelihood) or n - 1 ("wishart").
    mean : array, shape (..., p), or None
        None where the model has no mean structure.
    rows : array, shape (n, p), or None
        The complete rows, where raw data were given.
    places : int array, shape (n,), or None
        Where these rows stand in the data.
    """

    label: str
    n_observations: int
    covariance: Array
    mean: Array | None
    rows: Array | None = None
    places: Indices | None = None

    @cached_property
    def log_determinant(self) -> Array:
        """Log determinant of the covariance matrix, shape (...)."""
        return np.asarray(np.linalg.slogdet(self.covariance)[1])

    @property
    def n_variables(self) -> int:
        """Number of observed variables, p."""
        return int(self.covariance.shape[-1])


@dataclass(frozen=True)
class Samples:
    """The samples of all groups and what was noticed on the way.

    Attributes
    ----------
    groups : tuple of Sample
        In the order in which the groups appear in the data.
    names : tuple of str
        The variables, in the order of the matrices.
    notes : tuple of str
        What was dropped or looks wrong; also issued as warnings.
    n_dropped : int
        Rows left out because an answer was missing.
    synthetic : bool
        Whether the data frame calls itself synthetic.
    index : Index or None
        The row labels of the data frame.
    """

    groups: tuple[Sample, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    n_dropped: int = 0
    synthetic: bool = False
    index: pd.Index | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the groups."""
        return tuple(group.label for group in self.groups)

    @property
    def n_observations(self) -> int:
        """Number of observations over all groups."""
        return sum(group.n_observations for group in self.groups)


def group_labels(data: Data, group: str | None, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Labels of the groups in the order of the data, or those wanted, in their order.

    One group has the label ``""``.
    """
    found = _group_labels(data, group)
    unknown = [label for label in wanted if label not in found]
    if unknown or len(set(wanted)) < len(wanted):
        advice = nearest(unknown[0], found) if unknown else ""
        what = f"{unknown[0]!r} is no group of the data{advice}" if unknown else "a group twice"
        raise OptionError(f"group_label: {what}; the groups are {', '.join(map(repr, found))}.")
    return wanted or found


def _group_labels(data: Data, group: str | None) -> tuple[str, ...]:
    if isinstance(data, SampleMoments):
        return ("",)
    if isinstance(data, Mapping):
        return tuple(str(label) for label in data)
    if isinstance(data, (list, tuple)):
        return tuple(f"group {place + 1}" for place in range(len(data)))
    if group is None:
        return ("",)
    if list(data.columns).count(group) != 1:
        _column_place(data, group, "group column")
    column = data[group]
    if column.isna().any():
        raise DataError(
            f"group column {group!r} has {int(column.isna().sum())} missing entries; "
            "drop those rows or give them a group."
        )
    labels = tuple(str(label) for label in column.drop_duplicates())
    if len(set(labels)) < column.nunique():
        raise DataError(f"two groups of column {group!r} have the same label as text.")
    if len(labels) > 100:
        raise DataError(f"group column {group!r} has {len(labels)} groups; is it the right column?")
    return labels


def as_frame(data: Data) -> Data:
    """The data as a pandas DataFrame, unless they are sample moments."""
    if isinstance(data, (pd.DataFrame, SampleMoments)) or (
        isinstance(data, (list, tuple, Mapping)) and data and _all_moments(data)
    ):
        frame = data
    elif isinstance(data, pd.Series):
        raise DataError("data must be a DataFrame or SampleMoments, not Series: one column is one.")
    elif hasattr(data, "__dataframe__") or hasattr(data, "__arrow_c_stream__"):
        frame = _exchange(data)
    else:
        raise DataError(
            "data must be a DataFrame or SampleMoments (or a list or dict of the latter, one a "
            f"group), not {type(data).__name__}. Rows of several groups go into one DataFrame, "
            "with group= the column that tells them apart."
        )
    if isinstance(frame, pd.DataFrame) and len(frame) == 0:
        raise DataError("the data frame is empty: it has no rows.")
    if isinstance(frame, pd.DataFrame) and _is_covariance(frame):
        raise DataError(
            "the data frame is a symmetric matrix with the same names in rows and columns: give "
            "a covariance matrix as SampleMoments(covariance, mean, n_observations)."
        )
    return frame


def _is_covariance(frame: pd.DataFrame) -> bool:
    """Whether a table looks like a covariance matrix rather than rows."""
    if frame.shape[0] != frame.shape[1] or list(frame.index) != list(frame.columns):
        return False
    values = frame.to_numpy()
    return values.dtype.kind == "f" and np.allclose(values, values.T)


def _exchange(data: Data) -> pd.DataFrame:
    """A foreign table by the dataframe interchange protocol, or as an Arrow stream."""
    try:
        if hasattr(data, "__dataframe__"):
            with warnings.catch_warnings():  # pandas announces that it will prefer Arrow
                warnings.simplefilter("ignore")
                return pd.api.interchange.from_dataframe(data)
        return pd.DataFrame.from_arrow(data)
    except (ImportError, AttributeError) as error:
        raise DataError(
            f"a table of type {type(data).__name__} cannot be read without pyarrow: install it, or "
            "convert the table to a pandas DataFrame first."
        ) from error


def _all_moments(data: Sequence[object] | Mapping[object, object]) -> bool:
    values = data.values() if isinstance(data, Mapping) else data
    return all(isinstance(item, SampleMoments) for item in values)


def read_samples(
    data: Data,
    names: tuple[str, ...],
    group: str | None,
    labels: tuple[str, ...],
    means: bool,
    likelihood: str,
) -> Samples:
    """Read the variables of a model from the data.

    Parameters
    ----------
    data : DataFrame or SampleMoments, or one of the latter a group
        As `as_frame` returns them.
    names : tuple of str
        The observed variables, in the order wanted.
    group : str or None
        The group column.
    labels : tuple of str
        The groups wanted, of `group_labels`.
    means : bool
        Whether the model has a mean structure.
    likelihood : {"normal", "wishart"}

    Raises
    ------
    DataError
        Saying which column or group cannot serve, and why.
    """
    if isinstance(data, pd.DataFrame):
        samples = _from_frame(data, names, group, labels, means, likelihood)
    else:
        if group is not None:
            raise OptionError("group= names a column; with sample moments give one a group.")
        samples = _from_moments(data, names, labels, means, likelihood)
    for note in samples.notes:
        warnings.warn(note, DataWarning, stacklevel=5)
    return samples


def _from_frame(
    frame: pd.DataFrame,
    names: tuple[str, ...],
    group: str | None,
    labels: tuple[str, ...],
    means: bool,
    likelihood: str,
) -> Samples:
    values = numeric_columns(frame, names)
    complete = ~np.isnan(values).any(axis=1)
    dropped = int((~complete).sum())
    notes = []
    if dropped:
        notes.append(_dropped_note(values, names, dropped))
    members = frame[group].astype(str).to_numpy() if group is not None else None
    if members is not None and not np.isin(members, labels).all():
        others = int((~np.isin(members, labels)).sum())
        notes.append(f"{others} rows of groups that group_label does not name were left out.")
    groups = []
    for label in labels:
        inside = complete if members is None else complete & (members == label)
        rows = values if inside.all() else values[inside]
        sample = _sample_of_rows(label, rows, names, means, likelihood)
        groups.append(replace(sample, places=np.flatnonzero(inside)))
    notes += _scale_notes(groups[0], names)
    synthetic = bool(frame.attrs.get("synthetic", False))
    return Samples(tuple(groups), names, tuple(notes), dropped, synthetic, frame.index)


def numeric_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> Array:
    """The named columns as numbers, shape (n, p), missing answers as NaN."""
    if frame.columns.is_unique and all(name in frame.columns for name in names):
        chosen = frame.take([frame.columns.get_loc(name) for name in names], axis=1)
    else:
        chosen = frame.iloc[:, [_column_place(frame, name) for name in names]]
    if all(_is_plain(dtype) for dtype in chosen.dtypes):
        values = chosen.to_numpy(dtype=float)
    else:
        columns = (chosen.iloc[:, place] for place in range(len(names)))
        values = np.column_stack([_numbers(c, n) for c, n in zip(columns, names, strict=True)])
    if np.isinf(values).any():
        where = int(np.flatnonzero(np.isinf(values).any(axis=0))[0])
        raise DataError(f"column {names[where]!r} has infinite values; recode them as missing.")
    return values


def _column_place(frame: pd.DataFrame, name: str, what: str = "column") -> int:
    columns = [str(column) for column in frame.columns]
    if columns.count(name) > 1:
        raise DataError(f"{what} {name!r} appears {columns.count(name)} times; rename one of them.")
    if name not in columns:
        raise DataError(f"{what} {name!r} is not in the data{nearest(name, columns) or '.'}")
    return columns.index(name)


def _numbers(column: pd.Series, name: str) -> Array:
    if _is_plain(column.dtype):
        return np.asarray(column.to_numpy(), dtype=float)
    try:
        if not _is_numeric(column):
            raise ValueError
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    except (ValueError, TypeError):
        texts = column[column.notna()]
        example = f", such as {str(texts.iloc[0])!r}" if len(texts) else ""
        raise DataError(
            f"column {name!r} does not hold numbers but {column.dtype}{example}; "
            "code it as numbers first."
        ) from None


def _is_plain(dtype: object) -> bool:
    """Whether numpy itself holds the numbers."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fiub"


def _is_numeric(column: pd.Series) -> bool:
    """Numbers by type, or mixed objects none of which is text; dates and categories are not."""
    if column.dtype == object:
        return not column.map(lambda value: isinstance(value, (str, bytes, complex))).any()
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def _dropped_note(values: Array, names: tuple[str, ...], dropped: int) -> str:
    missing = np.isnan(values).sum(axis=0)
    worst = np.argsort(-missing, kind="stable")[:3]
    listing = ", ".join(f"{names[i]} {missing[i]}" for i in worst if missing[i])
    return (
        f"{dropped} of {len(values)} rows were dropped because an answer is missing "
        f"(most often: {listing}); listwise deletion is unbiased only if answers are missing "
        "completely at random."
    )


def _scale_notes(sample: Sample, names: tuple[str, ...]) -> list[str]:
    variances = np.diag(sample.covariance)
    largest, smallest = int(np.argmax(variances)), int(np.argmin(variances))
    ratio = variances[largest] / variances[smallest]
    if ratio < 1e3:
        return []
    return [
        f"the variance of {names[largest]!r} is {ratio:.0f} times that of {names[smallest]!r}: is "
        "a code for missing answers among the numbers? If not, rescale one of them."
    ]


def _sample_of_rows(
    label: str, rows: Array, names: tuple[str, ...], means: bool, likelihood: str
) -> Sample:
    where = f" in group {label!r}" if label else ""
    n, p = rows.shape
    if n < 2:
        raise DataError(f"{n} complete rows{where}: a covariance matrix needs more.")
    mean = rows.mean(axis=0)
    centred = rows - mean
    covariance = centred.T @ centred / (n if likelihood == "normal" else n - 1)
    _check_variation(covariance, mean, names, where)
    if n <= p:
        raise DataError(
            f"there are {n} complete rows{where} for {p} variables: the covariance matrix is "
            "singular. Use fewer variables or more rows."
        )
    _check_positive_definite(covariance, names, where)
    return Sample(label, n, covariance, mean if means else None, rows)


def _check_variation(covariance: Array, size: Array, names: tuple[str, ...], where: str) -> None:
    """Refuse variables whose deviation is nothing beside their size, shape (p,)."""
    rounding = 1e-12 * np.maximum(np.abs(size), 1e-6)
    flat = ~(np.sqrt(np.maximum(np.diag(covariance), 0.0)) > rounding)
    constant = [name for name, is_flat in zip(names, flat, strict=True) if is_flat]
    if constant:
        listing = ", ".join(f"column {name!r} is constant" for name in constant)
        raise DataError(f"{listing}{where}: there is no variance to explain. Leave it out.")


def _check_positive_definite(covariance: Array, names: tuple[str, ...], where: str) -> None:
    scaled = correlation(covariance)
    if is_positive_definite(scaled - 1e-10 * np.eye(len(names))):
        return
    off = np.abs(scaled - np.eye(len(names)))
    first, second = np.unravel_index(np.argmax(off), off.shape)
    if off[first, second] > 1 - 1e-9:
        raise DataError(
            f"columns {names[first]!r} and {names[second]!r} say the same{where}: their "
            "correlation is 1 or -1. Leave one out."
        )
    _, vectors = np.linalg.eigh(scaled)
    involved = [
        name for name, weight in zip(names, vectors[:, 0], strict=True) if abs(weight) > 0.1
    ]
    raise DataError(
        f"the sample covariance matrix is not positive definite{where}: "
        f"{', '.join(map(repr, involved))} depend on each other linearly. Leave one out."
    )


def _from_moments(
    data: Data, names: tuple[str, ...], labels: tuple[str, ...], means: bool, likelihood: str
) -> Samples:
    items = dict(zip(_group_labels(data, None), _moment_items(data), strict=True))
    groups = tuple(
        _sample_of_moments(label, items[label], names, means, likelihood) for label in labels
    )
    return Samples(groups, names, tuple(_scale_notes(groups[0], names)))


def _moment_items(data: Data) -> list[SampleMoments]:
    if isinstance(data, SampleMoments):
        return [data]
    return list(data.values()) if isinstance(data, Mapping) else list(data)


def _sample_of_moments(
    label: str, moments: SampleMoments, names: tuple[str, ...], means: bool, likelihood: str
) -> Sample:
    for name in names:
        _column_place(moments.covariance, name, "variable")
    n = moments.n_observations
    order = list(names)
    covariance = moments.covariance.loc[order, order].to_numpy(dtype=float)
    if likelihood == "normal":
        covariance = covariance * ((n - 1) / n)
    where = f" in group {label!r}" if label else ""
    if n <= len(names):
        raise DataError(
            f"n_observations={n}{where}, but there are {len(names)} variables: their covariance "
            "matrix would be singular. Give the number of rows behind the moments."
        )
    _check_variation(covariance, np.zeros(len(names)), names, where)
    _check_positive_definite(covariance, names, where)
    mean = None
    if means:
        if moments.mean is None:
            raise DataError(f"the model has means, but the sample moments have none{where}.")
        mean = moments.mean[order].to_numpy(dtype=float)
    return Sample(label, n, covariance, mean)


def has_means(data: Data) -> bool:
    """Whether the data carry means."""
    if isinstance(data, pd.DataFrame):
        return True
    present = [item.mean is not None for item in _moment_items(data)]
    if any(present) and not all(present):
        raise DataError("some of the sample moments have means and some have none; give all.")
    return all(present)
