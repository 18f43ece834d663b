"""Gradients, information and covariance matrices of the parameters, with names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from ...data import moment_names as names_of_moments
from ...errors import NotAvailableError
from ...estimation import Estimation
from ...estimation.discrepancy import LeastSquares
from ...estimation.standard_errors import information, score_covariance
from ...estimation.standard_errors import moment_matrices as moments
from ...model_fit.tests import u_gamma
from ...numerics import Array, inverse
from ..estimates import STANDARDIZATIONS, standardized_values, with_definitions


def gradient(estimation: Estimation) -> pd.Series:
    """First derivatives of half the discrepancy in the free parameters."""
    found = estimation.objective.gradient(estimation.implied, estimation.directions)
    return pd.Series(found, index=estimation.names, name="gradient")


def likelihood_gradient(estimation: Estimation) -> pd.Series:
    """First derivatives of the log-likelihood of one observation in the free parameters."""
    if not estimation.discrepancy.is_likelihood:
        raise NotAvailableError("the discrepancy is no likelihood: see inspect('gradient').")
    return -gradient(estimation).rename("gradient.logl")


def hessian(estimation: Estimation) -> pd.DataFrame:
    """Second derivatives of half the discrepancy in the free parameters."""
    if estimation.specification.categories:
        return _square(estimation, estimation.objective.numerical_hessian(estimation.parameters))
    found = estimation.objective.observed_hessian(estimation.implied, estimation.directions)
    return _square(estimation, found)


def information_matrix(estimation: Estimation, kind: str | None = None) -> pd.DataFrame:
    """Information of one observation, as the fit has it or of a kind by name."""
    if kind is None:
        return _square(estimation, estimation.information)
    if kind == "first_order":
        return _square(estimation, score_covariance(estimation))
    if kind == "observed" and isinstance(estimation.discrepancy, LeastSquares):
        return hessian(estimation)
    options = replace(estimation.options, information=kind, se="standard")
    return _square(estimation, information(replace(estimation, options=options)))


def inverted_information(estimation: Estimation, kind: str | None = None) -> pd.DataFrame:
    """Inverse of the information in what the constraints leave free."""
    matrix = information_matrix(estimation, kind).to_numpy()
    basis = estimation.tangent
    return _square(estimation, basis @ inverse(basis.T @ matrix @ basis) @ basis.T)


def covariance_of_estimates(estimation: Estimation) -> pd.DataFrame:
    """Covariance matrix of the free parameters' estimates."""
    return _square(estimation, estimation.covariance)


def standardised_covariance(kind: str) -> Callable[[Estimation], pd.DataFrame]:
    """What gives the covariance matrix of the standardised free parameters."""
    assert kind in STANDARDIZATIONS

    def ask(estimation: Estimation) -> pd.DataFrame:
        _, slopes = standardized_values(estimation, kind)
        slopes = slopes[estimation.specification.free_places]
        return _square(estimation, slopes @ estimation.covariance @ slopes.T)

    return ask


def covariance_of_defined(estimation: Estimation) -> pd.DataFrame:
    """Covariance matrix of the defined parameters' estimates."""
    names = list(estimation.specification.restrictions.definitions)
    if not names:
        raise NotAvailableError("the model has no defined parameters (:=).")
    _, slopes = estimation.specification.restrictions.defined(estimation.parameters)
    return pd.DataFrame(slopes @ estimation.covariance @ slopes.T, names, names)


def joint_covariance(estimation: Estimation) -> pd.DataFrame:
    """Covariance matrix of the free and the defined parameters' estimates."""
    defined = list(estimation.specification.restrictions.definitions)
    _, slopes = estimation.specification.restrictions.defined(estimation.parameters)
    whole = np.vstack([np.eye(len(estimation.names)), slopes])
    names = [*estimation.names, *defined]
    return pd.DataFrame(whole @ estimation.covariance @ whole.T, names, names)


def standardised_defined(kind: str, joint: bool = False) -> Callable[[Estimation], pd.DataFrame]:
    """What gives the covariance matrix of standardised defined parameters, and free ones if joint.

    Parameters
    ----------
    joint : bool
        Whether the free parameters stand before them.
    """
    assert kind in STANDARDIZATIONS

    def ask(estimation: Estimation) -> pd.DataFrame:
        defined = list(estimation.specification.restrictions.definitions)
        if not (defined or joint):
            raise NotAvailableError("the model has no defined parameters (:=).")
        _, slopes = with_definitions(estimation, kind)
        rows = len(estimation.specification.table.rows)
        free = list(estimation.specification.free_places) if joint else []
        chosen = slopes[[*free, *range(rows, rows + len(defined))]]
        names = [*(estimation.names if joint else []), *defined]
        return pd.DataFrame(chosen @ estimation.covariance @ chosen.T, names, names)

    return ask


def moment_jacobian(estimation: Estimation, group: int) -> pd.DataFrame:
    """Derivatives of a group's implied moments in the free parameters."""
    pattern, along = estimation.specification.patterns[group], estimation.directions[group]
    found = along.jacobian(estimation.specification.means)
    chosen = np.zeros((found.shape[1], len(estimation.names)))
    chosen[np.arange(found.shape[1]), pattern.places] = 1.0
    slopes = found @ chosen
    return pd.DataFrame(slopes, moment_names(estimation, group), estimation.names)


def moment_names(estimation: Estimation, group: int) -> list[str]:
    """Names of a group's moments in their order: means, then covariances by column."""
    pattern = estimation.specification.patterns[group]
    if pattern.responses is not None:
        return list(pattern.statistics)
    return list(names_of_moments(pattern.observed, estimation.specification.means))


def gamma(estimation: Estimation) -> pd.DataFrame:
    """Covariance matrix of each group's moments, times the group's n."""
    columns = moments.moment_columns(estimation)
    sizes = np.repeat(np.sqrt(estimation.shares), [len(places) for places in columns])
    return _of_moments(estimation, moments.spread(estimation) * np.outer(sizes, sizes))


def product_of_u_and_gamma(estimation: Estimation) -> pd.DataFrame:
    """U Gamma, whose trace over the degrees of freedom scales chi-square (Satorra & Bentler)."""
    return _of_moments(estimation, u_gamma(estimation))


def u_of_moments(estimation: Estimation) -> pd.DataFrame:
    """U = V - V J (J' V J)^-1 J' V: the weight of what the model leaves of the moments."""
    return _of_moments(estimation, moments.weight(estimation) @ moments.fitted_away(estimation))


def _of_moments(estimation: Estimation, matrix: Array) -> pd.DataFrame:
    """A matrix over the moments of all groups, with names."""
    names = [
        f"{name} [{label}]" if label else name
        for group, label in enumerate(estimation.samples.labels)
        for name in moment_names(estimation, group)
    ]
    return pd.DataFrame(matrix, names, names)


def constraint_jacobian(estimation: Estimation) -> pd.DataFrame:
    """Rows R of the linear equality constraints R parameters = r."""
    return pd.DataFrame(estimation.specification.restrictions.linear, columns=estimation.names)


def constraint_null_space(estimation: Estimation) -> pd.DataFrame:
    """A basis of what the constraints leave free, a column a direction."""
    return pd.DataFrame(estimation.tangent, estimation.names)


def _square(estimation: Estimation, matrix: Array) -> pd.DataFrame:
    return pd.DataFrame(matrix, estimation.names, estimation.names)
