"""The paths whose changes are told: free and defined parameters by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import NotAvailableError, choose
from ..estimation import Estimation
from ..numerics import Array, Indices
from ..results import inference


@dataclass(frozen=True, eq=False)
class ChosenPaths:
    """Some of the free parameters, and of the defined ones, which follow these.

    Attributes
    ----------
    names : tuple of str
    places : int array, shape (k,)
    words : dict of str to str
        What sentences call each: a regression by its variables, whatever its label.
    """

    names: tuple[str, ...]
    places: Indices
    words: dict[str, str]

    def columns(self, taken: Collection[str]) -> list[str]:
        """What columns of the paths are called beside others: "path cook" where one is "cook"."""
        found: list[str] = []
        for name in self.names:
            column = name
            while column in taken or (column != name and column in self.names):
                column = f"path {column}"
            found.append(column)
        return found

    def values(self, estimation: Estimation, parameters: Array) -> Array:
        """Their values at stacks of parameters, shape (r, n_free) to (r, k)."""
        restrictions = estimation.specification.restrictions
        if not restrictions.definitions:
            return parameters[:, self.places]
        known = np.isfinite(parameters).all(axis=1)
        defined = np.full((len(parameters), len(restrictions.definitions)), np.nan)
        for row in np.flatnonzero(known).tolist():
            defined[row] = restrictions.defined(parameters[row])[0]
        return np.hstack([parameters, defined])[:, self.places]

    def jacobian(self, estimation: Estimation) -> Array:
        """Their derivatives in the free parameters at the estimates, shape (k, n_free)."""
        own = np.eye(len(estimation.parameters))
        defined = estimation.specification.restrictions.defined(estimation.parameters)[1]
        return np.vstack([own, defined])[self.places]

    def inference(self, estimation: Estimation) -> dict[str, Array]:
        """Estimates, standard errors and tests, as in the table of a fit's estimates."""
        values = self.values(estimation, estimation.parameters[None])[0]
        return inference(estimation, values, self.jacobian(estimation))


def chosen_paths(
    estimation: Estimation, asked: Sequence[str] | None, option: str = "parameters"
) -> ChosenPaths:
    """Paths by name; all regressions and defined parameters, or else all loadings, if none is.

    Raises
    ------
    OptionError
        For a name that is not there, naming the nearest.
    """
    defined = list(estimation.specification.restrictions.definitions)
    rows = estimation.specification.table.free_rows
    known: dict[str, int] = {}
    for place, name in enumerate([*estimation.names, *defined]):
        known.setdefault(name, place)  # a label that several rows share stands for the first
    if asked is None:
        operators = dict(zip(estimation.names, (row.operator for row in rows), strict=True))
        paths = [name for name in known if operators.get(name, ":=") in ("~", ":=")]
        names = paths or [name for name in known if operators.get(name) == "=~"] or list(known)
    else:
        plain = {name.replace(" ", ""): name for name in known}
        names = [plain.get(one.replace(" ", ""), one) for one in asked]
        names = list(dict.fromkeys(choose(option, name, known) for name in names))
    if not names:
        raise NotAvailableError(f"{option}: the model has no free parameters, or none is named.")
    places = np.array([known[name] for name in names], dtype=np.intp)
    words = {name: _word(estimation, name, known[name]) for name in names}
    return ChosenPaths(tuple(names), places, words)


def _word(estimation: Estimation, name: str, place: int) -> str:
    """A regression as "NPC → KS", with its group where there are several; else the name."""
    rows, labels = estimation.specification.table.free_rows, estimation.samples.labels
    if place >= len(rows) or rows[place].operator != "~":
        return name
    group = f" ({labels[rows[place].group]})" if len(labels) > 1 else ""
    return f"{rows[place].rhs} → {rows[place].lhs}{group}"
