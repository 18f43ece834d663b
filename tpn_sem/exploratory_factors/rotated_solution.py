"""Unrotated loadings to rotated ones, with slopes and what scores need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..numerics import Array
from ..results import RotationReport, no_rotation, rotation_report
from ..rotation import (
    Rotated,
    Turning,
    TwoSteps,
    principal_axes,
    principal_slopes,
    rotate,
    rotation_slopes,
    second_slopes,
    starts_for,
)

Slopes = Callable[[], tuple[Array, Array]]


@dataclass(frozen=True, eq=False)
class RotatedSolution:
    """Rotated loadings.

    Attributes
    ----------
    loadings : array, shape (p, k)
    correlations : array, shape (k, k)
        Of the factors.
    scores : array, shape (m, k)
        Regression of the rotated factors on the unrotated ones.
    slopes : callable
        Derivatives of loadings, (p * k, p * m), and correlations, (k * k, p * m), in unrotated
        loadings; NaN where the rotation is not told.
    report : RotationReport
    turn : array, shape (m, m)
        T of the (first) rotation: L = A T'^-1.
    """

    loadings: Array
    correlations: Array
    scores: Array
    slopes: Slopes
    report: RotationReport
    turn: Array

    @property
    def structure(self) -> Array:
        """Correlations of items and factors, shape (p, k)."""
        return self.loadings @ self.correlations


def rotated_solution(unrotated: Array, turning: Turning) -> RotatedSolution:
    """Rotate loadings of uncorrelated factors, shape (p, m)."""
    axes, first = principal_axes(unrotated)
    m = unrotated.shape[1]
    if turning.criterion is None or m == 1:
        note = "one factor: there is nothing to rotate." if m == 1 else ""
        return RotatedSolution(
            axes,
            np.eye(m),
            first,
            partial(_unturned_slopes, axes, first),
            no_rotation("none", note),
            first,
        )
    starts = starts_for(axes, turning.n_starts, turning.seed)
    found = rotate(axes, turning.criterion, turning.oblique, turning.kaiser, starts, turning.order)
    once = _once(unrotated, first, found, turning)
    return _twice(once, turning.rotation) if isinstance(turning.rotation, TwoSteps) else once


def _once(unrotated: Array, first: Array, found: Rotated, turning: Turning) -> RotatedSolution:
    slopes = partial(_slopes_once, unrotated @ first, first, found, turning.kaiser)
    assert turning.rotation is not None
    report = rotation_report(turning.rotation.words, found, turning.kaiser)
    turn = first @ found.solution.turn
    return RotatedSolution(found.loadings, found.correlations, turn, slopes, report, turn)


def _unturned_slopes(axes: Array, first: Array) -> tuple[Array, Array]:
    """Slopes of principal axes; their correlations are zero whatever the loadings."""
    return principal_slopes(axes, first), np.zeros((axes.shape[1] ** 2, axes.size))


def _slopes_once(axes: Array, first: Array, found: Rotated, kaiser: bool) -> tuple[Array, Array]:
    """Slopes of one rotation from principal axes."""
    if not found.solution.is_minimum:
        p, m = axes.shape
        return np.full((p * m, p * m), np.nan), np.full((m * m, p * m), np.nan)
    loadings, correlations = rotation_slopes(found, axes, kaiser)
    turned = _from_axes(axes, first)
    return loadings @ turned, correlations @ turned


def _slopes_twice(once: RotatedSolution, rotation: TwoSteps) -> tuple[Array, Array]:
    """Slopes of a second step after the first."""
    before = np.concatenate(once.slopes())
    first, second = second_slopes(rotation, once.loadings, once.correlations)
    return first @ before, second @ before


def _from_axes(axes: Array, first: Array) -> Array:
    """Derivatives of loadings turned by a fixed matrix in the loadings, item by item."""
    return np.asarray(np.kron(np.eye(len(axes)), first.T))


def _twice(once: RotatedSolution, rotation: TwoSteps) -> RotatedSolution:
    loadings, correlations, scores = rotation.then(once.loadings, once.correlations)
    return RotatedSolution(
        loadings,
        np.asarray(correlations),
        once.scores @ scores,
        partial(_slopes_twice, once, rotation),
        once.report,
        once.turn,
    )
