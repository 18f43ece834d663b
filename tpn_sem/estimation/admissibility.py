"""What makes a solution one that no population can have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..numerics import Array, Indices, unit_scale
from ..specification import Pattern, fill, name_of
from .composite_starts import held_weights
from .implied import Implied, ImpliedResponses
from .minimum import Minimum, remembered

_ZERO = -1e-10  # share of the variable's variance above which one is zero but for rounding
_LOWEST = -1e-8  # eigenvalue of a correlation matrix, likewise
_NO_RESIDUAL = 1e-5  # share of a latent response's variance
_LITTLE_RESIDUAL = 1e-2  # the same where the optimiser was still on its way
_ENDLESS = 1e3  # times an observed variable's variance that a part of it cannot be
_NO_SHARE = 1e-4  # of a composite's deviation
_SOME_RESIDUAL = 0.01  # a residual variance that is not itself going to zero


def improper(minimum: Minimum) -> list[str]:
    """Negative variances and covariance matrices that are not positive definite, in words."""
    negative = _negative_variances(minimum) + _negative_residuals(minimum)
    notes = []
    if negative:
        notes.append(
            f"negative variance estimates: {', '.join(negative)}. The solution is not admissible."
        )
    if disordered := _disordered_thresholds(minimum):
        notes.append(
            f"thresholds are out of order: {', '.join(disordered)}. A category between them would "
            "have a negative probability: the solution is not admissible. Look for fixed values, "
            "equalities or start values that turn them round, or join categories."
        )
    for where, pattern, moments in _groups(minimum):
        n = moments.n_observed
        latent = moments.all_covariance[n:, n:]
        if len(latent) and np.linalg.eigvalsh(latent)[0] < _LOWEST * np.trace(latent):
            notes.append(
                f"the covariance matrix of the latent variables is not positive definite{where}: "
                "a correlation is above 1 or a variance negative."
            )
        elif residual := _indefinite_residuals(pattern, moments):
            notes += [f"{note}{where}." for note in residual]
    return notes


def _groups(minimum: Minimum) -> Iterator[tuple[str, Pattern, Implied]]:
    """Where a group is, to stand in a sentence, its pattern and implied moments."""
    for label, pattern, implied in zip(
        minimum.samples.labels, minimum.specification.patterns, minimum.implied, strict=True
    ):
        yield (f" in group {label!r}" if label else ""), pattern, implied


def _negative_variances(minimum: Minimum) -> list[str]:
    """Free variances below zero."""
    patterns, labels = minimum.specification.patterns, minimum.samples.labels
    names = []
    for row in minimum.specification.table.free_rows:
        if not row.is_variance or minimum.parameters[row.free] >= 0.0:
            continue
        place = patterns[row.group].names.index(row.lhs)
        total = abs(float(minimum.implied[row.group].all_covariance[place, place]))
        if minimum.parameters[row.free] < _ZERO * total:
            names.append(name_of(row._replace(label=""), labels))
    return names


def _negative_residuals(minimum: Minimum) -> list[str]:
    """Residual variances that follow from other parameters, where negative."""
    names = []
    for where, pattern, implied in _groups(minimum):
        cells = _following_variances(pattern)
        sizes = np.diagonal(implied.all_covariance)[pattern.row[cells]]
        for cell in cells[implied.values[cells] < _ZERO * np.abs(sizes)]:
            name = pattern.names[pattern.row[cell]]
            names.append(f"{name}~~{name}{where}")
    return names


def _following_variances(pattern: Pattern) -> Indices:
    """Cells of residual variances that are no parameters, but not known either."""
    if pattern.responses is not None:
        known = pattern.responses.parameterization == "theta"
        return pattern.responses.residuals[:0] if known else pattern.responses.residuals
    if pattern.standardised is not None:
        return pattern.standardised.residuals
    return np.array([one.variance for one in pattern.composites], dtype=np.intp)


@remembered
def endless_variances(minimum: Minimum) -> list[str]:
    """Observed variables whose residual variance is nothing like theirs: a valley without end.

    Shares of factors say nothing: those of intercept and slope cancel where time starts far from 0.
    """
    names = []
    for where, pattern, implied in _groups(minimum):
        if pattern.responses is not None or not implied.is_usable:
            continue
        _, covariances, _ = fill(pattern, implied.values)
        residual = np.abs(np.diag(covariances)[: pattern.n_observed])
        gone = residual > _ENDLESS * np.diag(implied.all_covariance)[: pattern.n_observed]
        names += [f"{pattern.observed[place]!r}{where}" for place in np.flatnonzero(gone)]
    return names


@remembered
def endless_weights(minimum: Minimum) -> list[str]:
    """Composites whose items with a fixed weight count for nothing beside the others.

    Their weights grow without end: the weight that would be best has the other sign, or is zero.
    """
    names = []
    for where, pattern, implied in _groups(minimum):
        deviations = np.sqrt(np.abs(np.diagonal(implied.all_covariance)))
        for one in pattern.composites:
            held = held_weights(pattern, one)
            if held.any():
                shares = np.abs(held) * deviations[one.items] / deviations[one.place]
                names += [f"{pattern.names[one.place]!r}{where}"] * bool(shares.max() < _NO_SHARE)
    return names


@remembered
def runaways(minimum: Minimum) -> list[str]:
    """Latent responses whose residual variance ("theta") is nothing beside what explains them."""
    names = []
    for where, pattern, implied in _groups(minimum):
        if not isinstance(implied, ImpliedResponses) or pattern.responses is None:
            continue
        if pattern.responses.parameterization == "delta":
            continue
        residuals = implied.values[pattern.responses.residuals]
        shares = residuals * implied.scale[pattern.responses.layout.scaled] ** 2
        least = _NO_RESIDUAL if minimum.converged else _LITTLE_RESIDUAL
        gone = ~(shares > least) & (residuals > _SOME_RESIDUAL)
        for cell in pattern.responses.residuals[gone]:
            names.append(f"{pattern.names[pattern.row[cell]]!r}{where}")
    return names


def _disordered_thresholds(minimum: Minimum) -> list[str]:
    """Thresholds that are not above the one before, as in 'x1|t2 < x1|t1'."""
    names = []
    for where, pattern, implied in _groups(minimum):
        if not isinstance(implied, ImpliedResponses):
            continue
        for place, cuts in implied.cuts.items():
            name = pattern.names[place]
            for level in np.flatnonzero(np.diff(cuts) <= 0.0) + 1:
                names.append(f"{name}|t{level + 1} <= {name}|t{level}{where}")
    return names


def _indefinite_residuals(pattern: Pattern, implied: Implied) -> list[str]:
    """Sets of residuals whose covariances no variables can have, though no variance is negative."""
    _, residual, _ = fill(pattern, implied.values)
    notes = []
    for places, what in (
        (np.arange(pattern.n_observed), "observed"),
        (np.arange(pattern.n_observed, pattern.n_variables), "latent"),
    ):
        scale = unit_scale(implied.all_covariance)[places]
        pair = _worst_pair(scale[:, None] * residual[np.ix_(places, places)] * scale)
        if pair is not None:
            first, second = (pattern.names[places[place]] for place in pair)
            notes.append(
                f"the covariance matrix of the residuals of the {what} variables is not positive "
                f"definite: look at {first}~~{second}"
            )
    return notes


def _worst_pair(covariance: Array) -> tuple[int, int] | None:
    """The strongest correlation of a matrix that is not positive semidefinite; None if it is.

    Also None where a variance is negative, which is said elsewhere. The matrix is in units of the
    variables' deviations, so that a variance of -1e-12 is zero.
    """
    variances = np.diag(covariance)
    if not len(covariance) or (variances < _ZERO).any():
        return None
    covariance = covariance - np.diag(np.minimum(variances, 0.0))
    scale = unit_scale(covariance)
    correlations = scale[:, None] * covariance * scale
    if np.linalg.eigvalsh(correlations)[0] >= _LOWEST:
        return None
    off = np.abs(correlations - np.diag(np.diag(correlations)))
    first, second = np.unravel_index(int(off.argmax()), off.shape)
    return min(int(first), int(second)), max(int(first), int(second))
