"""One specification fitted: the paths' numbers, and what each unit contributes to them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..casewise import RowUnits, row_units, units_in_estimates
from ..data import as_frame
from ..errors import DataWarning, TpnSemWarning, attempted
from ..estimation import Estimation
from ..fit import Fit
from ..numerics import Array
from ..redraws import place_of
from ..results import inference, quantity_slopes
from ..results.effects import Effect, EffectValues, all_effects
from .asked_paths import AskedPath
from .specifications import Specifications

NUMBERS = ("estimate", "se", "p_value", "ci_lower", "ci_upper")


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each unit contributes to the estimates of a specification.

    Attributes
    ----------
    units : tuple
        Labels of clusters, or places of rows in the data.
    values : mapping of path to array, shape (u,)
        They sum up to the estimate.
    """

    units: tuple[object, ...]
    values: Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a specification.

    Attributes
    ----------
    number : int
        Which specification, from 0.
    state : {"fitted", "improper", "not converged", "refused"}
    reason : str
        What is to be said of it; empty where it was simply fitted.
    n : int
        Observations.
    numbers : mapping of path to mapping of str to float
        Of paths that the model has.
    contributions : Contributions, or str why there are none
    """

    number: int
    state: str
    reason: str = ""
    n: int = 0
    numbers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    contributions: Contributions | str = "not asked for"


@dataclass(frozen=True, eq=False)
class CurveTask:
    """Fits specifications one by one; which one says the place of the stream.

    Attributes
    ----------
    specifications : Specifications
    numbers : tuple of int
        Of those that are to be fitted.
    paths : tuple of AskedPath
    standardized : bool
    by_unit : bool
        Whether contributions are asked for.
    """

    specifications: Specifications
    numbers: tuple[int, ...]
    paths: tuple[AskedPath, ...]
    standardized: bool
    by_unit: bool

    def __call__(self, generator: np.random.Generator, count: int) -> Outcome:
        """One specification; nothing is drawn."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            return self.outcome(self.numbers[place_of(generator)])

    def outcome(self, number: int) -> Outcome:
        """Fit it and read the paths."""
        found = attempted(fitted, self.specifications, number)
        if isinstance(found, str):
            return Outcome(number, "refused", found)
        estimation = found.estimation
        n = found.n_observations
        if not found.converged:
            return Outcome(number, "not converged", _said(estimation), n)
        read = attempted(self._read, estimation)
        if isinstance(read, str):
            return Outcome(number, "refused", read, n)
        state = "fitted" if found.admissible else "improper"
        return Outcome(number, state, "" if found.admissible else _said(estimation), n, *read)

    def _read(
        self, estimation: Estimation
    ) -> tuple[dict[str, dict[str, float]], Contributions | str]:
        effects, names, places = chosen_effects(estimation, self.paths)
        if not names:
            return {}, "the model has none of the paths"
        quantity = EffectValues(estimation.specification, tuple(effects), ())
        values, jacobian = quantity_slopes(estimation, quantity)
        wanted = np.array(places) + (len(effects) if self.standardized else 0)
        values, jacobian = values[wanted], jacobian[wanted]
        found = inference(estimation, values, jacobian)
        numbers = {
            name: {key: float(found[key][place]) for key in NUMBERS}
            for place, name in enumerate(names)
        }
        if not self.by_unit:
            return numbers, "not asked for"
        groups = [effects[place].group for place in places]
        return numbers, attempted(self._contributions, estimation, names, groups, values, jacobian)

    def _contributions(
        self,
        estimation: Estimation,
        names: Sequence[str],
        groups: Sequence[int],
        values: Array,
        jacobian: Array,
    ) -> Contributions:
        units = row_units(estimation, "auto")
        parts = units_in_estimates(estimation, units) @ jacobian.T
        own = {
            name: parts[:, k] + values[k] * _shares(estimation, units, groups[k])
            for k, name in enumerate(names)
        }
        return Contributions(self._labels(estimation, units), own)

    def _labels(self, estimation: Estimation, units: RowUnits) -> tuple[object, ...]:
        """Names of clusters as texts; rows as they are called in the data, by their places."""
        if estimation.samples.cluster_labels:
            return tuple(str(label) for label in units.labels)
        return units.labels


def fitted(specifications: Specifications, number: int) -> Fit:
    """The fit of one specification, as `Model.fit` gives it."""
    draft = specifications.draft(number)
    return draft.model.fit(as_frame(draft.frame), **draft.options)


def chosen_effects(
    estimation: Estimation, paths: Sequence[AskedPath]
) -> tuple[list[Effect], list[str], list[int]]:
    """All effects of the model; names of those asked for, by group; and their places."""
    specification, labels = estimation.specification, estimation.samples.labels
    effects = [one for group in range(len(labels)) for one in all_effects(specification, group)]
    names, places = [], []
    for path in paths:
        for place in path.places_in(effects):
            names.append(in_group(path.name, labels[effects[place].group]))
            places.append(place)
    return effects, names, places


def in_group(path: str, label: str) -> str:
    """What a path is called in a group; one group has no label."""
    return f"{path} ({label})" if label else path


def _shares(estimation: Estimation, units: RowUnits, group: int) -> Array:
    """Part of each unit in a group's rows, by what these count, shape (u,); they sum to one."""
    counts = estimation.samples.groups[group].rows.counts
    sizes = np.bincount(units.of_rows[group], counts, len(units))
    return np.asarray(sizes / sizes.sum())


def _said(estimation: Estimation) -> str:
    """What was warned of, but for the data."""
    notes = [note for kind, note in estimation.remarks if kind is not DataWarning]
    return " ".join(notes) or "nothing was said of it"
