"""Specifications: one level of every choice each, as a draft that can be fitted or why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import pandas as pd

from ..errors import OptionError
from ..model import Model
from .choices import Choice, Draft, NotAsked
from .option_choices import check_draft

MOST = 20_000


@dataclass(frozen=True, eq=False)
class Specifications:
    """All combinations of choices.

    Attributes
    ----------
    choices : tuple of Choice
        In the order of the table's columns.
    frame : DataFrame
        Rows of the data, called by their places.
    model : Model
        What drafts begin with, before the choice of the model puts its own in its place.
    options : mapping
        Common to all fits.
    """

    choices: tuple[Choice, ...]
    frame: pd.DataFrame
    model: Model
    options: Mapping[str, Any]

    def __len__(self) -> int:
        return prod(len(choice.levels) for choice in self.choices)

    @cached_property
    def levels(self) -> list[tuple[str, ...]]:
        """The labels that each specification has, in the order of the choices."""
        return list(product(*(choice.levels for choice in self.choices)))

    def draft(self, number: int) -> Draft:
        """What is to be fitted.

        Raises
        ------
        NotAsked
            Where the combination has no meaning.
        """
        chosen = zip(self.choices, self.levels[number], strict=True)
        draft = Draft(self.frame, self.model, self.options)
        for choice, label in sorted(chosen, key=lambda one: one[0].stage):
            draft = choice.levels[label](draft)
        check_draft(draft)
        return draft

    def plan(self) -> dict[int, str]:
        """Why specifications are not asked, by number; the others are to be fitted."""
        return dict(self._refused())

    def _refused(self) -> Iterator[tuple[int, str]]:
        for number in range(len(self)):
            try:
                self.draft(number)
            except NotAsked as reason:
                yield number, str(reason)


def check_number(choices: Sequence[Choice]) -> None:
    """Refuse more specifications than anyone could read.

    Raises
    ------
    OptionError
    """
    count = prod(len(choice.levels) for choice in choices)
    if count > MOST:
        shown = " x ".join(f"{len(one.levels)} {one.name}" for one in choices)
        raise OptionError(
            f"{count} specifications are asked for ({shown}), more than {MOST}: leave out levels "
            "that you would not defend, or make several curves."
        )
    names = [choice.name for choice in choices]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise OptionError(f"choices: {twice[0]!r} is the name of another column; rename it.")
