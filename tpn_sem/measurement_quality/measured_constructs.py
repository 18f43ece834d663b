"""The constructs that a model measures, and the items that measure them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..numerics import Indices, Mask
from ..specification import PATH, Pattern


@dataclass(frozen=True)
class Construct:
    """A factor of one group and its items.

    Attributes
    ----------
    name : str
    items : tuple of str
        Observed variables that measure it, directly or through factors that it stands above.
    places : tuple of int
        Of the items among the group's observed variables.
    factor : int
        Its place among the latent variables.
    has_general : bool
        Whether another factor has all of these items and more: a general or second-order one.
    problem : str
        Why its items have no coefficients of reliability, "" where they have.
    """

    name: str
    items: tuple[str, ...]
    places: tuple[int, ...]
    factor: int
    has_general: bool = False
    problem: str = ""

    @property
    def columns(self) -> Indices:
        """`places` as an array, shape (k,)."""
        return np.array(self.places, dtype=np.intp)


def constructs_of(estimation: Estimation, group: int) -> list[Construct]:
    """The factors of a group that have observed items, in the order of the model.

    Raises
    ------
    NotAvailableError
        Where the model has no such factors, or did not converge.
    """
    if not estimation.converged:
        raise NotAvailableError(
            "the fit did not converge: it says nothing of its items. See fit.notes."
        )
    pattern = estimation.specification.patterns[group]
    indicators = estimation.specification.table.group_roles[group].indicators
    known = {name: _items(name, indicators, pattern) for name in pattern.latent}
    measured = {name: items for name, items in known.items() if items}
    if not measured:
        raise NotAvailableError("the model has no factors with items: there is nothing to measure.")
    categories = {name for name, _ in estimation.specification.categories}
    return [
        Construct(
            name,
            items,
            tuple(pattern.observed.index(item) for item in items),
            pattern.latent.index(name),
            any(set(items) < set(other) for other in measured.values()),
            _problem(items, pattern, categories),
        )
        for name, items in measured.items()
    ]


def _items(name: str, indicators: dict[str, tuple[str, ...]], pattern: Pattern) -> tuple[str, ...]:
    """Observed items under a factor, each once."""
    found: dict[str, None] = {}
    waiting, seen = [name], {name}
    while waiting:
        for item in indicators.get(waiting.pop(0), ()):
            if item in pattern.observed:
                found[item] = None
            elif item not in seen:
                waiting.append(item)
                seen.add(item)
    return tuple(found)


def _problem(items: tuple[str, ...], pattern: Pattern, categories: set[str]) -> str:
    if len(items) < 2:
        return "a single item: the data do not tell how reliable it is"
    places = [pattern.observed.index(item) for item in items]
    explained = (pattern.kind == PATH) & np.isin(pattern.row, places)
    if (explained & (pattern.column < pattern.n_observed)).any():
        return "an item responds to observed variables: factors alone do not explain it"
    if 0 < len(categories & set(items)) < len(items):
        return "ordinal and continuous items together have no common unit to be summed in"
    if categories & set(items) and pattern.n_given:
        return "items are modelled given predictors: fit with conditional_x=False"
    return ""


def measurement_paths(estimation: Estimation, group: int) -> Mask:
    """Which paths between latent variables are loadings, row on column, shape (m, m)."""
    pattern = estimation.specification.patterns[group]
    indicators = estimation.specification.table.group_roles[group].indicators
    found = np.zeros((len(pattern.latent),) * 2, dtype=bool)
    for column, name in enumerate(pattern.latent):
        for row, item in enumerate(pattern.latent):
            found[row, column] = item in indicators.get(name, ())
    return found
