"""Is the model identified? The rank of the Jacobian at a generic point, before any data."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..data import Samples
from ..errors import IdentificationError, ModelError
from ..numerics import Array, Indices, Mask, is_positive_definite
from ..specification import (
    INTERCEPT,
    PATH,
    Parameter,
    Specification,
    check_turns,
    name_of,
    unrotated,
)
from .exploratory import first_pivots
from .implied import imply

_SEED = 20240229
_SUSPICIOUS = 1e-7  # eigenvalue of the scaled cross-product, the square of a singular value
_NOTHING = 1e-20  # share of the largest square that is rounding of zero
_RANK = 1e-9  # singular value of the scaled Jacobian


@lru_cache(maxsize=64)
def check_identification(specification: Specification, group_labels: tuple[str, ...]) -> None:
    """Refuse a model whose parameters cannot be told apart, whatever the data.

    A model is locally identified where the Jacobian of its moments has full column rank, which
    holds at almost every point or at none (Bekker, Merckens & Wansbeek, 1994). The rank is taken
    at a generic point, after elimination of the linear constraints and together with the
    gradients of the others.

    Raises
    ------
    IdentificationError
        Naming the parameters that can be traded against each other.
    """
    if specification.table.n_free == 0:
        raise ModelError("the model has no free parameter: nothing is to be estimated.")
    if specification.restrictions.rotations:
        plain = unrotated(specification, first_pivots(specification))
        _check_turns(specification, _generic_point(plain))
        specification = plain
    _refuse(specification, group_labels, _null_vectors(specification))


def check_told_apart(specification: Specification, samples: Samples) -> None:
    """The same from what these data tell: covariances of variables that no row has both of are out.

    Raises
    ------
    IdentificationError
        Naming the parameters that can be traded against each other.
    """
    if any(sample.n_unseen for sample in samples.groups):
        seen = np.concatenate(
            [sample.seen_moments(specification.means) for sample in samples.groups], dtype=bool
        )
        _refuse(specification, samples.labels, _null_vectors(specification, seen), " by these data")


def _check_turns(specification: Specification, parameters: Array) -> None:
    """Refuse a model that is another one after its exploratory blocks are rotated."""
    generator = np.random.default_rng(_SEED)
    restrictions = specification.restrictions
    moves = []
    for rotated in restrictions.rotations:
        turn = generator.normal(size=(rotated.n_factors, rotated.n_factors))
        if rotated.turning.oblique:
            turn = turn / np.linalg.norm(turn, axis=0)
        else:
            turn = np.linalg.qr(turn)[0]
        moves.append((rotated, turn.T))
    after = check_turns(specification.patterns, parameters, moves)
    broken = np.abs(restrictions.linear @ after - restrictions.totals).max(initial=0.0) > _RANK
    curved = restrictions.equalities + restrictions.inequalities
    if curved and not broken:
        before, _ = restrictions.evaluate(curved, parameters)
        broken = bool(np.abs(restrictions.evaluate(curved, after)[0] - before).max() > _RANK)
    if broken:
        names = ", ".join(one.block.name for one in restrictions.rotations)
        raise ModelError(
            f"constraints hold parameters that turn with an exploratory block ({names}): they "
            "would not hold after its rotation. Hold equal all of a block's loadings, or all "
            "variances and covariances of its factors (group_equal), or leave them free."
        )


def _refuse(
    specification: Specification, group_labels: tuple[str, ...], vectors: Array, by: str = ""
) -> None:
    if vectors.shape[1] == 0:
        return
    involved = np.max(np.abs(vectors), axis=1) > 1e-3
    rows = specification.table.free_rows
    names = [name_of(row, group_labels) for row, hit in zip(rows, involved, strict=True) if hit]
    n_reduced = specification.restrictions.reduction.n_reduced
    listing = ", ".join(dict.fromkeys(names[:12])) + (", ..." if len(names) > 12 else "")
    raise IdentificationError(
        f"the model is not identified{by}: its {n_reduced} parameters have a Jacobian of rank "
        f"{n_reduced - vectors.shape[1]}. These cannot be told apart: {listing}. Fix one of them, "
        "set two equal, or drop one."
    )


def _null_vectors(specification: Specification, seen: Mask | None = None) -> Array:
    """Directions in the free parameters that change no moment, shape (n_free, nullity).

    Of some moments only where `seen`, shape (m,), says which.
    """
    parameters = _generic_point(specification)
    basis = specification.restrictions.reduction.basis
    cross = specification.restrictions.reduction.pull_hessian(
        _cross_product(specification, parameters)
    )
    squares = np.diag(cross)
    deviation = np.sqrt(np.maximum(squares, max(_NOTHING * float(squares.max()), 1e-300)))
    scaled = cross / np.outer(deviation, deviation)
    lowered = scaled - _SUSPICIOUS * np.eye(len(scaled))
    if seen is None and specification.restrictions.is_smooth and is_positive_definite(lowered):
        return np.zeros((len(parameters), 0))
    jacobian = _jacobian(specification, parameters)
    if seen is not None:
        rest = np.ones(len(jacobian) - len(seen), dtype=bool)
        jacobian = jacobian[np.concatenate([seen, rest])]
    jacobian = jacobian @ basis
    length = np.linalg.norm(jacobian, axis=0)
    length[length < 1e-12] = 1.0
    _, singular, right = np.linalg.svd(jacobian / length, full_matrices=True)
    rank = int(np.sum(singular > _RANK * singular[0]))
    return np.asarray(basis @ (right[rank:].T / length[:, None]))


def _generic_point(specification: Specification) -> Array:
    """Random parameters near a plausible solution, satisfying the linear constraints."""
    ranges = np.array([_plausible(row) for row in specification.table.free_rows])
    position = np.random.default_rng(_SEED).uniform(size=len(ranges))
    parameters = ranges[:, 0] + position * (ranges[:, 1] - ranges[:, 0])
    reduction = specification.restrictions.reduction
    return reduction.expand(reduction.project(parameters))


def _plausible(row: Parameter) -> tuple[float, float]:
    """Range of ordinary values of a parameter where variables have variances near one."""
    if row.operator == "=~":
        return 0.6, 1.4
    if row.is_variance:
        return 0.5, 1.5
    if row.operator == "~*~":
        return 0.8, 1.2
    if row.operator == "|":
        return int(row.rhs[1:]) + 0.2, int(row.rhs[1:]) + 0.6
    return (0.05, 0.2) if row.operator == "~~" else (0.2, 0.6)


def _values(specification: Specification, group: int, parameters: Array) -> Array:
    """Cell values at a point, with unit variances for exogenous variables."""
    pattern = specification.patterns[group]
    values = pattern.fixed.copy()
    row, column = pattern.row[pattern.taken], pattern.column[pattern.taken]
    ones = np.where(row == column, 1.0, 0.25)
    values[pattern.taken] = np.where(pattern.kind[pattern.taken] == INTERCEPT, 0.0, ones)
    values[pattern.free_cells] = parameters[pattern.places]
    if np.any((pattern.kind == PATH) & np.isnan(values)):
        raise ModelError("a path has neither a value nor a parameter")
    return values


def _cross_product(specification: Specification, parameters: Array) -> Array:
    """J'J for the Jacobian of the moments (off-diagonal ones counted twice)."""
    n_free = len(parameters)
    total = np.zeros((n_free, n_free))
    for group, pattern in enumerate(specification.patterns):
        implied = imply(pattern, _values(specification, group, parameters))
        along = implied.along(pattern.cells)
        if pattern.responses is not None:
            jacobian = along.jacobian(True)
            total[np.ix_(pattern.places, pattern.places)] += jacobian.T @ jacobian
            continue
        weight = np.eye(pattern.n_observed)
        total[np.ix_(pattern.places, pattern.places)] += along.information(
            weight, specification.means
        )
    told = _product_coefficients(specification)
    total[told, told] += 1.0
    return total


def _product_coefficients(specification: Specification) -> Indices:
    """Places of the coefficients of latent products, which moments beyond the second tell."""
    products = specification.roles.products
    rows = specification.table.free_rows
    return np.array([row.free for row in rows if row.rhs in products], dtype=np.intp)


def _jacobian(specification: Specification, parameters: Array) -> Array:
    """Jacobian of all groups' moments, and of the non-linear equalities, (rows, n_free)."""
    blocks = []
    for group, pattern in enumerate(specification.patterns):
        implied = imply(pattern, _values(specification, group, parameters))
        along = implied.along(pattern.cells)
        part = along.jacobian(specification.means)
        block = np.zeros((len(part), len(parameters)))
        block[:, pattern.places] = part
        blocks.append(block)
    restrictions = specification.restrictions
    blocks.append(restrictions.evaluate(restrictions.equalities, parameters)[1])
    blocks.append(np.eye(len(parameters))[_product_coefficients(specification)])
    return np.concatenate(blocks)
