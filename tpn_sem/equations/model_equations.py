"""Equations of a model among observed variables, and the instruments that the model implies.

Bollen (1996): each factor is replaced by its scaling indicator less what disturbs that, so that an
equation's disturbance is a sum of disturbances. An observed variable is an instrument where its
implied covariance with that sum is zero whatever the parameters are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..numerics import Array, Mask
from .generic_structure import GenericStructure, vanishes


@dataclass(frozen=True, eq=False)
class ModelEquation:
    """One equation of a group.

    Attributes
    ----------
    variable : str
        What it explains, as the model names it: an item or a factor.
    parents : tuple of str
        What explains it, as the model names them.
    outcome : int
    predictors, instruments : tuple of int
        Places of observed variables.
    problem : str
        Why it cannot be estimated or tested, "" where it can.
    in_units : bool
        Whether coefficients are the model's: scaling indicators have loadings fixed at 1.
    """

    variable: str
    parents: tuple[str, ...]
    outcome: int = -1
    predictors: tuple[int, ...] = ()
    instruments: tuple[int, ...] = ()
    problem: str = ""
    in_units: bool = True

    @property
    def surplus(self) -> int:
        """Instruments more than predictors."""
        return len(self.instruments) - len(self.predictors)


@dataclass(frozen=True, eq=False)
class _Scaling:
    """A factor in observed terms, f = y / unit - D u, at k points.

    Attributes
    ----------
    indicator : int
        Place of y.
    unit : array, shape (k,)
    drift : array D, shape (k, v)
    """

    indicator: int
    unit: Array
    drift: Array


def model_equations(structure: GenericStructure) -> list[ModelEquation]:
    """All equations of a group but those that define scaling indicators."""
    children = _scaling_children(structure)
    scaled = {place: _scaling(structure, place, children) for place in range(_count(structure))}
    defining = {child: factor for factor, child in children.items()}
    found = []
    for place, parents in enumerate(structure.parents):
        if parents and place not in defining:
            found.append(_equation(structure, place, parents, scaled))
    return found


def scaling_indicators(structure: GenericStructure) -> dict[str, str]:
    """The observed variable that stands for each factor that has one."""
    children, names = _scaling_children(structure), structure.pattern.names
    found = {}
    for place in range(structure.pattern.n_observed, _count(structure)):
        scaling = _scaling(structure, place, children)
        if scaling is not None:
            found[names[place]] = names[scaling.indicator]
    return found


def _count(structure: GenericStructure) -> int:
    return structure.pattern.n_variables


def _scaling_children(structure: GenericStructure) -> dict[int, int]:
    """By factor, the variable that nothing else explains: observed and with a fixed loading first.

    A factor's own cause is never its indicator, as there are no loops through one parent.
    """
    pattern = structure.pattern
    found = {}
    for factor in range(pattern.n_observed, _count(structure)):
        alone = [child for child, parents in enumerate(structure.parents) if parents == (factor,)]
        fixed = np.ptp(structure.paths[:, :, factor], axis=0) == 0.0
        order = sorted(alone, key=lambda one: (one >= pattern.n_observed, not fixed[one]))
        if order:
            found[factor] = order[0]
    return found


def _scaling(
    structure: GenericStructure, place: int, children: dict[int, int], depth: int = 0
) -> _Scaling | None:
    """What stands for a variable; an observed one for itself."""
    points, size = len(structure.paths), _count(structure)
    if place < structure.pattern.n_observed:
        return _Scaling(place, np.ones(points), np.zeros((points, size)))
    if place not in children or depth > size:
        return None
    child = children[place]
    below = _scaling(structure, child, children, depth + 1)
    if below is None:
        return None
    loading = structure.paths[:, child, place]
    drift = below.drift.copy()
    drift[:, child] += 1.0
    return _Scaling(below.indicator, below.unit * loading, drift / loading[:, None])


def _equation(
    structure: GenericStructure,
    place: int,
    parents: tuple[int, ...],
    scaled: dict[int, _Scaling | None],
) -> ModelEquation:
    names = structure.pattern.names
    told = names[place], tuple(names[one] for one in parents)
    for one in (place, *parents):
        if scaled[one] is None:
            why = f"no item is explained by {names[one]} alone, so that nothing can stand for it"
            return ModelEquation(*told, problem=why)
    outcome = scaled[place]
    assert outcome is not None
    disturbance = outcome.drift.copy()
    disturbance[:, place] += 1.0
    predictors, in_units = [], bool((outcome.unit == 1.0).all())
    for one in parents:
        scaling = scaled[one]
        assert scaling is not None
        in_units &= bool((scaling.unit == 1.0).all())
        disturbance -= structure.paths[:, place, one, None] * scaling.drift
        predictors.append(scaling.indicator)
    instruments = _instruments(structure, outcome.indicator, predictors, disturbance)
    return ModelEquation(
        *told,
        outcome.indicator,
        tuple(predictors),
        instruments,
        _problem(structure, predictors, instruments),
        in_units,
    )


def _instruments(
    structure: GenericStructure, outcome: int, predictors: list[int], disturbance: Array
) -> tuple[int, ...]:
    """Observed variables that covary with a predictor and not with the disturbance."""
    p = len(structure.pattern.modelled)
    terms = structure.from_disturbances[:, :p] * disturbance[:, None, :]
    clean = vanishes(terms.sum(axis=2), np.abs(terms).sum(axis=2))
    among = structure.covariance[:, :p][:, :, predictors]
    relevant: Mask = np.any(np.abs(among) > 1e-12, axis=(0, 2))
    return tuple(place for place in np.flatnonzero(clean & relevant).tolist() if place != outcome)


def _problem(
    structure: GenericStructure, predictors: list[int], instruments: tuple[int, ...]
) -> str:
    """Why an equation has no estimates or no test."""
    if len(set(predictors)) < len(predictors):
        return "two of its predictors have the same scaling indicator"
    if len(instruments) < len(predictors):
        return f"{len(instruments)} instruments for {len(predictors)} predictors: not identified"
    across = structure.covariance[:, list(instruments)][:, :, predictors]
    if (np.linalg.matrix_rank(across, tol=1e-8) < len(predictors)).any():
        return "its instruments do not tell its predictors apart: not identified"
    if len(instruments) == len(predictors):
        return "no surplus instruments"
    return ""
