"""Texts of the models with a marker (Williams, Hartman & Cavazotte, 2010)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..estimation import Estimation
from ..language import quoted, write_vector
from ..numerics import Array
from .method_models import free_terms, orthogonal_lines
from .method_question import MethodQuestion

_EQUAL = "method_loading"
Values = Mapping[str, Sequence[float]]  # by group


@dataclass(frozen=True, eq=False)
class MarkerTexts:
    """Measurement lines of the constructs, and the marker's factor in its several roles.

    Attributes
    ----------
    question : MethodQuestion
    name : str
        Of the marker's factor.
    loadings, residuals : mapping of marker items to values by group
        As the model has them in which all factors are correlated; `residuals` are empty where
        latent responses have none of their own.
    """

    question: MethodQuestion
    name: str
    loadings: Values
    residuals: Values

    @property
    def held_marker(self) -> list[str]:
        """The marker's factor with all of its own numbers held, apart from all constructs."""
        terms = [f"{_held(value)}*{quoted(item)}" for item, value in self.loadings.items()]
        lines = [f"{self.name} =~ {' + '.join(terms)}", f"{self.name} ~~ 1*{self.name}"]
        lines += [
            f"{quoted(item)} ~~ {_held(value)}*{quoted(item)}"
            for item, value in self.residuals.items()
        ]
        return lines + orthogonal_lines(self.question, self.name)

    @property
    def equal_loadings(self) -> str:
        """One loading for all substantive items."""
        groups = range(self.question.n_groups)
        label = write_vector([f"{_EQUAL}_{group + 1}" for group in groups])
        terms = [f"{label}*{quoted(item)}" for item in self.question.items]
        return f"{self.name} =~ NA*{quoted(self.question.items[0])} + {' + '.join(terms)}"

    def free_loadings(self, starts: Mapping[str, float]) -> str:
        """A loading for each substantive item."""
        return f"{self.name} =~ {free_terms(starts)}"

    def held_loadings(self, values: Values) -> str:
        """Loadings of the substantive items held at some values."""
        terms = [f"{_held(value)}*{quoted(item)}" for item, value in values.items()]
        return f"{self.name} =~ {' + '.join(terms)}"


def measurement_lines(question: MethodQuestion) -> list[str]:
    """Factors with variance one and their items, and covariances of items' residuals."""
    lines = [
        line
        for factor, items in question.factors.items()
        for line in (
            f"{quoted(factor)} =~ NA*{quoted(items[0])} + {' + '.join(map(quoted, items))}",
            f"{quoted(factor)} ~~ 1*{quoted(factor)}",
        )
    ]
    for row in question.baseline.specification.table.rows:
        between = {row.lhs, row.rhs} <= set(question.items) and row.lhs != row.rhs
        if row.operator == "~~" and between and row.group == 0 and row.free >= 0:
            lines.append(f"{quoted(row.lhs)} ~~ {quoted(row.rhs)}")
    return lines


def marker_lines(question: MethodQuestion, name: str) -> list[str]:
    """The marker as one more factor that is correlated with the constructs."""
    first, terms = quoted(question.marker[0]), " + ".join(map(quoted, question.marker))
    return [f"{name} =~ NA*{first} + {terms}", f"{name} ~~ 1*{name}"]


def held_correlations(question: MethodQuestion, found: Estimation) -> list[str]:
    """The covariances of the constructs, held at those of a fit."""
    lines = []
    for one, other in combinations(question.factors, 2):
        values = [float(among[place]) for among, place in _covariances(found, one, other)]
        lines.append(f"{quoted(one)} ~~ {_held(values)}*{quoted(other)}")
    return lines


def _covariances(found: Estimation, one: str, other: str) -> list[tuple[Array, tuple[int, int]]]:
    return [
        (np.asarray(implied.all_covariance), (pattern.names.index(one), pattern.names.index(other)))
        for pattern, implied in zip(found.specification.patterns, found.implied, strict=True)
    ]


def _held(values: Sequence[float]) -> str:
    return write_vector([repr(float(value)) for value in values])
