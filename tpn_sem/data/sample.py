"""Sample statistics of each group, as used in estimation; one type for each kind of data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from ..errors import DataError, NotAvailableError
from ..moments import Patterns
from ..numerics import Array, Indices, Mask, inverse, is_positive_definite, vech
from ..specification import DataOptions
from .rows import Rows
from .survey_design import SurveyDesign

RowPulls = Callable[[slice], tuple[Array, Indices]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample(ABC):
    """Sample statistics of one group; subclasses are the kinds of observed data.

    Attributes
    ----------
    label : str
    names : tuple of str
        The group's variables, in the order of the matrices.
    n_observations : int
    covariance : array, shape (..., p, p)
    mean : array, shape (..., p), or None
        None where the model has no mean structure.
    known_rows : Rows or None
        None where sample moments were given; `rows` is what to read.
    """

    label: str
    names: tuple[str, ...]
    n_observations: int
    covariance: Array
    mean: Array | None
    known_rows: Rows | None = None

    @property
    @abstractmethod
    def vector(self) -> Array:
        """The statistics that a model has to explain, in their order, shape (..., m)."""

    @property
    @abstractmethod
    def spread(self) -> Array:
        """Asymptotic covariance matrix of `vector` times n, whatever the distribution, (m, m).

        Raises
        ------
        NotAvailableError
            Where it needs rows and there are none.
        """

    @cached_property
    def variance_places(self) -> Indices:
        """Where variances of continuous variables stand in the vector, shape (k,)."""
        return np.zeros(0, dtype=np.intp)

    @cached_property
    def inverse_spread(self) -> Array:
        """The inverse of `spread`, shape (m, m).

        Raises
        ------
        DataError
            Where there are too few rows for it, or it is singular.
        """
        spread = self.spread
        where = f" in group {self.label!r}" if self.label else ""
        if self.n_observations <= len(spread):
            raise DataError(
                f"WLS needs more rows{where} than there are moments: {self.n_observations} rows, "
                f"{len(spread)} moments. Take MLR, or DWLS with robust errors."
            )
        if not is_positive_definite(spread):
            raise DataError(
                f"WLS needs the inverse of the moments' asymptotic covariance matrix{where}, and "
                "it is singular: some moments follow from others. Take DWLS or ULS with robust "
                "errors (WLSMV, ULSMV), or MLM of continuous variables."
            )
        return inverse(spread)

    @property
    @abstractmethod
    def all_patterns(self) -> Patterns:
        """The rows by what is missing; one pattern where nothing is."""

    @abstractmethod
    def row_pulls(self, mean: Array, covariance: Array) -> tuple[Array, RowPulls]:
        """Inverse covariance matrices W by pattern, (J, p, p), and a function of rows.

        The function gives W (y - mean) of some rows, shape (rows, p), and each row's pattern.
        """

    @property
    def rows(self) -> Rows:
        """The rows used.

        Raises
        ------
        NotAvailableError
            Where sample moments were given.
        """
        if self.known_rows is None:
            raise NotAvailableError("this needs rows of data, not sample moments.")
        return self.known_rows

    @property
    def has_rows(self) -> bool:
        """Whether raw data were given."""
        return self.known_rows is not None

    @cached_property
    def centre(self) -> Array:
        """Means of the variables, whether or not the model has means, shape (p,)."""
        if self.mean is not None:
            return self.mean
        return np.asarray(np.average(self.rows.values, axis=0, weights=self.rows.counts))

    @property
    def start_covariance(self) -> Array:
        """Covariances from which start values are taken, shape (..., p, p)."""
        return self.covariance

    @property
    def seen(self) -> Mask:
        """Pairs of variables whose covariance the data tell, shape (p, p)."""
        return np.ones((self.n_variables, self.n_variables), dtype=bool)

    @property
    def seen_means(self) -> Mask:
        """Variables whose mean the data tell, shape (p,)."""
        return np.ones(self.n_variables, dtype=bool)

    def seen_moments(self, means: bool) -> Mask:
        """Which moments the data tell: means, if the model has any, then vech(covariance), (m,)."""
        halves = vech(self.seen)
        return np.concatenate([self.seen_means, halves]) if means else halves

    @property
    def n_unseen(self) -> int:
        """How many covariances the data do not tell."""
        return 0

    @property
    def has_unrestricted(self) -> bool:
        """Whether the moments are those of an unrestricted model, so that a model can be tested."""
        return True

    @cached_property
    def n_clusters(self) -> int:
        """Number of clusters; 0 without any."""
        rows = self.known_rows
        return 0 if rows is None or rows.clusters is None else len(np.unique(rows.clusters))

    @property
    def size(self) -> float:
        """What the group counts: its number of observations, or the sum of sampling weights."""
        rows = self.known_rows
        if rows is None or rows.weights is None:
            return float(self.n_observations)
        return float(rows.weights.sum())

    @property
    def counts(self) -> Array:
        """What each sample of a stack counts, shape (...)."""
        return np.asarray(self.size, dtype=float)

    @property
    def plain_covariance(self) -> Array:
        """The covariance matrix with divisor n."""
        return self.covariance

    @cached_property
    def log_determinant(self) -> Array:
        """Log determinant of the covariance matrix, shape (...)."""
        return np.asarray(np.linalg.slogdet(self.covariance)[1])

    @property
    def n_variables(self) -> int:
        """Number of observed variables, p."""
        return int(self.covariance.shape[-1])

    def part(self, keep: Mask | int) -> Self:
        """Some of a stack of samples; a number takes out one sample."""
        mean = None if self.mean is None else self.mean[keep]
        return replace(self, covariance=self.covariance[keep], mean=mean)

    def without_clusters(self) -> Self:
        """The same data with rows taken as independent."""
        return replace(self, known_rows=replace(self.rows, clusters=None))


@dataclass(frozen=True)
class Samples:
    """The samples of all groups and what was noticed on the way.

    Attributes
    ----------
    groups : tuple of Sample
        In the order in which the groups appear in the data.
    options : DataOptions
        How the data were read.
    notes : tuple of str
        What was dropped or looks wrong; also issued as warnings.
    n_dropped : int
        Rows left out because an answer was missing.
    synthetic : bool
        Whether the data frame calls itself synthetic.
    index : Index or None
        The row labels of the data frame.
    cluster_labels : tuple
        The clusters in the order of their numbers; empty without clusters.
    answers : tuple of (name, tuple of (answer, code))
        The codes that the answers to ordinal items got.
    design : SurveyDesign or None
        The strata that units were drawn from.
    """

    groups: tuple[Sample, ...]
    options: DataOptions = field(default_factory=DataOptions)
    notes: tuple[str, ...] = ()
    n_dropped: int = 0
    synthetic: bool = False
    index: pd.Index | None = None
    cluster_labels: tuple[object, ...] = ()
    answers: tuple[tuple[str, tuple[tuple[object, int], ...]], ...] = ()
    design: SurveyDesign | None = None

    def part(self, keep: Mask | int) -> Samples:
        """Some samples of a stack of moments."""
        return replace(self, groups=tuple(group.part(keep) for group in self.groups))

    def without_clusters(self) -> Samples:
        """The same data with rows taken as independent."""
        return replace(
            self,
            groups=tuple(group.without_clusters() for group in self.groups),
            options=replace(self.options, cluster=None, strata=None, fpc=None),
            cluster_labels=(),
            design=None,
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the groups."""
        return tuple(group.label for group in self.groups)

    @property
    def n_observations(self) -> int:
        """Number of observations over all groups."""
        return sum(group.n_observations for group in self.groups)

    @property
    def size(self) -> float:
        """Sum of the groups' sizes."""
        return sum(group.size for group in self.groups)

    @property
    def has_rows(self) -> bool:
        """Whether raw data were given."""
        return all(group.has_rows for group in self.groups)

    @property
    def crossed(self) -> tuple[object, ...]:
        """Clusters that are in more than one group."""
        members = [
            set(group.rows.membership.tolist()) if self.cluster_labels else set()
            for group in self.groups
        ]
        return tuple(
            label
            for number, label in enumerate(self.cluster_labels)
            if sum(number in group for group in members) > 1
        )
