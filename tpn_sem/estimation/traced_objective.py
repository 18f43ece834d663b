"""An objective that remembers where it was evaluated, for ``optim_partrace=True``."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from ..numerics import Array
from .implied import Implied
from .objective import Objective


@dataclass(frozen=True, eq=False)
class TracedObjective(Objective):
    """The same objective with each single parameter vector that it was asked for, in order."""

    visited: list[Array] = field(default_factory=list)

    def imply(self, parameters: Array) -> tuple[Implied, ...]:
        """Implied moments, a group each; of one problem it is remembered."""
        if parameters.ndim == 1:
            self.visited.append(parameters.copy())
        return super().imply(parameters)


def traced(objective: Objective) -> TracedObjective:
    """The same objective with a memory."""
    return TracedObjective(**{one.name: getattr(objective, one.name) for one in fields(objective)})


def trace_of(objective: Objective, visited: list[Array]) -> Array:
    """The objective and the parameters, a row for each place visited, shape (k, 1 + n_free)."""
    rows = [np.concatenate([[objective.value(objective.imply(one))], one]) for one in visited]
    return np.array(rows)
