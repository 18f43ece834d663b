"""Functions of parameters and of implied moments, with errors by the delta method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ..estimation import Estimation, Objective
from ..estimation.implied import Implied
from ..estimation.standard_errors import cluster_parts
from ..numerics import Array, normal_quantile, student_quantile, student_two_sided, two_sided
from ..specification import FEW_CLUSTERS

LEVEL = 0.95  # of intervals
_STEP = 1e-5
Quantity = Callable[[tuple[Implied, ...]], Array]  # moments in stacks to values, shape (..., k)


def inference(
    estimation: Estimation,
    values: Array,
    jacobian: Array,
    clusters: float | None = None,
    level: float = LEVEL,
    more: Array | float = 0.0,
) -> dict[str, Array]:
    """Functions of the parameters, with `against_zero`.

    Parameters
    ----------
    estimation : Estimation
    values : array, shape (k,)
    jacobian : array, shape (k, n_free)
    clusters : float, optional
        Degrees of freedom of Student's t, where the errors have none of their own.
    level : float
        Of the intervals.
    more : array, shape (k,)
        What variances have beside the first order.
    """
    few = FEW_CLUSTERS.get(estimation.options.se)
    df: Array | None = None
    if few is not None and estimation.converged:
        df = cluster_parts(estimation).degrees_of_freedom(jacobian, few)
    elif clusters is not None:
        df = np.full(len(values), clusters)
    return against_zero(values, jacobian, estimation.covariance, df, level, more)


def against_zero(
    values: Array,
    jacobian: Array,
    covariance: Array,
    df: Array | None = None,
    level: float = LEVEL,
    more: Array | float = 0.0,
) -> dict[str, Array]:
    """Standard errors by the delta method, tests against zero and intervals.

    Parameters
    ----------
    values : array, shape (k,)
        Functions of the parameters.
    jacobian : array, shape (k, q)
    covariance : array, shape (q, q)
        Of the parameters' estimates.
    df : array, shape (k,), optional
        Degrees of freedom of Student's t; without them the normal distribution is taken.
    level : float
        Of the intervals.
    more : array, shape (k,), or number
        What is added to variances.

    Returns
    -------
    dict of str to array
        estimate, se (0 where constant), z, df (if given), p_value, ci_lower, ci_upper.
    """
    spread = ((jacobian @ covariance) * jacobian).sum(axis=1) + more
    errors = np.sqrt(np.maximum(spread, 0.0))
    tiny = errors < 1e-9 * np.maximum(np.abs(values), 1e-6)
    is_one = np.abs(jacobian).sum(axis=1) == 1.0  # a parameter itself, however far from zero
    of_one = is_one & (np.count_nonzero(jacobian, axis=1) == 1)
    constant = ~jacobian.any(axis=1) | (tiny & ~of_one)
    errors[constant] = 0.0  # also what only rounding lets vary
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(errors > 0.0, values / errors, np.nan)
    numbers = {"estimate": values, "se": errors, "z": z}
    quantile: float | Array = normal_quantile(0.5 + level / 2.0)
    if df is None:
        numbers["p_value"] = two_sided(z)
    else:
        quantile = student_quantile(0.5 + level / 2.0, df)
        numbers |= {"df": df, "p_value": student_two_sided(z, df)}
    margin = np.where(errors > 0.0, quantile * errors, errors)
    return numbers | {"ci_lower": values - margin, "ci_upper": values + margin}


def delta_method(
    estimation: Estimation, quantity: Quantity, as_estimates: bool = False
) -> dict[str, Array]:
    """Values of quantities of the implied moments, with `inference`.

    Derivatives are central differences, all parameters in one stack.

    Parameters
    ----------
    as_estimates : bool
        Whether tests and intervals refer to the distribution that the table of estimates does, and
        not to Student's with clusters less groups.
    """
    values, jacobian = quantity_slopes(estimation, quantity)
    clusters = None
    if estimation.samples.cluster_labels and not as_estimates:
        clusters = float(estimation.cluster_degrees_of_freedom)
    return inference(estimation, values, jacobian, clusters)


def quantity_slopes(estimation: Estimation, quantity: Quantity) -> tuple[Array, Array]:
    """Values of quantities, shape (k,), and their derivatives in the free parameters, (k, n_free).

    By central differences, with steps in units of the parameters' errors.
    """
    sizes = np.abs(estimation.parameters)  # in the units of the data, as are their errors
    steps = _STEP * np.fmax(sizes, np.sqrt(np.diag(estimation.covariance)))
    return slopes_along(estimation.objective, estimation.parameters, steps, quantity)


def slopes_along(
    objective: Objective, parameters: Array, steps: Array, quantity: Quantity
) -> tuple[Array, Array]:
    """The same at any parameters, with steps of central differences that are given, (n_free,)."""
    steps = np.where(steps > 0.0, steps, _STEP)
    moves = np.diag(steps)
    stack = np.concatenate([parameters + moves, parameters - moves, parameters[None]])
    values = quantity(objective.imply(stack))
    forward, backward, centre = np.split(values, [len(steps), 2 * len(steps)])
    return centre[0], ((forward - backward) / (2.0 * steps[:, None])).T


def quantity_table(
    estimation: Estimation, names: list[dict[str, str]], quantity: Quantity
) -> pd.DataFrame:
    """A row per name, with the quantity's value and inference; see `delta_method`."""
    if not names:
        return pd.DataFrame()
    numbers = delta_method(estimation, quantity)
    return pd.DataFrame(names).assign(**numbers)
