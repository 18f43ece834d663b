"""Sample moments as a user gives them: a covariance matrix, means and a number of observations."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..errors import DataError, OptionError, choose
from ..moments import Patterns, saturate
from ..moments.ordinal import CategoricalMoments
from ..numerics import Array
from .covariance_text import with_deviations
from .known_spread import Matrix, moment_names, read_spread
from .known_thresholds import ordinal_statistics
from .large import (
    GroupSums,
    Source,
    add_up,
    merged_patterns,
    open_source,
    ordinal_moments,
    read,
    write,
)

MISSING = ("listwise", "fiml", "pairwise")


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
    standard_deviations : sequence of shape (p,), optional
        Where `covariance` holds correlations, as papers print them: covariances are made of both.
    asymptotic_covariance : DataFrame or array, shape (m, m), optional
        Covariance matrix of the moments times n, for errors and tests without normality, and as
        the inverse of the weights of "WLS": means, where there are any, then covariances column by
        column (x1~~x1, x1~~x2, ...). A frame is read by these names.
    weight : DataFrame or array, shape (m, m), optional
        The weights of "WLS", where these are another matrix.

    Attributes
    ----------
    n_dropped : int
        Rows that were left out because an answer was missing.
    patterns : Patterns or None
        Rows by what is missing, where this was asked for: for ``missing="fiml"``.
    categorical : CategoricalMoments or None
        Thresholds, polychoric correlations and their covariance: for ``ordered=True``.

    Raises
    ------
    DataError
        Where shapes or names do not fit, or the matrix is not symmetric.
    """

    @checked
    def __init__(
        self,
        covariance: pd.DataFrame | Array,
        mean: pd.Series | Sequence[float] | Array | None = None,
        n_observations: float = 0,
        *,
        names: Sequence[str] | None = None,
        standard_deviations: pd.Series | Sequence[float] | Array | None = None,
        asymptotic_covariance: Matrix | None = None,
        weight: Matrix | None = None,
    ):
        frame = _covariance_frame(covariance, names)
        if standard_deviations is not None:
            frame = frame * 0.0 + with_deviations(frame.to_numpy(), standard_deviations)
        columns = list(frame.columns)
        if not (float(n_observations).is_integer() and n_observations >= 2):
            raise DataError(
                f"n_observations={n_observations!r}: give the number of rows behind the moments, "
                "an integer above 1."
            )
        self._covariance = frame
        self._mean = None if mean is None else _mean_series(mean, columns)
        self._n_observations = int(n_observations)
        self._n_dropped = 0
        self._is_of_rows = False
        self._patterns: Patterns | None = None
        self._categorical: CategoricalMoments | None = None
        order = moment_names([str(name) for name in columns], mean is not None)
        self._spread = self._weight = None
        if asymptotic_covariance is not None:
            self._spread = read_spread(asymptotic_covariance, order, "asymptotic covariance matrix")
        if weight is not None:
            self._weight = read_spread(weight, order, "weight matrix")

    @property
    def covariance(self) -> pd.DataFrame:
        """The unbiased covariance matrix, p x p."""
        return self._covariance.copy()

    @property
    def mean(self) -> pd.Series | None:
        """Means, if given."""
        return None if self._mean is None else self._mean.copy()

    @property
    def asymptotic_covariance(self) -> Array | None:
        """Covariance matrix of means and covariances times n, if given, shape (m, m)."""
        return None if self._spread is None else self._spread.copy()

    @property
    def weight(self) -> Array | None:
        """The weights of "WLS", if given, shape (m, m)."""
        return None if self._weight is None else self._weight.copy()

    @property
    def n_observations(self) -> int:
        """Number of rows that the moments were computed from."""
        return self._n_observations

    @property
    def n_dropped(self) -> int:
        """Rows that were left out because an answer was missing."""
        return self._n_dropped

    @property
    def is_of_rows(self) -> bool:
        """Whether rows were read, so that means are modelled where a model of rows has them."""
        return self._is_of_rows

    @property
    def patterns(self) -> Patterns | None:
        """Rows by what is missing, where this was asked for."""
        return self._patterns

    @property
    def categorical(self) -> CategoricalMoments | None:
        """Thresholds, polychoric correlations and their covariance, where asked for."""
        return self._categorical

    def _with(
        self,
        n_dropped: int | None = None,
        patterns: Patterns | None = None,
        categorical: CategoricalMoments | None = None,
        is_of_rows: bool = True,
    ) -> SampleMoments:
        """A copy with what only rows tell; what is not given stays."""
        other = copy.copy(self)
        other._is_of_rows = is_of_rows
        other._n_dropped = self._n_dropped if n_dropped is None else n_dropped
        other._patterns = patterns or self._patterns
        other._categorical = categorical or self._categorical
        return other

    def __repr__(self) -> str:
        return (
            f"SampleMoments({len(self.covariance)} variables, {self.n_observations} observations)"
        )

    @classmethod
    @checked
    def from_data(cls, data: pd.DataFrame) -> SampleMoments:
        """Moments of the complete rows of a data frame of numbers."""
        texts = [str(name) for name in data if not pd.api.types.is_numeric_dtype(data[name])]
        if texts:
            raise DataError(f"column {texts[0]!r} does not hold numbers; leave it out.")
        complete = data.dropna()
        return cls(complete.cov(), complete.mean(), len(complete))._with()

    @classmethod
    @checked
    def from_parquet(
        cls,
        source: str | Path | Sequence[str | Path],
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        missing: str = "listwise",
        ordered: bool = False,
        threads: int = 1,
        memory_limit: str | None = None,
    ) -> SampleMoments | GroupedMoments:
        """Moments of Parquet files of any size, read in batches.

        Parameters
        ----------
        source : str, Path, or a list of these
            Files; ``*`` stands for anything.
        columns : list of str, optional
            Columns of numbers; all but `group` if not given.
        group : str, optional
            A column: one `SampleMoments` for each of its values.
        missing : {"listwise", "fiml", "pairwise"}
            Complete rows; or all, by what is missing, for fits with ``missing="fiml"``; or, of
            ordinal items, every pair of answers.
        ordered : bool
            Whether the columns are ordinal items, for fits with ``ordered=True``; read three times.
        threads : int
            Of the reader.
        memory_limit : str, optional
            What the reader may use, as "2GB".

        Returns
        -------
        SampleMoments, or GroupedMoments with `group`

        Raises
        ------
        NotAvailableError
            Without duckdb and pyarrow: ``pip install "tpn_sem[streams]"``.
        DataError
            Naming file and column that cannot serve.
        """
        opened = open_source(source, "read_parquet", columns, group, threads, memory_limit)
        return _summed(opened, missing, ordered)

    @classmethod
    @checked
    def from_csv(
        cls,
        source: str | Path | Sequence[str | Path],
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        missing: str = "listwise",
        ordered: bool = False,
        threads: int = 1,
        memory_limit: str | None = None,
    ) -> SampleMoments | GroupedMoments:
        """Moments of CSV files of any size; see `from_parquet`. The separator is found out."""
        opened = open_source(source, "read_csv", columns, group, threads, memory_limit)
        return _summed(opened, missing, ordered)

    @classmethod
    @checked
    def from_arrow(
        cls,
        source: Any,
        columns: Sequence[str] | None = None,
        *,
        group: str | None = None,
        missing: str = "listwise",
        ordered: bool = False,
        threads: int = 1,
        memory_limit: str | None = None,
    ) -> SampleMoments | GroupedMoments:
        """Moments of a table or a stream of Arrow batches; see `from_parquet`."""
        opened = open_source(source, "arrow", columns, group, threads, memory_limit)
        return _summed(opened, missing, ordered)

    @classmethod
    @checked
    def from_thresholds(
        cls,
        correlations: pd.DataFrame | Array,
        thresholds: Mapping[str, Sequence[float]],
        n_observations: float,
        *,
        names: Sequence[str] | None = None,
        asymptotic_covariance: Matrix | None = None,
    ) -> SampleMoments:
        """Polychoric correlations and thresholds of ordinal items, for fits with ``ordered=True``.

        Parameters
        ----------
        correlations : DataFrame or array, shape (p, p)
        thresholds : mapping of str to sequence of float
            Of each item, increasing; one less than it has categories.
        n_observations : int
        names : sequence of str, optional
            Item names; not needed where `correlations` is a DataFrame.
        asymptotic_covariance : DataFrame or array, shape (m, m), optional
            Covariance matrix of the statistics times n: thresholds item by item (x1|t1, x1|t2,
            ...), then correlations column by column (x1~~x2, x1~~x3, ...). All estimators need it
            but "ULS" without errors.

        Raises
        ------
        DataError
        """
        own = cls(correlations, None, n_observations, names=names)
        items = [str(name) for name in own.covariance.columns]
        statistics = ordinal_statistics(
            own.covariance.to_numpy(), thresholds, items, own.n_observations, asymptotic_covariance
        )
        return _of_categories(statistics, tuple(items))

    @checked
    def merge(self, other: SampleMoments) -> SampleMoments:
        """Moments of both samples together (Chan, Golub & LeVeque, 1983).

        Patterns of missing answers are merged too. Ordinal items are not: their asymptotic
        covariance matrix rests on the thresholds of all rows. Read the files together instead.
        """
        if self.categorical is not None or other.categorical is not None:
            raise DataError(
                "ordinal items cannot be merged: what rows say depends on the thresholds of all "
                "of them. Read all files together."
            )
        known = (self._spread, other._spread, self._weight, other._weight)
        if any(one is not None for one in known):
            raise DataError(
                "moments with an asymptotic covariance matrix or weights cannot be merged: what "
                "they are together, only rows tell."
            )
        if self.mean is None or other.mean is None:
            raise DataError("moments without means cannot be merged: give the means too.")
        if set(self.covariance.columns) != set(other.covariance.columns):
            raise DataError("moments of different variables cannot be merged.")
        columns = list(self.covariance.columns)
        dropped = self.n_dropped + other.n_dropped
        if self.patterns is not None and other.patterns is not None:
            order = np.array([list(other.covariance.columns).index(name) for name in columns])
            parts = [
                (self.patterns, float(self.n_observations)),
                (other.patterns.of(order), float(other.n_observations)),
            ]
            return _of_patterns(*merged_patterns(parts), tuple(columns))._with(n_dropped=dropped)
        first, second = self.n_observations, other.n_observations
        total = first + second
        shift = (other.mean[columns] - self.mean[columns]).to_numpy()
        scatter = (first - 1) * self.covariance + (second - 1) * other.covariance.loc[
            columns, columns
        ]
        scatter += np.outer(shift, shift) * (first * second / total)
        mean = (first * self.mean[columns] + second * other.mean[columns]) / total
        return SampleMoments(scatter / (total - 1), mean, total)._with(
            n_dropped=dropped, is_of_rows=self.is_of_rows and other.is_of_rows
        )

    @checked
    def save(self, path: str | Path) -> None:
        """Write to a file that `load` reads, without the loss of a bit."""
        write(path, {"": self._parts})

    @staticmethod
    @checked
    def load(path: str | Path) -> SampleMoments | GroupedMoments:
        """Read what `save` wrote: one sample, or those of several groups.

        Raises
        ------
        DataError
            Where the file is none of these.
        """
        found = {label: _of_parts(parts) for label, parts in read(path).items()}
        return found[""] if list(found) == [""] else GroupedMoments(found)

    @property
    def _parts(self) -> dict[str, Any]:
        return {
            "names": [str(name) for name in self.covariance.columns],
            "covariance": self.covariance.to_numpy(),
            "mean": None if self.mean is None else self.mean.to_numpy(),
            "n_observations": self.n_observations,
            "n_dropped": self.n_dropped,
            "is_of_rows": self.is_of_rows,
            "patterns": self.patterns,
            "categorical": self.categorical,
            "asymptotic_covariance": self._spread,
            "weight": self._weight,
        }


class GroupedMoments(dict[str, SampleMoments]):
    """Sample moments by group, ready to be fitted."""

    def merge(self, other: Mapping[str, SampleMoments]) -> GroupedMoments:
        """Both together, group by group; groups that only one has are kept."""
        merged = GroupedMoments(self)
        for label, moments in other.items():
            merged[label] = merged[label].merge(moments) if label in merged else moments
        return merged

    def save(self, path: str | Path) -> None:
        """Write to a file that `SampleMoments.load` reads."""
        write(path, {label: moments._parts for label, moments in self.items()})


def _summed(source: Source, missing: str, ordered: bool) -> SampleMoments | GroupedMoments:
    """Read a source as it was asked for."""
    choose("missing", missing, MISSING)
    if ordered and missing == "fiml":
        raise OptionError("missing='fiml' is for continuous items; with ordered= take 'pairwise'.")
    if missing == "pairwise" and not ordered:
        raise OptionError("missing='pairwise' is for ordinal items: give ordered=True.")
    found: dict[str, SampleMoments] = {}
    if ordered:
        for label, (statistics, dropped) in ordinal_moments(source, missing == "pairwise").items():
            found[label] = _of_categories(statistics, source.columns)._with(n_dropped=dropped)
    else:
        for label, sums in add_up(source, missing == "fiml").items():
            where = f"{source.name}, group {label!r}" if label else source.name
            found[label] = _of_sums(sums, source.columns, where)
    return found[""] if source.group is None else GroupedMoments(found)


def _of_sums(sums: GroupSums, names: tuple[str, ...], where: str) -> SampleMoments:
    if sums.patterns:
        return _of_patterns(*sums.found_patterns(), names)._with(n_dropped=sums.dropped)
    own = sums.complete
    if own.n < 2:
        raise DataError(f"{where} has {own.n:.0f} complete rows: a covariance matrix needs more.")
    moments = SampleMoments(own.scatter / (own.n - 1), own.mean, int(own.n), names=names)
    return moments._with(n_dropped=sums.dropped)


def _of_patterns(patterns: Patterns, n: float, names: tuple[str, ...]) -> SampleMoments:
    """Moments by maximum likelihood, made unbiased as those of complete rows are."""
    counts = patterns.shares[:, None] * patterns.observed
    if not (counts.sum(axis=0) > 0.0).all():
        absent = names[int(np.flatnonzero(counts.sum(axis=0) == 0.0)[0])]
        raise DataError(f"column {absent!r} has no answer at all. Leave it out.")
    mean = (counts * patterns.mean).sum(axis=0) / counts.sum(axis=0)
    second = np.diagonal(patterns.covariance, axis1=1, axis2=2) + (patterns.mean - mean) ** 2
    variance = (counts * second).sum(axis=0) / counts.sum(axis=0)
    found = saturate(patterns, (mean, np.diag(variance)))
    if found is None:
        raise DataError(
            "the unrestricted means and covariances cannot be estimated, given what is missing. "
            "Name fewer columns."
        )
    mean, covariance = found
    whole = round(n)
    unbiased = covariance * (whole / (whole - 1))
    return SampleMoments(unbiased, mean, whole, names=names)._with(patterns=patterns)


def _of_categories(statistics: CategoricalMoments, names: tuple[str, ...]) -> SampleMoments:
    zeros = np.zeros(len(names))
    moments = SampleMoments(statistics.covariance, zeros, statistics.n_observations, names=names)
    return moments._with(categorical=statistics)


def _of_parts(parts: dict[str, Any]) -> SampleMoments:
    own = SampleMoments(
        parts["covariance"],
        parts.get("mean"),
        parts["n_observations"],
        names=parts["names"],
        asymptotic_covariance=parts.get("asymptotic_covariance"),
        weight=parts.get("weight"),
    )
    return own._with(
        n_dropped=parts["n_dropped"],
        patterns=parts.get("patterns"),
        categorical=parts.get("categorical"),
        is_of_rows=parts["is_of_rows"],
    )


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
        raise DataError("the matrix is not a covariance matrix: it has a negative variance.")
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
