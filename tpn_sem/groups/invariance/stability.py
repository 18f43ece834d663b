"""Stability of a specification search: bootstrap of the selection, split halves."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ...drawing import Shown, Table
from ...errors import DataWarning, NotAvailableError, TpnSemWarning, attempted, warn_user
from ...fit import Fit
from ...numerics import Array, Indices
from ...redraws import replicate
from ...results import group_contrasts
from ...specification import keys_of

LEVEL = 0.05


class Climbed(Protocol):
    """What is needed of a ladder."""

    @property
    def fits(self) -> dict[str, Fit]:
        """By step."""

    @property
    def freed(self) -> tuple[str, ...]:
        """Exceptions."""

    @property
    def reached(self) -> str | None:
        """The last step that holds."""


Again = Callable[..., Climbed]


@dataclass(frozen=True, eq=False, repr=False)
class Stability(Shown):
    """A search for exceptions, repeated on resampled and on held-out data.

    Attributes
    ----------
    exceptions : DataFrame
        A row per parameter that was ever given up: found (in the data themselves), bootstrap
        (share of resampled data sets in which it was), training (share of halves), confirmed
        (share of these in which it differs in the other half, too: same direction, p < .05).
    reached : DataFrame
        A row per step: share of resampled data sets, and of halves, in which the ladder's last
        step that holds was this.
    n_bootstrap, n_splits : int
        Data sets that could be fitted.
    problems : Series
        Why others could not, and how often.
    """

    exceptions: pd.DataFrame
    reached: pd.DataFrame
    n_bootstrap: int
    n_splits: int
    problems: pd.Series

    def _views(self) -> list[str | Table]:
        head = f"{self.n_bootstrap} resamples, {self.n_splits} splits in halves"
        return [head, Table(self.exceptions, digits=2)]


def stability(
    again: Again,
    data: Any,
    own: Climbed,
    *,
    n_bootstrap: int,
    n_splits: int,
    seed: int | None,
    workers: int | None,
    progress: bool | None,
) -> Stability:
    """Repeat a ladder with its searches on data drawn from the rows, and on halves of them.

    Whole clusters are drawn and divided, within groups. See `InvarianceLadder.stability`.
    """
    if not isinstance(data, pd.DataFrame):
        raise NotAvailableError("stability draws rows of data: the ladder is of sample moments.")
    units = _Units.of(data, own)
    run = partial(replicate, workers=workers, progress=progress, seed=seed)
    results: list[list[_Trial | str]] = []
    for n, task in ((n_bootstrap, _resample), (n_splits, _split)):
        parts = run(partial(task, again, data, units), n).parts if n else []
        results.append([trial for part in parts for trial in part])
    drawn, split = ([item for item in found if isinstance(item, _Trial)] for found in results)
    problems = Counter(item for found in results for item in found if isinstance(item, str))
    _warn(problems, n_bootstrap + n_splits)
    return Stability(
        _exceptions(own.freed, drawn, split),
        _reached(list(own.fits), drawn, split),
        len(drawn),
        len(split),
        pd.Series(problems, dtype=int).sort_values(ascending=False),
    )


@dataclass(frozen=True)
class _Trial:
    """What one data set gave."""

    freed: tuple[str, ...]
    reached: str | None
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Units:
    """Independent rows or clusters, and the group of each.

    Attributes
    ----------
    of_rows : int array, shape (n,)
        The unit of each row of the data; -1 where it belongs to no group of the ladder.
    groups : int array, shape (u,)
        The group of each unit; 0 where clusters are in several.
    cluster : str or None
        The cluster column.
    """

    of_rows: Indices
    groups: Indices
    cluster: str | None

    @classmethod
    def of(cls, data: pd.DataFrame, own: Climbed) -> _Units:
        found = next(iter(own.fits.values())).estimation
        options, labels = found.samples.options, list(found.samples.labels)
        groups = np.array([_place(labels, str(value)) for value in data[options.group]])
        units = np.arange(len(data))
        if options.cluster is not None:
            units = pd.factorize(data[options.cluster])[0]
        units = np.where(groups < 0, -1, units)
        of_units = np.zeros(int(units.max()) + 1, dtype=np.intp)
        of_units[units[units >= 0]] = groups[units >= 0]
        if found.samples.crossed:
            of_units[:] = 0
        return cls(units, of_units, options.cluster)

    def rows_of(self, data: pd.DataFrame, units: Indices) -> pd.DataFrame:
        """The rows of some units, repeated as these are; repeated clusters become new ones."""
        order = np.argsort(self.of_rows, kind="stable")
        sorted_units = self.of_rows[order]
        first, last = (np.searchsorted(sorted_units, units, side) for side in ("left", "right"))
        places = [order[a:b] for a, b in zip(first, last, strict=True)]
        frame = data.iloc[np.concatenate(places)].reset_index(drop=True)
        if self.cluster is not None:
            sizes = [len(part) for part in places]
            frame[self.cluster] = np.repeat(np.arange(len(units)), sizes)
        return frame

    @property
    def strata(self) -> list[Indices]:
        """Units by group."""
        there = np.unique(self.of_rows[self.of_rows >= 0])
        return [there[self.groups[there] == group] for group in np.unique(self.groups[there])]


def _place(labels: list[str], value: str) -> int:
    return labels.index(value) if value in labels else -1


def _resample(
    again: Again, data: pd.DataFrame, units: _Units, generator: np.random.Generator, count: int
) -> list[_Trial | str]:
    found: list[_Trial | str] = []
    for _ in range(count):
        drawn = np.concatenate([generator.choice(part, len(part)) for part in units.strata])
        found.append(_tried(again, units.rows_of(data, np.sort(drawn))))
    return found


def _split(
    again: Again, data: pd.DataFrame, units: _Units, generator: np.random.Generator, count: int
) -> list[_Trial | str]:
    found: list[_Trial | str] = []
    for _ in range(count):
        shuffled = [generator.permutation(part) for part in units.strata]
        halves = [
            np.sort(np.concatenate([part[place::2] for part in shuffled])) for place in (0, 1)
        ]
        training, other = (units.rows_of(data, half) for half in halves)
        found.append(_tried(again, training, other))
    return found


def _tried(again: Again, data: pd.DataFrame, other: pd.DataFrame | None = None) -> _Trial | str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        return attempted(_trial, again, data, other)


def _trial(again: Again, data: pd.DataFrame, other: pd.DataFrame | None) -> _Trial:
    ladder = again(data)
    confirmed: tuple[str, ...] = ()
    if other is not None and ladder.freed:
        held_out = again(other, group_partial=ladder.freed, partial=False)
        confirmed = _confirmed(ladder, held_out)
    return _Trial(ladder.freed, ladder.reached, confirmed)


def _confirmed(ladder: Climbed, held_out: Climbed) -> tuple[str, ...]:
    """Exceptions that differ in the held-out half in the same direction, p < .05."""
    kept = []
    ours, theirs = _last_contrasts(ladder), _last_contrasts(held_out)
    for text in ladder.freed:
        wanted = next(keys_of(text))
        if wanted not in ours or wanted not in theirs:
            continue
        same = bool((np.sign(ours[wanted][0]) == np.sign(theirs[wanted][0])).all())
        if same and theirs[wanted][1] < LEVEL:
            kept.append(text)
    return tuple(kept)


def _last_contrasts(ladder: Climbed) -> dict[tuple[str, str, str], tuple[Array, float]]:
    """Differences between groups, and p-values of their joint tests, in the most restricted fit."""
    found = list(ladder.fits.values())[-1].estimation
    contrasts = group_contrasts(found)
    values, rows = contrasts.values(found), found.specification.table.rows
    result = {}
    for wanted in {rows[place].key for place in contrasts.later}:
        mine = [i for i, place in enumerate(contrasts.later) if rows[place].key == wanted]
        result[wanted] = values[mine], contrasts.joint_test(wanted)[2]
    return result


def _exceptions(own: tuple[str, ...], drawn: list[_Trial], split: list[_Trial]) -> pd.DataFrame:
    names = dict.fromkeys([*own, *(text for trial in [*drawn, *split] for text in trial.freed)])
    rows = []
    for text in names:
        trained = [trial for trial in split if text in trial.freed]
        rows.append(
            {
                "parameter": text,
                "found": text in own,
                "bootstrap": _share(text in trial.freed for trial in drawn),
                "training": _share(text in trial.freed for trial in split),
                "confirmed": _share(text in trial.confirmed for trial in trained),
            }
        )
    columns = ["parameter", "found", "bootstrap", "training", "confirmed"]
    table = pd.DataFrame(rows, columns=columns).set_index("parameter")
    return table.sort_values(["found", "bootstrap", "training"], ascending=False, kind="stable")


def _reached(steps: list[str], drawn: list[_Trial], split: list[_Trial]) -> pd.DataFrame:
    names = dict.fromkeys([*steps, *(trial.reached or "none" for trial in [*drawn, *split])])
    rows = {
        name: {
            "bootstrap": _share((trial.reached or "none") == name for trial in drawn),
            "training": _share((trial.reached or "none") == name for trial in split),
        }
        for name in names
    }
    return pd.DataFrame(rows).T.rename_axis("step")


def _share(hits: Any) -> float:
    values = list(hits)
    return float(np.mean(values)) if values else float("nan")


def _warn(problems: Counter[str], n: int) -> None:
    if problems:
        said = "; ".join(f"{count} {reason}" for reason, count in problems.most_common(3))
        note = f"{problems.total()} of {n} data sets could not be fitted and are left out: {said}"
        warn_user(note, DataWarning)
