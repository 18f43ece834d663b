"""Models judged on the rows of another data frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ..data import Rows, Samples, new_rows
from ..errors import DataError, NotAvailableError
from ..estimation import Estimation
from .held_out_deviances import HeldOut, judge
from .row_deviances import require_likelihood
from .training_samples import SampleReader


def judged_on(models: Mapping[str, Estimation], holdout: pd.DataFrame) -> HeldOut:
    """Models fitted to one data frame, judged on another.

    Raises
    ------
    DataError
        Where the other lacks a column, a group or usable rows, or has answers that did not occur.
    NotAvailableError
        Where rows have no likelihood.
    """
    sources: list[Samples] = []
    usable = np.ones(len(holdout), dtype=bool)
    for estimation in models.values():
        if not estimation.samples.has_rows:
            raise NotAvailableError("held-out rows need a model that was fitted to rows.")
        require_likelihood(estimation)
        groups = new_rows(estimation.samples, estimation.specification, holdout)
        kept = [_usable(rows, estimation) for rows in groups]
        own = np.zeros(len(holdout), dtype=bool)
        for rows in kept:
            own[rows.places] = True
        usable &= own
        sources.append(_carrying(estimation.samples, kept))
    if not usable.any():
        raise DataError("holdout= has no row that can be used: in each an answer is missing.")
    fitted = [one if one.converged else "did not converge" for one in models.values()]
    judged = judge(fitted, sources, SampleReader(usable))
    division = np.where(usable, 0, -1)[None]
    return HeldOut(tuple(models), division, (judged,))


def _usable(rows: Rows, estimation: Estimation) -> Rows:
    """Rows with all answers where models were fitted to such; else those with any."""
    missing = np.isnan(rows.values)
    listwise = estimation.samples.options.missing == "listwise"
    lost = missing.any(axis=1) if listwise else missing.all(axis=1)
    return rows.take(np.flatnonzero(~lost))


def _carrying(samples: Samples, groups: list[Rows]) -> Samples:
    """The same samples, with other rows in the place of those that were fitted."""
    pairs = zip(samples.groups, groups, strict=True)
    changed = tuple(replace(sample, known_rows=rows) for sample, rows in pairs)
    return replace(samples, groups=changed)
