"""Outcomes predicted from other observed variables through the model.

de Rooij, Karch, Fokkema, Bakk, Pratiwi & Kelderman (2023).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..data import Rows, new_rows
from ..errors import DataError, NotAvailableError, OptionError, choose
from ..estimation import Estimation
from ..numerics import Array


def predicted_outcomes(
    estimation: Estimation,
    data: pd.DataFrame | None = None,
    outcomes: Sequence[str] | None = None,
    predictors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Means of outcomes given the predictors that a row has; see `Fit.predict`."""
    _check(estimation)
    asked, given = _sides(estimation, outcomes, predictors)
    frames = []
    for group, rows in enumerate(_rows(estimation, data, asked)):
        names = estimation.specification.patterns[group].observed
        y, x = ([names.index(name) for name in side if name in names] for side in (asked, given))
        values = _conditional_means(rows.values[:, x], *_moments(estimation, group), y, x)
        frame = pd.DataFrame(values, columns=[names[k] for k in y], index=rows.places)
        frames.append(frame)
    table = pd.concat(frames).sort_index(kind="stable")[asked]
    index = estimation.samples.index if data is None else data.index
    if index is not None:
        table.index = index[table.index]
    return table


def observed_outcomes(estimation: Estimation, outcomes: Sequence[str]) -> pd.DataFrame:
    """What the rows of the fit have of some variables, in the order of the data."""
    frames = []
    for pattern, sample in zip(
        estimation.specification.patterns, estimation.samples.groups, strict=True
    ):
        frame = pd.DataFrame(
            sample.rows.values, columns=list(pattern.observed), index=sample.rows.places
        )
        frames.append(frame.reindex(columns=list(outcomes)))
    table = pd.concat(frames).sort_index(kind="stable")
    index = estimation.samples.index
    if index is not None:
        table.index = index[table.index]
    return table


def _check(estimation: Estimation) -> None:
    specification = estimation.specification
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to predict with.")
    if specification.categories or specification.has_levels or specification.roles.products:
        kind = "ordinal items" if specification.categories else "levels or products of factors"
        raise NotAvailableError(
            f"outcomes are predicted by models of continuous variables, not by one with {kind}."
        )


def _sides(
    estimation: Estimation, outcomes: Sequence[str] | None, predictors: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """What is predicted, and from what."""
    roles = estimation.specification.roles
    for name, asked in (("outcomes", outcomes), ("predictors", predictors)):
        for one in asked or ():
            choose(name, one, roles.observed)
    if outcomes is None and predictors is None:
        if not roles.exogenous:
            raise NotAvailableError(
                "the model has no observed predictor: say what is predicted with outcomes=, or "
                "from what with predictors=."
            )
        return list(roles.modelled), list(roles.exogenous)
    if outcomes is None:
        outcomes = [name for name in roles.observed if name not in (predictors or ())]
    if predictors is None:
        predictors = [name for name in roles.observed if name not in outcomes]
    if both := set(outcomes) & set(predictors):
        raise OptionError(f"{sorted(both)[0]!r} is among outcomes= and predictors=.")
    if not (outcomes and predictors):
        raise OptionError("outcomes= and predictors= leave nothing to predict, or nothing from.")
    return list(outcomes), list(predictors)


def _rows(
    estimation: Estimation, data: pd.DataFrame | None, outcomes: Sequence[str]
) -> Sequence[Rows]:
    samples = estimation.samples
    if data is None:
        if not samples.has_rows:
            raise NotAvailableError("predictions need rows of data, not moments: give data=.")
        return [sample.rows for sample in samples.groups]
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data= takes a DataFrame, not {type(data).__name__}.")
    absent = {name: np.nan for name in outcomes if name not in data.columns}
    return new_rows(samples, estimation.specification, data.assign(**absent))


def _moments(estimation: Estimation, group: int) -> tuple[Array, Array]:
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    mean = sample.centre if sample.mean is None else implied.mean
    return mean, implied.covariance


def _conditional_means(
    values: Array, mean: Array, covariance: Array, y: list[int], x: list[int]
) -> Array:
    """Means given what each row has of the predictors, shape (n, k); NaN where it has nothing."""
    found = np.full((len(values), len(y)), np.nan)
    known = ~np.isnan(values)
    for pattern in np.unique(known, axis=0):
        rows = (known == pattern).all(axis=1)
        given = np.asarray(x)[pattern]
        if not len(given):
            continue
        slopes = np.linalg.solve(covariance[np.ix_(given, given)], covariance[np.ix_(given, y)])
        found[rows] = mean[y] + (values[np.ix_(rows, pattern)] - mean[given]) @ slopes
    return found
