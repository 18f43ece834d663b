"""Forward search: how a fit changes as units join it, those that fit worst last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import check_range, checked, read_seed
from ..casewise import RowUnits, repeated_note, row_units
from ..drawing import Drawing, Shown, Table, format_estimate
from ..errors import NotAvailableError, attempted, choose
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..fresh_property import fresh_property
from ..numerics import Array, Mask
from ..redraws import ModelDraws, Refitter
from .chosen_paths import ChosenPaths, chosen_paths
from .deletion_tables import unit_index
from .exact_deletion import require_deletable
from .search_plot import draw_search
from .search_steps import SearchSteps, search_steps

FENCE = 4.0  # interquartile ranges beyond the quartiles, of the changes of one step
_DISTANCES = ("largest", "nearest")
_MONITORED = ("chisq", *_DISTANCES)
_OTHERS = ("rows", "entering", "jumps", "reason")


@dataclass(frozen=True, eq=False, repr=False)
class ForwardSearch(Shown):
    """What is monitored while units join a fit.

    Attributes
    ----------
    sentences : tuple of str
        What jumps, and without which units.
    n_draws : int
        Data sets that the envelope is made of; 0 without one.
    notes : tuple of str
        How rows are called, where labels of the data's index repeat.
    """

    sentences: tuple[str, ...]
    n_draws: int
    notes: tuple[str, ...]
    _estimation: Estimation
    _of: RowUnits
    _chosen: ChosenPaths
    _steps: SearchSteps
    _envelope: dict[str, tuple[Array, Array]]

    @fresh_property
    def steps(self) -> pd.DataFrame:
        """A row per step, by the number of units in the subset.

        Columns rows, entering (the labels that are new), chisq (n times the minimum), largest (the
        largest distance in the subset) and nearest (the smallest outside) as standard normal
        deviates of normal rows, each path's estimate, and ``se NAME``; jumps, what jumps there;
        reason, why there is no fit. A path that is labelled as one of the other columns is called
        "path chisq", here and in all that follows.
        """
        return _step_table(self._of, self._chosen, self._steps)

    @fresh_property
    def order(self) -> pd.DataFrame:
        """A row per unit, the last to join first.

        Columns group, rows, joined (the size of the subset when it was in for the first time), and
        stays (from which size on it stays: others may make room for it, and come back).
        """
        table = pd.DataFrame(
            {"group": self._of.groups, "rows": self._of.rows.astype(int)},
            index=unit_index(self._of),
        )
        table["joined"] = self._steps.joined(len(self._of))
        table["stays"] = self._steps.stays(len(self._of))
        return table.sort_values(["joined", "stays"], ascending=False, kind="stable")

    @checked
    def subset(self, size: int) -> pd.Index:
        """Labels of the units in the subset of a step.

        Raises
        ------
        OptionError
            For a size that the search has not.
        """
        sizes = self._steps.sizes
        check_range("size", size, int(sizes[0]), int(sizes[-1]))
        return unit_index(self._of)[np.sort(self._steps.subsets[size - int(sizes[0])])]

    @fresh_property
    def envelope(self) -> pd.DataFrame:
        """Lowest and highest of what is monitored in data that the model implies, by step.

        Columns ``NAME_lower`` and ``NAME_upper``. With 99 draws, a value outside has a chance of
        .02 at a step where the model holds.

        Raises
        ------
        NotAvailableError
            Without draws.
        """
        if not self._envelope:
            raise NotAvailableError("there is no envelope: give envelope=, as 99.")
        columns: dict[str, Array] = {}
        for name, (lower, upper) in self._envelope.items():
            columns |= {f"{name}_lower": lower, f"{name}_upper": upper}
        return pd.DataFrame(columns, index=pd.Index(self._steps.sizes, name="units"))

    @checked
    def plot(self, what: str = "chisq") -> Drawing:
        """What is monitored against the size of the subset, jumps marked, in its envelope.

        Parameters
        ----------
        what : str
            "chisq", "largest", "nearest", or a path.
        """
        chosen = choose("what", what, (*_MONITORED, *columns_of(self._chosen)))
        values = monitored(self._steps, self._chosen)[chosen]
        marked = jumps_of(values, chosen)
        description = f"{chosen} as units join the fit, those that fit worst last."
        bounds = self._envelope.get(chosen)
        return draw_search(self._steps.sizes, values, marked, bounds, chosen, description)

    def _text(self) -> str:
        return "\n".join([*self.notes, *self.sentences])

    def _views(self) -> list[str | Table]:
        return [*self.notes, *self.sentences, Table(self.steps.tail(10), "The last steps")]


@checked
def forward_search(
    fit: Fit,
    *,
    units: str | pd.Series = "rows",
    start: float = 0.6,
    n_starts: int = 5,
    parameters: Sequence[str] | None = None,
    envelope: int = 0,
    seed: int | None = None,
) -> ForwardSearch:
    """Fit a model to its best part, then to more and more, and watch what changes.

    The part to begin with is the one that the model fits best, of those that concentration steps
    (Rousseeuw & Van Driessen, 1999) find from robust moments and from random parts. At each step
    the model is fitted anew, and the subset of the next step are the units that are nearest to what
    it implies, by the squared distance of their answers (Atkinson & Riani, 2000; Poon & Wong, 2004;
    Mavridis & Moustaki, 2008). Outliers come last, and show by a jump.

    A jump is a step at which chi-square or a path changes by more than four interquartile ranges
    beyond the quartiles of all its changes. Distances always rise towards the end, so that only an
    envelope judges them.

    Parameters
    ----------
    fit : Fit
        To rows of continuous data, complete or with full information.
    units : {"rows", "clusters", "auto"} or Series
        What joins at a time; see `influence`.
    start : float
        Share of the units to begin with, from .3 up to .95.
    n_starts : int
        Random parts that the search for the best one begins from, beside the robust one.
    parameters : sequence of str, optional
        Paths to monitor; see `influence`.
    envelope : int
        Data sets to draw from the fitted model and to search alike; 0 for none. It takes so many
        times as long.
    seed : int, optional
        Of random parts and draws.

    Returns
    -------
    ForwardSearch

    Raises
    ------
    NotAvailableError
        For ordinal items, fits that did not converge, and where no part of that size can be fitted.
    """
    found = read_fit(fit, "forward_search")
    _refuse_others(found)
    for name, value, low, high in (
        ("start", start, 0.3, 0.95),
        ("n_starts", n_starts, 0, 1000),
        ("envelope", envelope, 0, 10_000),
    ):
        check_range(name, value, low, high)
    of, chosen = row_units(found, units), chosen_paths(found, parameters)
    generator = np.random.default_rng(read_seed(seed))
    first = max(2, round(start * len(of)))
    steps = search_steps(found, of, chosen, first, n_starts, generator)
    bounds, used = _envelope_of(found, of, chosen, first, envelope, generator)
    said = tuple(_sentences(of, chosen, steps, bounds, used))
    notes = tuple(repeated_note(found.samples)) if of.word == "row" else ()
    return ForwardSearch(said, used, notes, found, of, chosen, steps, bounds)


def _refuse_others(found: Estimation) -> None:
    require_deletable(found)
    if found.specification.categories or found.is_two_stage:
        raise NotAvailableError(
            "a forward search orders rows by their distance from implied moments: fit the answers "
            "as numbers, by maximum likelihood (missing='fiml' where some are missing)."
        )


def _envelope_of(
    estimation: Estimation,
    units: RowUnits,
    paths: ChosenPaths,
    first: int,
    count: int,
    generator: np.random.Generator,
) -> tuple[dict[str, tuple[Array, Array]], int]:
    """Lowest and highest over searches of drawn data, and how many of these there were."""
    tables = []
    for samples in ModelDraws(estimation)(generator, count):
        refit = next(iter(Refitter(estimation).estimations(samples)))
        if isinstance(refit, str):
            continue
        steps = attempted(search_steps, refit, units, paths, first, 0, generator, False)
        if not isinstance(steps, str):
            tables.append(monitored(steps, paths))
    if not tables:
        return {}, 0
    bounds = {}
    for name in tables[0]:
        stack = np.array([table[name] for table in tables])
        known = np.isfinite(stack).any(axis=0)
        lower = np.where(known, np.fmin.reduce(stack), np.nan)
        bounds[name] = lower, np.where(known, np.fmax.reduce(stack), np.nan)
    return bounds, len(tables)


def monitored(steps: SearchSteps, paths: ChosenPaths) -> dict[str, Array]:
    """What is monitored, by name, shape (s,) each."""
    own = {"chisq": steps.chi_square, "largest": steps.largest, "nearest": steps.nearest}
    return own | dict(zip(columns_of(paths), steps.values.T, strict=True))


def columns_of(paths: ChosenPaths) -> list[str]:
    """What paths are called among what is monitored."""
    errors = [f"se {name}" for name in paths.names]
    return paths.columns((*_MONITORED, *_OTHERS, *errors))


def jumps_of(values: Array, name: str = "") -> Mask:
    """Steps at which a number jumps, by its name: see `forward_search`."""
    changes = np.diff(values)
    known = changes[np.isfinite(changes)]
    found = np.zeros(len(values), dtype=bool)
    if len(known) < 8 or name in _DISTANCES:
        return found
    lower, upper = np.quantile(known, (0.25, 0.75))
    margin = FENCE * (upper - lower)
    with np.errstate(invalid="ignore"):
        found[1:] = (changes > upper + margin) | (changes < lower - margin)
    return found


def _step_table(units: RowUnits, paths: ChosenPaths, steps: SearchSteps) -> pd.DataFrame:
    numbers = monitored(steps, paths)
    jumps = {name: jumps_of(values, name) for name, values in numbers.items()}
    inside = steps.inside(len(units))
    inside[1:] &= ~inside[:-1].copy()
    entering = [[units.labels[unit] for unit in np.flatnonzero(own).tolist()] for own in inside]
    table = pd.DataFrame(
        {"rows": steps.rows, "entering": entering, **numbers},
        index=pd.Index(steps.sizes, name="units"),
    )
    table["entering"] = [[], *entering[1:]]
    for place, name in enumerate(columns_of(paths)):
        table[f"se {name}"] = steps.errors[:, place]
    table["jumps"] = [
        ", ".join(name for name, own in jumps.items() if own[place])
        for place in range(len(steps.sizes))
    ]
    return table.assign(reason=list(steps.reasons))


def _sentences(
    units: RowUnits,
    paths: ChosenPaths,
    steps: SearchSteps,
    bounds: dict[str, tuple[Array, Array]],
    n_draws: int,
) -> Iterator[str]:
    count, first = len(units), int(steps.sizes[0])
    yield f"A search from the best {first} of {count} {units.word}s on."
    numbers = monitored(steps, paths)
    for place, name in enumerate(paths.names):
        values = steps.values[:, place]
        known = values[np.isfinite(values)]
        if len(known):
            yield (
                f"{name} is {format_estimate(known[0])} in the best part and "
                f"{format_estimate(known[-1])} in all; in between from "
                f"{format_estimate(known.min())} to {format_estimate(known.max())}."
            )
    jumping = {name: np.flatnonzero(jumps_of(values, name)) for name, values in numbers.items()}
    told = [
        f"{name} at {', '.join(str(int(steps.sizes[k])) for k in own[-5:])}"
        for name, own in jumping.items()
        if len(own)
    ]
    yield f"Jumps, by size of the subset: {'; '.join(told)}." if told else "Nothing jumps."
    for name, (lower, upper) in bounds.items():
        with np.errstate(invalid="ignore"):
            outside = (numbers[name] < lower) | (numbers[name] > upper)
        if outside.any():
            yield (
                f"{name} leaves the envelope of {n_draws} data sets at {int(outside.sum())} of "
                f"{len(outside)} steps, first at {int(steps.sizes[np.flatnonzero(outside)[0]])}."
            )
    failed = sum(bool(reason) for reason in steps.reasons)
    if failed:
        yield f"{failed} steps have no fit: see .steps['reason']."
    joined = steps.joined(count)
    last = np.argsort(-joined, kind="stable")[: min(5, count - first)]
    yield f"The last to join: {', '.join(str(units.labels[unit]) for unit in last.tolist())}."
