"""The pattern that exploratory loadings suggest, as a model text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arguments import check_range
from ..errors import OptionError
from ..language import quoted
from ..numerics import Array, Mask

LARGEST = "largest"
Cutoff = float | str


@dataclass(frozen=True, eq=False)
class LoadingPattern:
    """Which items are salient on which factors.

    Attributes
    ----------
    items, factors : tuple of str
    salient : bool array, shape (p, k)
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    salient: Mask

    @property
    def measured(self) -> Mask:
        """Factors that two items or more are salient on, shape (k,)."""
        return np.asarray(self.salient.sum(axis=0) >= 2)

    @property
    def kept(self) -> Mask:
        """Items that are salient on one of these, shape (p,)."""
        return np.asarray((self.salient & self.measured).any(axis=1))

    @property
    def text(self) -> str:
        """The confirmatory model; empty where no factor has two items."""
        lines = []
        for k in np.flatnonzero(self.measured):
            own = [quoted(self.items[place]) for place in np.flatnonzero(self.salient[:, k])]
            lines.append(f"{quoted(self.factors[k])} =~ {' + '.join(own)}")
        return "\n".join(lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is left out of the text, and why."""
        found = []
        none = [self.items[p] for p in np.flatnonzero(~self.salient.any(axis=1))]
        if none:
            found.append(f"{', '.join(none)}: salient on no factor, left out of the model.")
        for k in np.flatnonzero(~self.measured):
            own = [self.items[p] for p in np.flatnonzero(self.salient[:, k])]
            said = f"only {own[0]} is" if own else "no item is"
            found.append(
                f"{self.factors[k]}: {said} salient on it; a factor needs two items, and this one "
                "is left out of the model."
            )
        only = [self.items[p] for p in np.flatnonzero(self.salient.any(axis=1) & ~self.kept)]
        if only:
            found.append(f"{', '.join(only)}: left out with the factor.")
        return tuple(found)


def read_cutoff(cutoff: Cutoff) -> None:
    """Refuse what is neither a loading nor "largest".

    Raises
    ------
    OptionError
    """
    if isinstance(cutoff, str):
        if cutoff != LARGEST:
            raise OptionError(f"cutoff={cutoff!r}: give a loading, as 0.3, or {LARGEST!r}.")
        return
    check_range("cutoff", cutoff, 0.05, 0.95)


def suggested_pattern(
    loadings: Array, items: tuple[str, ...], factors: tuple[str, ...], cutoff: Cutoff
) -> LoadingPattern:
    """Salient loadings, shape (p, k): at least as large as the cut-off, or each item's largest."""
    size = np.abs(loadings)
    if isinstance(cutoff, str):
        salient = size == size.max(axis=1, keepdims=True)
    else:
        salient = size >= cutoff
    return LoadingPattern(items, factors, salient)
