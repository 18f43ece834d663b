"""Sample moments as a user gives them: a covariance matrix, means and a number of observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .errors import DataError
from .linalg import Array


@dataclass(frozen=True, eq=False)
class SampleMoments:
    """Covariances, means and the number of observations of one group.

    Parameters
    ----------
    covariance : DataFrame or array, shape (p, p)
        The unbiased covariance matrix, with divisor n - 1, as software prints it.
    mean : Series, sequence of shape (p,), or None
        Means; without them only models without mean structure can be fitted.
    n_observations : int
        Number of rows that the moments were computed from.
    names : sequence of str, optional
        Variable names; not needed where `covariance` is a DataFrame.

    Raises
    ------
    DataError
        Where shapes or names do not fit, or the matrix is not symmetric.
    """

    covariance: pd.DataFrame
    mean: pd.Series | None = None
    n_observations: int = 0

    def __init__(
        self,
        covariance: pd.DataFrame | Array,
        mean: pd.Series | Sequence[float] | Array | None = None,
        n_observations: int = 0,
        *,
        names: Sequence[str] | None = None,
    ):
        frame = _covariance_frame(covariance, names)
        columns = list(frame.columns)
        object.__setattr__(self, "covariance", frame)
        object.__setattr__(self, "mean", None if mean is None else _mean_series(mean, columns))
        if not isinstance(n_observations, (int, np.integer)) or n_observations < 2:
            raise DataError(
                f"n_observations={n_observations!r}: give the number of rows behind the moments, "
                "an integer above 1."
            )
        object.__setattr__(self, "n_observations", int(n_observations))

    @classmethod
    def from_data(cls, data: pd.DataFrame) -> SampleMoments:
        """Moments of the complete rows of a data frame of numbers."""
        texts = [str(name) for name in data if not pd.api.types.is_numeric_dtype(data[name])]
        if texts:
            raise DataError(f"column {texts[0]!r} does not hold numbers; leave it out.")
        complete = data.dropna()
        return cls(complete.cov(), complete.mean(), len(complete))

    def merge(self, other: SampleMoments) -> SampleMoments:
        """Moments of both samples together (Chan, Golub & LeVeque, 1983)."""
        if self.mean is None or other.mean is None:
            raise DataError("moments without means cannot be merged: give the means too.")
        if set(self.covariance.columns) != set(other.covariance.columns):
            raise DataError("moments of different variables cannot be merged.")
        columns = list(self.covariance.columns)
        first, second = self.n_observations, other.n_observations
        total = first + second
        shift = (other.mean[columns] - self.mean[columns]).to_numpy()
        scatter = (first - 1) * self.covariance + (second - 1) * other.covariance.loc[
            columns, columns
        ]
        scatter += np.outer(shift, shift) * (first * second / total)
        mean = (first * self.mean[columns] + second * other.mean[columns]) / total
        return SampleMoments(scatter / (total - 1), mean, total)


def _covariance_frame(
    covariance: pd.DataFrame | Array, names: Sequence[str] | None
) -> pd.DataFrame:
    if not isinstance(covariance, pd.DataFrame):
        if names is None:
            raise DataError("name the variables: SampleMoments(covariance, ..., names=[...]).")
        values = _numbers(covariance, "covariances")
        if values.shape != (len(names), len(names)):
            raise DataError(
                f"the covariance matrix has shape {values.shape}, but there are {len(names)} names."
            )
        covariance = pd.DataFrame(values, index=list(names), columns=list(names))
    elif names is not None and list(names) != list(covariance.columns):
        raise DataError("names= differ from the columns of the covariance matrix; rename these.")
    if covariance.shape[0] != covariance.shape[1]:
        raise DataError(f"the covariance matrix is not square: its shape is {covariance.shape}.")
    if not covariance.columns.is_unique:
        raise DataError("two variables of the covariance matrix have the same name.")
    covariance = _aligned(covariance)
    values = covariance.to_numpy(dtype=float)
    if not np.all(np.isfinite(values)):
        raise DataError("the covariance matrix has missing or infinite entries.")
    if not np.allclose(values, values.T, rtol=1e-6, atol=1e-10):
        raise DataError("the covariance matrix is not symmetric.")
    if np.any(np.diag(values) < 0.0):
        raise DataError("the matrix is no covariance matrix: it has a negative variance.")
    return (covariance + covariance.T) / 2.0


def _numbers(values: object, what: str) -> Array:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"the {what} must be numbers: {error}.") from error


def _aligned(covariance: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the columns; rows without names are taken to be in that order."""
    columns = list(covariance.columns)
    if isinstance(covariance.index, pd.RangeIndex):
        covariance = covariance.set_axis(columns, axis=0)
    strange = [name for name in covariance.index if name not in columns]
    if strange or len(set(covariance.index)) < len(columns):
        what = f"a row is called {strange[0]!r}" if strange else "two rows have the same name"
        raise DataError(f"rows and columns of the covariance matrix differ: {what}.")
    values = _numbers(covariance.loc[columns].to_numpy(), "covariances")
    return pd.DataFrame(values, index=columns, columns=columns)


def _mean_series(mean: pd.Series | Sequence[float] | Array, columns: list[str]) -> pd.Series:
    if isinstance(mean, pd.Series):
        lost = [name for name in columns if name not in mean.index]
        if lost:
            raise DataError(f"the means lack {', '.join(map(repr, lost))}.")
        mean = mean[columns].to_numpy()
    values = _numbers(mean, "means")
    if not np.all(np.isfinite(values)):
        raise DataError("the means have missing or infinite entries.")
    if values.shape != (len(columns),):
        raise DataError(f"there are {len(columns)} variables, but means of shape {values.shape}.")
    return pd.Series(values, index=columns)
