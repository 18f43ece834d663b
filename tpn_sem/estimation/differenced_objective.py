"""An objective whose slopes are differences of its values, for ``optim_gradient="numerical"``."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..numerics import Array
from .implied import Directions, Implied
from .objective import Objective

_WIDER = 100.0  # steps here, over those of differences of slopes
_STENCIL = ((1.0, 8.0), (-1.0, -8.0), (2.0, -1.0), (-2.0, 1.0))  # where, and twelve times how much


@dataclass(frozen=True, eq=False)
class DifferencedObjective(Objective):
    """The same objective, with first derivatives by central differences of the fourth order."""

    def gradient(self, implied: tuple[Implied, ...], directions: tuple[Directions, ...]) -> Array:
        """First derivatives, shape (..., n_free)."""
        parameters = self.parameters_behind(implied)
        widths = _WIDER * self.step_widths(parameters)
        found = np.zeros(parameters.shape)
        for place in range(parameters.shape[-1]):
            for where, weight in _STENCIL:
                moved = parameters.copy()
                moved[..., place] += where * widths[..., place]
                found[..., place] += weight * self.value(self.imply(moved)) / 12.0
        return np.asarray(found / widths)


def differenced(objective: Objective) -> DifferencedObjective:
    """The same objective without exact slopes."""
    return DifferencedObjective(
        **{one.name: getattr(objective, one.name) for one in fields(Objective)}
    )
