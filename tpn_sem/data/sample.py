"""What the data of each group say to a discrepancy function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ..moments import Patterns
from ..moments.ordinal import CategoricalMoments, PairwiseAnswers
from ..numerics import Array, Indices, Mask


@dataclass(frozen=True, eq=False)
class Sample:
    """What one group's data say to a discrepancy function.

    Attributes
    ----------
    label : str
    n_observations : int
    covariance : array, shape (..., p, p)
        Divisor n ("normal" likelihood) or n - 1 ("wishart"); the maximum-likelihood estimate
        where answers are missing.
    mean : array, shape (..., p), or None
        None where the model has no mean structure.
    rows : array, shape (n, p), or None
        The rows used, where raw data were given; NaN where an answer is missing.
    places : int array, shape (n,), or None
        Where these rows stand in the data.
    patterns : Patterns or None
        The rows by what is missing; None where they were used listwise.
    weights : array, shape (n,), or None
        Sampling weights, normalised.
    repeats : array, shape (n,), or None
        Frequency weights: how many rows each row stands for.
    clusters : int array, shape (n,), or None
        The cluster of each row, numbered over all groups.
    is_unbiased : bool
        Whether the divisor of the covariances is n - 1.
    categorical : CategoricalMoments or None
        Thresholds and polychoric correlations, where some variables are ordinal; `covariance`
        then has these correlations, and `mean` zeros.
    pairs : PairwiseAnswers or None
        Pairs of answers, where missing ones are expected at the thresholds and correlations.
    sizes : array, shape (...), or None
        The size of each sample of a stack, where they differ.
    """

    label: str
    n_observations: int
    covariance: Array
    mean: Array | None
    rows: Array | None = None
    places: Indices | None = None
    patterns: Patterns | None = None
    weights: Array | None = None
    repeats: Array | None = None
    clusters: Indices | None = None
    is_unbiased: bool = False
    categorical: CategoricalMoments | None = None
    pairs: PairwiseAnswers | None = None
    sizes: Array | None = None
    _memory: dict[str, Array] = field(default_factory=dict, repr=False)

    def part(self, keep: Mask | int) -> Sample:
        """Some of a stack of moments; a number takes out one sample."""
        mean = None if self.mean is None else self.mean[keep]
        sizes = None if self.sizes is None else self.sizes[keep]
        count = self.n_observations
        if sizes is not None and sizes.ndim == 0:
            count = round(float(sizes))
        return replace(
            self,
            n_observations=count,
            covariance=self.covariance[keep],
            mean=mean,
            sizes=sizes,
            _memory={},
        )

    @cached_property
    def centre(self) -> Array:
        """Means of the variables, whether or not the model has means, shape (p,)."""
        if self.mean is not None:
            return self.mean
        assert self.rows is not None
        weights = self.weights if self.weights is not None else self.repeats
        return np.asarray(np.average(self.rows, axis=0, weights=weights))

    @cached_property
    def n_clusters(self) -> int:
        """Number of clusters; 0 without any."""
        return 0 if self.clusters is None else len(np.unique(self.clusters))

    @property
    def size(self) -> float:
        """What the group counts: its number of observations, or the sum of sampling weights."""
        if self.sizes is not None and self.sizes.ndim == 0:
            return float(self.sizes)
        return float(self.n_observations if self.weights is None else self.weights.sum())

    @property
    def counts(self) -> Array:
        """What each sample of a stack counts, shape (...)."""
        return np.asarray(self.size if self.sizes is None else self.sizes, dtype=float)

    @property
    def plain_covariance(self) -> Array:
        """The covariance matrix with divisor n."""
        n = self.n_observations
        return self.covariance * ((n - 1) / n) if self.is_unbiased else self.covariance

    @cached_property
    def all_patterns(self) -> Patterns:
        """The rows by what is missing; one pattern where nothing is."""
        if self.patterns is not None:
            return self.patterns
        whole = np.ones((1, self.n_variables), dtype=bool)
        member = np.zeros(0 if self.rows is None else len(self.rows), dtype=np.intp)
        centre, covariance = self.centre[None], self.plain_covariance[None]
        return Patterns(whole, np.ones(1), centre, covariance, member)

    def remember(self, name: str, compute: Callable[[], Array]) -> Array:
        """What `compute` gives, computed once for this sample."""
        if name not in self._memory:
            self._memory[name] = compute()
        return self._memory[name]

    @cached_property
    def log_determinant(self) -> Array:
        """Log determinant of the covariance matrix, shape (...)."""
        return np.asarray(np.linalg.slogdet(self.covariance)[1])

    @cached_property
    def saturated_deviance(self) -> float:
        """Deviance of the patterns at the sample's own moments."""
        assert self.patterns is not None
        assert self.mean is not None
        return float(self.patterns.at(self.mean, self.covariance).deviance)

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
    cluster_labels : tuple
        The clusters in the order of their numbers; empty without clusters.
    """

    groups: tuple[Sample, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    n_dropped: int = 0
    synthetic: bool = False
    index: pd.Index | None = None
    cluster_labels: tuple[object, ...] = ()

    def part(self, keep: Mask | int) -> Samples:
        """Some samples of a stack of moments."""
        return replace(self, groups=tuple(group.part(keep) for group in self.groups))

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
        return all(group.rows is not None for group in self.groups)

    @property
    def crossed(self) -> tuple[object, ...]:
        """Clusters that are in more than one group."""
        members = [set() if g.clusters is None else set(g.clusters.tolist()) for g in self.groups]
        return tuple(
            label
            for number, label in enumerate(self.cluster_labels)
            if sum(number in group for group in members) > 1
        )
