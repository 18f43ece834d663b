"""Functions of implied moments, with errors by the delta method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from .estimates import inference

_STEP = 1e-5
Quantity = Callable[[tuple[Implied, ...]], Array]  # moments in stacks to values, shape (..., k)


def delta_method(found: Estimation, quantity: Quantity) -> dict[str, Array]:
    """Values of quantities of the implied moments, with inference; see `estimates.inference`.

    Derivatives are central differences, all parameters in one stack.
    """
    values, jacobian = _slopes(found, quantity)
    samples = found.samples
    clusters = float(found.cluster_degrees_of_freedom) if samples.cluster_labels else None
    return inference(found, values, jacobian, clusters)


def _slopes(found: Estimation, quantity: Quantity) -> tuple[Array, Array]:
    steps = _STEP * np.maximum(np.abs(found.parameters), 0.1)
    moves = np.diag(steps)
    stack = np.concatenate([found.parameters + moves, found.parameters - moves])
    values = quantity(found.objective.imply(stack))
    forward, backward = np.split(values, 2)
    centre = quantity(found.objective.imply(found.parameters[None]))[0]
    return centre, ((forward - backward) / (2.0 * steps[:, None])).T


def quantity_table(
    found: Estimation, names: list[dict[str, str]], quantity: Quantity
) -> pd.DataFrame:
    """A row per name, with the quantity's value and inference; see `delta_method`."""
    if not names:
        return pd.DataFrame()
    numbers = delta_method(found, quantity)
    return pd.DataFrame(names).assign(**numbers)
