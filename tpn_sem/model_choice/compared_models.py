"""The table of `tpn_sem.compare`, which knows what may be said of its models."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd

from ..drawing import Shown, Table
from ..model_fit.comparison import has_other_statistic
from .model_choice import ModelChoice

_CORRECTED = (
    "The chi-squares are as they are, before a correction; their difference is corrected by the "
    "method that is named, so that it is not the one less the other."
)
_OF_MINIMA = (
    "The chi-squares and their differences are of the minima, not of the statistic of the "
    "residuals that the models' own chi-squares and indices rest on."
)


class ComparedModels(Shown, pd.DataFrame):  # type: ignore[misc]
    """A row per model, and attributes that say what the data can tell of them.

    A part of it, or a changed copy, is a plain DataFrame; of the whole, `to_html` and the like are
    those of results. What it offers besides is computed when first asked for.
    """

    _metadata: ClassVar[list[str]] = ["choice"]
    choice: ModelChoice

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    def _views(self) -> list[str | Table]:
        notes = [_CORRECTED] if "method" in self.columns else []
        if any(map(has_other_statistic, self.choice.models.values())):
            notes.append(_OF_MINIMA)
        return [Table(pd.DataFrame(self), "Models side by side", notes=notes)]

    @property
    def classes(self) -> tuple[tuple[str, ...], ...]:
        """Equivalent models together: no data can tell those of a class apart."""
        return self.choice.classes

    @property
    def confidence_set(self) -> list[str]:
        """Models that stand for the classes which the data cannot exclude."""
        return self.choice.confidence_set.members

    @property
    def verdicts(self) -> pd.DataFrame:
        """A row per class: members, df, p_value, n_tests, against, verdict."""
        return self.choice.confidence_set.table.copy()

    @property
    def nested_pairs(self) -> pd.DataFrame:
        """Difference tests of every two nested classes; a mixture where one is at an edge."""
        return self.choice.nested_pairs.copy()

    @property
    def other_pairs(self) -> pd.DataFrame:
        """Vuong's tests of every two classes that are not nested; empty without a likelihood."""
        return self.choice.other_pairs.copy()

    @property
    def criteria(self) -> pd.DataFrame:
        """Information criteria of the classes, by rows and by clusters."""
        return self.choice.criteria.copy()

    @property
    def weights(self) -> pd.DataFrame:
        """Weights of the classes by these."""
        return self.choice.weights.copy()

    @property
    def selection(self) -> pd.DataFrame:
        """How often each class is chosen when rows, or clusters, are drawn again."""
        return self.choice.selection.copy()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Supported, excluded, can't tell, and how many observations would tell."""
        return self.choice.sentences


def compared_models(table: pd.DataFrame, choice: ModelChoice) -> ComparedModels:
    """The table with the choice that it stands for."""
    found = ComparedModels(table)
    found.attrs = dict(table.attrs)
    object.__setattr__(found, "choice", choice)
    return found
