"""Data drawn from a population: a fitted model, or one that is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked, read_number, read_seed, read_share
from ..errors import DataError, NotAvailableError, OptionError
from ..estimation.implied import Implied, ImpliedResponses
from ..fit import Fit, read_fit
from ..model import Model
from ..numerics import Array, Indices
from ..populations import (
    Gaps,
    Population,
    Shares,
    cluster_members,
    group_sizes,
    implied_population,
    margins,
    population_of,
    take_out,
    with_clusters,
    write_population,
)
from ..specification import Specification
from .level_draws import draw_levels, draw_written_levels

Sizes = int | Sequence[int] | Mapping[str, int]
ClusterSizes = int | Sequence[int] | Mapping[str, int | Sequence[int]]


@checked
def simulate(
    population: Fit | Model | str,
    n: Sizes | None = None,
    *,
    seed: int | None = None,
    group: str = "group",
    shares: Shares | None = None,
    skewness: float | Mapping[str, float] = 0.0,
    kurtosis: float | Mapping[str, float] = 0.0,
    clusters: ClusterSizes | None = None,
    icc: float | Mapping[str, float] | None = None,
    cluster: str = "cluster",
    missing: float | Mapping[str, float] = 0.0,
    missing_on: str | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Draw a data set.

    Parameters
    ----------
    population : Fit, Model or str
        What is true. In a model text every loading, path and threshold has a number; variances
        that are not written are such that their variables have variance one, and covariances and
        means that are not written are zero. The predictors of a fit that takes them as given are
        drawn from its rows. A fit of two levels has clusters, as large as its own if `clusters`
        is not given; a text of two levels has its variances between clusters written.
    n : int, sequence of int, or mapping of group to int
        Number of rows; several for several groups, which a text's ``c()`` tells apart. As many as
        were fitted if not given.
    seed : int, optional
        The same seed gives the same data.
    group : str
        What the column of groups is called.
    shares : sequence of float, or mapping of variable to these, optional
        Shares of the answers 1, 2, ... of all observed variables, or of those named: the first
        group's; thresholds are the same in all. Thresholds may also be written, as ``x1 | -1*t1``.
    skewness, kurtosis : float, or mapping of variable to float
        Of observed variables, or of the latent responses behind ordinal ones; the kurtosis of the
        normal distribution is 0. Vale & Maurelli (1983).
    clusters : int, sequence of int, or mapping of group to these, optional
        Number of clusters (of nearly equal size, each in one group), or the size of each.
    icc : float, or mapping of variable to float
        With clusters: the share of the variance that lies between them, of everything alike; or
        of what the named variables' predictors leave of their variances, as ``{"NPC": .1}``.
    cluster : str
        What the column of clusters is called.
    missing : float, or mapping of variable to float
        Share of answers that are not there, of all variables or of those named.
    missing_on : str, optional
        The variable that these depend on: whoever has one standard deviation more of it has e
        times the odds to leave an answer out (missing at random). It stays complete.
    **options
        As of `Model.fit`, for how a text is read: parameterization, orthogonal, std_lv, ...

    Returns
    -------
    DataFrame
        A row per case; ``attrs["synthetic"]`` is True. Ordinal answers count from 1.

    Raises
    ------
    ModelError
        Where a path has no number, or variables cannot have such (co)variances.
    OptionError
        For options that are no such numbers, or do not go together.

    Examples
    --------
    >>> frame = simulate("f =~ .7*x1 + .8*x2 + .6*x3", 200, seed=1, shares=(.2, .5, .3))
    >>> frame.shape
    (200, 3)
    """
    if has_levels(population):
        of_fit = isinstance(population, Fit)
        asked = {
            "shares": shares is not None and of_fit,
            "skewness": bool(skewness),
            "kurtosis": bool(kurtosis),
            "icc": icc is not None,
            **dict.fromkeys(options, True),
        }
        gaps = Gaps(missing, missing_on)
        return _of_levels(population, n, clusters, shares, seed, group, cluster, gaps, asked)
    source = _source(population, n, shares, options)
    specification = source.specification
    generator = np.random.default_rng(read_seed(seed))
    numbers, labels = cluster_members(clusters, source.sizes, source.labels)
    shape = _Shape(skewness, kurtosis, icc, clusters is not None)
    parts, start = [], 0
    for place, size in enumerate(source.sizes):
        members = None if numbers is None else numbers[start : start + size]
        start += size
        own = shape.of(source.populations[place], specification, place, source.implied[place])
        parts.append(_rows(own, generator, size, source.given[place], members))
    names = [list(pattern.observed) for pattern in specification.patterns]
    frames = [pd.DataFrame(part, columns=own) for part, own in zip(parts, names, strict=True)]
    frame = pd.concat(frames, ignore_index=True)[list(specification.observed)]
    for name, _ in specification.categories:
        frame[name] = frame[name] + 1.0
    take_out(frame, Gaps(missing, missing_on), generator)
    if len(source.labels) > 1:
        _add(frame, group, np.repeat(source.labels, source.sizes))
    if numbers is not None:
        _add(frame, cluster, labels[numbers])
    frame.attrs.update(synthetic=True, seed=seed)
    return frame


def has_levels(population: Fit | Model | str) -> bool:
    """Whether what is true has a level between clusters."""
    if isinstance(population, Fit):
        return population.estimation.specification.has_levels
    model = population if isinstance(population, Model) else Model(population)
    return model.statements.has_levels


def _of_levels(
    population: Fit | Model | str,
    n: Sizes | None,
    clusters: ClusterSizes | None,
    shares: Shares | None,
    seed: int | None,
    group: str,
    cluster: str,
    gaps: Gaps,
    asked: Mapping[str, bool],
) -> pd.DataFrame:
    """Draw from two levels; clusters are as large as those of a fit if not given."""
    generator = np.random.default_rng(read_seed(seed))
    if isinstance(population, Fit):
        frame, groups, numbers = draw_levels(population.estimation, n, clusters, generator, asked)
    else:
        model = population if isinstance(population, Model) else Model(population)
        labels = group_sizes(n, None)[1]
        written = write_population(model.statements, model.defaults, labels, shares)
        frame, groups, numbers = draw_written_levels(written, n, clusters, generator, asked)
    take_out(frame, gaps, generator)
    if len(set(groups)) > 1:
        _add(frame, group, groups)
    _add(frame, cluster, numbers)
    frame.attrs.update(synthetic=True, seed=seed)
    return frame


@dataclass(frozen=True, eq=False)
class _Source:
    """Groups to draw from."""

    specification: Specification
    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    populations: tuple[Population, ...]
    implied: tuple[Implied, ...]
    given: tuple[Array | None, ...]


def _source(
    population: Fit | Model | str, n: Sizes | None, shares: Shares | None, options: dict[str, Any]
) -> _Source:
    if isinstance(population, Fit):
        return _fitted(population, n, shares, options)
    model = population if isinstance(population, Model) else Model(population)
    sizes, labels = group_sizes(n, None)
    written = write_population(model.statements, model.defaults, labels, shares, options)
    populations = tuple(implied_population(implied) for implied in written.implied)
    nothing = (None,) * len(labels)
    return _Source(written.specification, labels, sizes, populations, written.implied, nothing)


def _fitted(fit: Fit, n: Sizes | None, shares: Shares | None, options: dict[str, Any]) -> _Source:
    if shares is not None or options:
        name = "shares" if shares is not None else next(iter(options))
        raise OptionError(f"{name}= is for populations that are written; a fit has its own.")
    found = read_fit(fit, "simulate")
    if not found.converged:
        raise OptionError("the fit did not converge: it describes no population.")
    for one in found.implied:
        if isinstance(one, ImpliedResponses) and one.reason:
            raise NotAvailableError(one.reason)
    groups = found.samples.groups
    own = {sample.label: sample.n_observations for sample in groups}
    sizes, labels = group_sizes(n, own)
    populations = tuple(population_of(found, place) for place in range(len(groups)))
    given: list[Array | None] = []
    for sample, population in zip(groups, populations, strict=True):
        if len(population.given) and not sample.has_rows:
            raise OptionError(
                "the fit takes predictors as given, but knows their moments only: fit rows of data."
            )
        given.append(sample.rows.values[:, population.given] if sample.has_rows else None)
    return _Source(found.specification, labels, sizes, populations, found.implied, tuple(given))


@dataclass(frozen=True)
class _Shape:
    """Distributions and clusters that are asked for."""

    skewness: float | Mapping[str, float]
    kurtosis: float | Mapping[str, float]
    icc: float | Mapping[str, float] | None
    clustered: bool

    def __post_init__(self) -> None:
        if self.clustered != (self.icc is not None):
            lost = "icc" if self.clustered else "clusters"
            raise OptionError(f"clusters= and icc= go together; give {lost}= too.")
        values = self.icc.values() if isinstance(self.icc, Mapping) else [self.icc]
        for value in values:
            if value is not None:
                read_share("icc", value)

    def of(
        self, population: Population, specification: Specification, group: int, implied: Implied
    ) -> Population:
        """The population of one group with these."""
        if self.icc is not None:
            _check_names("icc", self.icc, specification.roles.all)
            pattern = specification.patterns[group]
            names = pattern.names
            population = with_clusters(population, pattern, implied, self.icc, names)
        given = set(population.given.tolist())
        free = [place for place in range(len(population.mean)) if place not in given]
        names = tuple(specification.patterns[group].observed[place] for place in free)
        skewness = _each("skewness", self.skewness, names)
        kurtosis = _each("kurtosis", self.kurtosis, names)
        if not (skewness.any() or kurtosis.any()):
            return population
        if isinstance(self.icc, Mapping):
            raise OptionError("skewness= and kurtosis= go with one icc= for everything.")
        left = population.covariance_given_predictors
        shared = float(self.icc or 0.0)
        return replace(population, margins=margins(left, skewness, kurtosis, names, shared))


def _each(option: str, value: float | Mapping[str, float], names: tuple[str, ...]) -> Array:
    _check_names(option, value, names)
    if isinstance(value, Mapping):
        return np.array([read_number(option, value.get(name, 0.0)) for name in names])
    return np.full(len(names), read_number(option, value))


def _check_names(option: str, value: object, names: tuple[str, ...]) -> None:
    unknown = [name for name in value if name not in names] if isinstance(value, Mapping) else []
    if unknown:
        raise OptionError(f"{option}= names {unknown[0]!r}; the model has {', '.join(names)}.")


def _rows(
    population: Population,
    generator: np.random.Generator,
    size: int,
    given: Array | None,
    members: Indices | None,
) -> Array:
    predictors = None
    if len(population.given) and given is not None:
        predictors = given[generator.integers(len(given), size=size)]
    if members is not None:
        members = np.unique(members, return_inverse=True)[1]
    return population.draw(generator, size, predictors, members)


def _add(frame: pd.DataFrame, name: str, values: Array | Indices) -> None:
    if name in frame.columns:
        raise DataError(f"{name!r} is a variable of the model: call the new column otherwise.")
    frame.insert(0, name, values)
