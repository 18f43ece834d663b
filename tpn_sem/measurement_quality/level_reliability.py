"""Reliability within and between clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ..data import LevelMoments
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..language import level_of, plain_name
from ..numerics import Array, Indices
from ..results import delta_method
from ..specification import PATH, Pattern


def level_reliability(found: Estimation, interval: str | None, level: float) -> pd.DataFrame:
    """Alpha and omega of each factor's items at its level (Geldhof, Preacher & Zyphur, 2014).

    Omega is what the factor explains of the sum of its items' parts at that level; alpha is of
    unrestricted covariances. That between clusters is of true parts of clusters, not of their
    observed means.

    Returns
    -------
    DataFrame
        Rows level and construct (below their group): n_items, alpha, omega, and with an interval
        omega_lower, omega_upper, from log(1 - omega) by the delta method.

    Raises
    ------
    NotAvailableError
        Where nothing converged, slopes are random, or there are no factors of two items.
    """
    if not (found.converged and found.has_unrestricted):
        raise NotAvailableError(
            "reliability by level needs a fit that converged, without random slopes."
        )
    if interval == "bootstrap":
        raise NotAvailableError("reliability by level has no bootstrap: take interval='delta'.")
    frames = {
        sample.label: _one_group(found, group, interval is not None, level)
        for group, sample in enumerate(found.samples.groups)
    }
    if not any(len(frame) for frame in frames.values()):
        raise NotAvailableError("the model has no factor that two or more items measure.")
    return next(iter(frames.values())) if len(frames) == 1 else pd.concat(frames, names=["group"])


def _one_group(found: Estimation, group: int, wanted: bool, level: float) -> pd.DataFrame:
    pattern = found.specification.patterns[group]
    sample = found.samples.groups[group]
    assert isinstance(sample, LevelMoments)
    rows = {}
    for factor in pattern.latent:
        items = _items(pattern, pattern.names.index(factor))
        if len(items) < 2:
            continue
        own = sample.covariance[np.ix_(items, items)]
        row: dict[str, float] = {"n_items": float(len(items))}
        row["alpha"] = len(items) / (len(items) - 1.0) * (1.0 - np.trace(own) / own.sum())
        row |= _omega(found, group, factor, items, wanted, level)
        rows[level_of(factor), plain_name(factor)] = row
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["level", "construct"])
    return table


def _items(pattern: Pattern, factor: int) -> Indices:
    """Places of the observed variables that a factor has paths to and that are its items."""
    own = (pattern.kind == PATH) & (pattern.column == factor) & (pattern.row < pattern.n_observed)
    return np.unique(pattern.row[own])


def _omega(
    found: Estimation, group: int, factor: str, items: Indices, wanted: bool, level: float
) -> dict[str, float]:
    place = found.specification.patterns[group].names.index(factor)

    def log_error(implied: tuple[Implied, ...]) -> Array:
        moments = implied[group]
        effects = moments.effects[..., items, place].sum(-1)
        true = effects**2 * moments.all_covariance[..., place, place]
        whole = moments.covariance[..., items[:, None], items].sum((-2, -1))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.log(1.0 - true / whole))[..., None]

    numbers = delta_method(found, log_error)
    value, error = float(numbers["estimate"][0]), float(numbers["se"][0])
    row = {"omega": 1.0 - np.exp(value)}
    if wanted:
        width = ndtri(0.5 + 0.5 * level) * error
        row |= {"omega_lower": 1.0 - np.exp(value + width)}
        row |= {"omega_upper": 1.0 - np.exp(value - width)}
    return row
