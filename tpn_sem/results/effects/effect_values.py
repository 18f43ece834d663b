"""Values of effects at stacks of parameters: as they are, standardised, and between groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...estimation.implied import Implied
from ...numerics import Array
from ...specification import Specification, fill
from .effect_paths import DIRECT, TOTAL, Effect


@dataclass(frozen=True, eq=False)
class EffectValues:
    """A quantity of implied moments: all effects, all standardised ones, contrasts of both.

    Attributes
    ----------
    specification : Specification
    effects : tuple of Effect
        k of them.
    pairs : tuple of (int, int)
        Places of the same effect in a later group and in the first.
    """

    specification: Specification
    effects: tuple[Effect, ...]
    pairs: tuple[tuple[int, int], ...]

    def __call__(self, implied: tuple[Implied, ...]) -> Array:
        """Values, shape (..., 2 * (k + pairs)): effects, standardised ones, and their contrasts."""
        plain = np.stack([self._value(implied, one) for one in self.effects], axis=-1)
        scale = np.stack([_scale(implied, one) for one in self.effects], axis=-1)
        parts = [plain, plain * scale]
        if self.pairs:
            later, first = np.array(self.pairs).T
            parts += [part[..., later] - part[..., first] for part in parts[:2]]
        return np.concatenate(parts, axis=-1)

    def _value(self, implied: tuple[Implied, ...], effect: Effect) -> Array:
        values = implied[effect.group].values
        if effect.cells:
            return np.asarray(values[..., list(effect.cells)].prod(axis=-1))
        column, row = effect.places
        total = implied[effect.group].effects[..., row, column]
        if effect.kind == TOTAL:
            return np.asarray(total)
        direct = [
            one.cells[0]
            for one in self.effects
            if (one.group, one.places, one.kind) == (effect.group, effect.places, DIRECT)
        ]
        return np.asarray(total - values[..., direct].sum(axis=-1))

    def loop_sizes(self, implied: tuple[Implied, ...]) -> list[float]:
        """Largest absolute eigenvalue of the paths of each group: below one loops converge."""
        sizes = []
        for pattern, one in zip(self.specification.patterns, implied, strict=True):
            paths, _, _ = fill(pattern, one.values)
            sizes.append(float(np.abs(np.linalg.eigvals(paths)).max()))
        return sizes


def _scale(implied: tuple[Implied, ...], effect: Effect) -> Array:
    """Standard deviation of the predictor over that of the outcome."""
    variances = implied[effect.group].all_covariance
    column, row = effect.places
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt(variances[..., column, column] / variances[..., row, row]))
