"""In which order the statistics of ordinal and continuous variables stand in a vector."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..linalg import Array, Indices


@dataclass(frozen=True)
class Layout:
    """The order of m statistics of p variables, given q exogenous ones.

    Thresholds variable by variable; means of the continuous variables; slopes variable by
    variable, the exogenous variables fastest; variances of the continuous variables; covariances,
    the strict lower triangle column by column.

    Attributes
    ----------
    categories : tuple of int
        Numbers of categories, a variable each; 0 for a continuous one.
    n_exogenous : int
    """

    categories: tuple[int, ...]
    n_exogenous: int = 0

    @property
    def n_variables(self) -> int:
        """Number of variables, p."""
        return len(self.categories)

    @cached_property
    def ordinal(self) -> Indices:
        """Places of the ordinal variables."""
        return np.flatnonzero(np.asarray(self.categories, dtype=int) > 0)

    @cached_property
    def continuous(self) -> Indices:
        """Places of the continuous variables."""
        return np.flatnonzero(np.asarray(self.categories, dtype=int) == 0)

    @cached_property
    def pairs(self) -> tuple[Indices, Indices]:
        """Rows and columns of the strict lower triangle, column by column."""
        columns, rows = np.triu_indices(self.n_variables, 1)
        return rows, columns

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """Where thresholds, means, slopes, variances and covariances end."""
        sizes = (
            sum(count - 1 for count in self.categories if count),
            len(self.continuous),
            self.n_variables * self.n_exogenous,
            len(self.continuous),
            len(self.pairs[0]),
        )
        return tuple(int(end) for end in np.cumsum(sizes))

    @property
    def thresholds(self) -> slice:
        """Where the thresholds stand."""
        return slice(0, self._ends[0])

    @property
    def means(self) -> slice:
        """Where the means of the continuous variables stand."""
        return slice(self._ends[0], self._ends[1])

    @property
    def slopes(self) -> slice:
        """Where the slopes on the exogenous variables stand."""
        return slice(self._ends[1], self._ends[2])

    @property
    def variances(self) -> slice:
        """Where the variances of the continuous variables stand."""
        return slice(self._ends[2], self._ends[3])

    @property
    def covariances(self) -> slice:
        """Where the covariances stand."""
        return slice(self._ends[3], self._ends[4])

    @property
    def size(self) -> int:
        """Number of statistics, m."""
        return self._ends[4]

    @property
    def n_univariate(self) -> int:
        """Number of statistics of single variables; they stand before those of pairs."""
        return self._ends[3]

    @cached_property
    def threshold_slices(self) -> tuple[slice, ...]:
        """Where each variable's thresholds stand; an empty slice for a continuous variable."""
        ends = np.cumsum([0, *(max(count - 1, 0) for count in self.categories)]).tolist()
        return tuple(slice(start, end) for start, end in zip(ends[:-1], ends[1:], strict=True))

    def univariate(self, variable: int) -> Indices:
        """Where a variable's own statistics stand: thresholds or mean, slopes, variance."""
        q = self.n_exogenous
        slopes = self.slopes.start + variable * q + np.arange(q)
        if self.categories[variable]:
            own = self.threshold_slices[variable]
            return np.concatenate([np.arange(own.start, own.stop), slopes])
        place = int(np.searchsorted(self.continuous, variable))
        mean, variance = self.means.start + place, self.variances.start + place
        return np.concatenate([[mean], slopes, [variance]]).astype(np.intp)

    def vector(self, thresholds: Array, mean: Array, slopes: Array, covariance: Array) -> Array:
        """The statistics in their order, shape (..., m).

        Parameters
        ----------
        thresholds : array, shape (..., t)
            Those of all ordinal variables one after the other.
        mean : array, shape (..., p)
        slopes : array, shape (..., p, q)
        covariance : array, shape (..., p, p)
        """
        rows, columns = self.pairs
        parts = (
            thresholds,
            mean[..., self.continuous],
            slopes.reshape(*slopes.shape[:-2], self.n_variables * self.n_exogenous),
            covariance[..., self.continuous, self.continuous],
            covariance[..., rows, columns],
        )
        return np.concatenate(parts, axis=-1)
