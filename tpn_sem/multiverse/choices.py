"""What is chosen in a specification: choices, their levels, and what a level makes of a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ..model import Model


@dataclass(frozen=True, eq=False)
class Draft:
    """A specification in the making.

    Attributes
    ----------
    frame : DataFrame
        Its rows; the index says where they stand in the user's data.
    model : Model
    options : mapping
        Of its fit.
    """

    frame: pd.DataFrame
    model: Model
    options: Mapping[str, Any]

    def with_options(self, more: Mapping[str, Any]) -> Draft:
        """The same with further options, which hold over earlier ones."""
        return replace(self, options={**self.options, **more})


class NotAsked(Exception):  # noqa: N818  (nothing went wrong)
    """The combination of choices has no meaning; the message says why."""


Step = Callable[[Draft], Draft]


@dataclass(frozen=True, eq=False)
class Choice:
    """One choice that a researcher makes, and what could be chosen.

    Attributes
    ----------
    name : str
        A column of the table.
    levels : mapping of label to function
        What each level makes of a draft; raises `NotAsked` where it means nothing.
    stage : int
        Data are changed (0) and rows left out (1) before the model is made (2) and changed (3);
        then come options (4).
    """

    name: str
    levels: Mapping[str, Step]
    stage: int


def unchanged(draft: Draft) -> Draft:
    """The level at which nothing is done."""
    return draft
