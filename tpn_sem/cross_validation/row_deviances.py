"""How surprising each held-out row is to a fitted model: minus twice its log-likelihood."""

from __future__ import annotations

import numpy as np

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.implied import ImpliedResponses
from ..moments import find_patterns
from ..moments.ordinal import Layout, cells, pairwise_answers
from ..numerics import Array

_LOG_TWO_PI = float(np.log(2.0 * np.pi))


def normal_deviances(values: Array, mean: Array, covariance: Array) -> Array:
    """-2 log density of the answers that each row has, shape (n,).

    Parameters
    ----------
    values : array, shape (n, p)
        NaN where an answer is missing.
    mean : array, shape (p,)
    covariance : array, shape (p, p)

    Raises
    ------
    NotAvailableError
        Where the covariance matrix is not positive definite.
    """
    if not len(values):
        return np.zeros(0)
    patterns = find_patterns(values)
    here = patterns.at(mean, covariance)
    if not np.isfinite(here.log_determinant).all():
        raise NotAvailableError("the implied covariance matrix is not positive definite")
    member = patterns.member
    distance = np.where(np.isnan(values), 0.0, values - mean)
    squared = np.einsum("np,npq,nq->n", distance, here.inverse[member], distance)
    constant = _LOG_TWO_PI * patterns.observed.sum(axis=1)
    return np.asarray(squared + (constant + here.log_determinant)[member])


def pair_deviances(codes: Array, layout: Layout, statistics: Array) -> Array:
    """-2 log-likelihood of all pairs of answers that each row has, shape (n,).

    A composite log-likelihood is a proper score too: in expectation none is better than the
    truth's. Katsikatsou et al. (2012); Varin, Reid & Firth (2011).

    Parameters
    ----------
    codes : array, shape (n, p)
        Categories from 0, NaN where an answer is missing.
    layout : Layout
        Without continuous or given variables.
    statistics : array, shape (m,)
        Thresholds, then correlations.
    """
    answers = pairwise_answers(codes, layout, False)
    correlations = statistics[layout.blocks["covariances"]]
    total = np.zeros(len(codes))
    for table in answers.tables:
        first = np.array([statistics[layout.thresholds_of(place)] for place in table.first])
        second = np.array([statistics[layout.thresholds_of(place)] for place in table.second])
        shares = cells(first, second, correlations[table.pairs], table.counts).probability
        logs = np.pad(np.log(shares), ((0, 0), (0, 1), (0, 1)))  # zeros where missing
        pairs = np.arange(len(table.pairs))
        total += logs[pairs, answers.codes[:, table.first], answers.codes[:, table.second]].sum(1)
    return -2.0 * total


def deviances(estimation: Estimation, group: int, values: Array) -> Array:
    """-2 log-likelihood of rows of one group at a model's moments, shape (n,).

    The joint one of all observed variables, predictors that are taken as given included: their
    moments are those of the rows that the model was fitted to. Of ordinal items, pairs.

    Raises
    ------
    NotAvailableError
        Where a row has no such likelihood.
    """
    implied, sample = estimation.implied[group], estimation.samples.groups[group]
    if isinstance(implied, ImpliedResponses):
        layout = implied.responses.layout
        return pair_deviances(values, layout, implied.statistics)
    mean = sample.centre if sample.mean is None else implied.mean
    return normal_deviances(values, mean, implied.covariance)


def require_likelihood(estimation: Estimation) -> None:
    """Refuse models of which held-out rows have no likelihood here.

    Raises
    ------
    NotAvailableError
    """
    for pattern in estimation.specification.patterns:
        if pattern.responses is None:
            continue
        layout = pattern.ordinal_responses.layout
        if layout.n_exogenous or len(layout.continuous):
            raise NotAvailableError(
                "held-out answers are judged by pairs of ordinal answers, and this model has "
                "ordinal items beside numbers (predictors, or other continuous variables). Take "
                "all observed variables as ordinal, or all as numbers (ordered=False)."
            )
