"""Refits without a unit, from the estimates of all rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..casewise import RowUnits
from ..data import Samples, sample_of_rows
from ..errors import DataError, NotAvailableError, attempted
from ..estimation import Estimation
from ..numerics import Indices, Mask
from ..redraws import Refitter


def refitted_without(
    estimation: Estimation, units: RowUnits, chosen: Indices
) -> list[Estimation | str]:
    """The model fitted to the rows without each of some units, or why it cannot be."""
    refitter = Refitter(estimation)
    found = []
    for unit in chosen.tolist():
        samples = attempted(samples_of, estimation, units.kept(unit))
        found.append(_checked(next(iter(refitter.estimations(samples)))))
    return found


def _checked(found: Estimation | str) -> Estimation | str:
    """The same, or why its numbers are none."""
    if not isinstance(found, str) and not found.is_identified:
        return "the model is not identified without it"
    return found


def samples_of(estimation: Estimation, kept: list[Mask]) -> Samples:
    """The fit's samples of some rows only, as if these had come in a data frame.

    Raises
    ------
    DataError
        Where these rows cannot serve: a group or a category is empty, one cluster is left.
    """
    samples = estimation.samples
    rows = [
        sample.rows.part(np.flatnonzero(one), samples.options.sampling_weights_normalization)
        for sample, one in zip(samples.groups, kept, strict=True)
    ]
    for sample, own in zip(samples.groups, rows, strict=True):
        if len(own) < 2:
            raise DataError(f"{len(own)} rows would be left of group {sample.label!r}")
    labels = samples.cluster_labels
    if labels:
        used = np.unique(np.concatenate([own.membership for own in rows]))
        labels = tuple(labels[number] for number in used.tolist())
        rows = [replace(own, clusters=np.searchsorted(used, own.membership)) for own in rows]
        if min(len(np.unique(own.membership)) for own in rows) < 2:
            raise DataError("one cluster would be left, which says nothing of how clusters differ")
    specification, options = estimation.specification, samples.options
    groups = tuple(
        sample_of_rows(own, label, pattern, specification, options)
        for own, label, pattern in zip(rows, samples.labels, specification.patterns, strict=True)
    )
    return replace(samples, groups=groups, cluster_labels=labels, notes=())


def require_deletable(estimation: Estimation) -> None:
    """Refuse fits of which nothing can be left out.

    Raises
    ------
    NotAvailableError
    """
    if not estimation.samples.has_rows:
        raise NotAvailableError(
            "influence leaves out rows or clusters, and the fit has sample moments only: fit to "
            "the rows."
        )
    if not estimation.converged:
        raise NotAvailableError(
            "the fit did not converge: what a unit changes of numbers that are no estimates cannot "
            "be said."
        )
    if not estimation.is_identified or not np.isfinite(estimation.covariance).any():
        raise NotAvailableError(
            "the fit has no standard errors, in which changes are told: the model is not "
            "identified by these data, or was fitted with se='none'."
        )
