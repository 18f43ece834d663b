"""Which loadings turn together in which groups, and the zeros that stand in for a rotation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import ModelError, OptionError, nearest
from ..numerics import Array, Indices
from ..rotation import Turning
from .exploratory_blocks import ExploratoryBlock
from .parameter import Parameter, key
from .parameter_table import ParameterTable
from .read_rotations import turning_of


@dataclass(frozen=True, eq=False)
class RotatedBlock:
    """An exploratory block in the groups in which it turns alike.

    Attributes
    ----------
    block : ExploratoryBlock
    turning : Turning
    groups : tuple of int
        Places of the groups; the first one's factors have (residual) variances of one.
    loadings : int array, shape (p, m)
        Places of the first group's loadings among the free parameters.
    covariances : int array, shape (m, m)
        Places of the first group's factor covariances; -1 where they are fixed.
    """

    block: ExploratoryBlock
    turning: Turning
    groups: tuple[int, ...]
    loadings: Indices
    covariances: Indices

    @property
    def n_factors(self) -> int:
        """Number of factors."""
        return len(self.block.factors)

    @property
    def n_equations(self) -> int:
        """Number of equations that the rotation solves."""
        pairs = self.n_factors * (self.n_factors - 1)
        return pairs if self.turning.oblique else pairs // 2

    def zeros(self, pivots: list[int]) -> Indices:
        """Places of the parameters whose zeros identify the block before rotation.

        Parameters
        ----------
        pivots : list of int, m of them
            Items; the first one loads on the first factor only, the second one on two, ...
        """
        zeros = [
            self.loadings[pivot, column]
            for row, pivot in enumerate(pivots)
            for column in range(row + 1, self.n_factors)
        ]
        below = self.covariances[np.tril_indices(self.n_factors, -1)]
        return np.array([*zeros, *below[below >= 0]], dtype=np.intp)

    def correlations(self, parameters: Array) -> Array:
        """Factor (residual) correlations of the first group, shape (..., m, m)."""
        found = np.zeros((*parameters.shape[:-1], self.n_factors, self.n_factors))
        found[...] = np.eye(self.n_factors)
        inside = self.covariances >= 0
        found[..., inside] = parameters[..., self.covariances[inside]]
        return found


def rotated_blocks(
    table: ParameterTable, rotations: tuple[tuple[str, Turning], ...]
) -> tuple[RotatedBlock, ...]:
    """The blocks of a table, each once for the groups that share its loadings.

    Parameters
    ----------
    table : ParameterTable
    rotations : tuple of (block, Turning)
        As in `ModelOptions.rotation`; under "" stands the rotation of all others.

    Raises
    ------
    ModelError
        Where some loadings of a block are shared by groups, and others are not.
    """
    chosen = dict(rotations)
    _check_names(table, chosen)
    found = []
    for block in table.blocks:
        turning = turning_of(block, chosen)
        if turning.criterion is not None:
            turning.criterion.check(len(block.items), len(block.factors))
        for groups in _sharing(table, block):
            found.append(_rotated(table, block, turning, groups))
    return tuple(found)


def _check_names(table: ParameterTable, chosen: Mapping[str, Turning]) -> None:
    names = [block.name for block in table.blocks]
    for name in chosen:
        if name and name not in names:
            advice = nearest(name, names) or "."
            raise OptionError(
                f"rotation= names the block {name!r}, which the model does not have{advice} It has "
                f"{', '.join(names)}."
            )


def _sharing(table: ParameterTable, block: ExploratoryBlock) -> list[tuple[int, ...]]:
    """Groups that share the loadings of a block."""
    by_labels: dict[tuple[str, ...], list[int]] = {}
    apart: list[tuple[int, ...]] = []
    for group in range(table.n_groups):
        labels = tuple(
            _row(table, block, item, factor, group).label
            for item in block.items
            for factor in block.factors
        )
        if not any(labels):
            apart.append((group,))
        elif all(labels) and len(set(labels)) == len(labels):
            by_labels.setdefault(labels, []).append(group)
        else:
            raise ModelError(_PARTLY.format(name=block.name))
    used = [set(labels) for labels in by_labels]
    if any(one & other for place, one in enumerate(used) for other in used[:place]):
        raise ModelError(_PARTLY.format(name=block.name))
    return sorted([*apart, *map(tuple, by_labels.values())])


_PARTLY = (
    "some loadings of the exploratory block {name!r} are held equal and others are not: its "
    "factors turn, so that groups share all loadings of a block or none."
)


def _row(
    table: ParameterTable, block: ExploratoryBlock, item: str, factor: str, group: int
) -> Parameter:
    """The free row of a loading."""
    row = table.find(key(factor, "=~", item), group)
    if row is None or row.free < 0:
        raise ModelError(
            f"group {group + 1} lacks the free loading {factor} =~ {item} of the exploratory block "
            f"{block.name!r}: groups have the same blocks."
        )
    return row


def _rotated(
    table: ParameterTable, block: ExploratoryBlock, turning: Turning, groups: tuple[int, ...]
) -> RotatedBlock:
    first = groups[0]
    loadings = [
        [_row(table, block, item, factor, first).free for factor in block.factors]
        for item in block.items
    ]
    m = len(block.factors)
    covariances = np.full((m, m), -1, dtype=np.intp)
    for one in range(m):
        for other in range(one):
            row = table.find(key(block.factors[one], "~~", block.factors[other]), first)
            covariances[one, other] = covariances[other, one] = -1 if row is None else row.free
    return RotatedBlock(block, turning, groups, np.array(loadings, dtype=np.intp), covariances)
