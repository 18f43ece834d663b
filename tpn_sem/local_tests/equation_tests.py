"""Two-stage least squares of each equation, and tests that its instruments agree.

Bollen (1996); Kirby & Bollen (2009); Bollen & Maydeu-Olivares (2007) for polychoric correlations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..equations import GenericStructure, ModelEquation, model_equations, two_stage_slopes
from ..numerics import Array, adjusted_p_values, chi_square_tail, f_tail, half_places
from .observed_covariances import ObservedCovariances

_COLUMNS = (
    *("group", "variable", "predictors", "outcome", "scaling", "instruments", "n_instruments"),
    *("test", "chisq", "df", "p_value", "first_stage_f", "reason"),
)
SARGAN, HANSEN = "Sargan", "Hansen J"


@dataclass(frozen=True, eq=False)
class EquationFit:
    """An equation estimated from covariances.

    Attributes
    ----------
    coefficients, errors : array, shape (number of predictors,)
        In units of the scaling indicators.
    test : str
        Which test, "Sargan" or "Hansen J".
    chisq, df, p_value : float
    first_stage_f : float
        The smallest F by which instruments predict a predictor that is not one of them; NaN where
        all are.
    """

    coefficients: Array
    errors: Array
    test: str
    chisq: float
    df: int
    p_value: float
    first_stage_f: float


def equation_tests(
    structures: Sequence[GenericStructure], groups: Sequence[ObservedCovariances], adjustment: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row per group and equation with its test, and a row per coefficient."""
    rows, coefficients = [], []
    for structure, observed in zip(structures, groups, strict=True):
        for equation in model_equations(structure):
            problem = observed.problem or equation.problem
            fitted = None
            if not observed.problem and equation.surplus >= 0 and equation.outcome >= 0:
                fitted = fit_equation(equation, observed)
            rows.append(_row(equation, structure.pattern.names, observed, fitted, problem))
            if fitted is not None:
                coefficients += _coefficients(equation, observed, fitted)
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    p_values = table["p_value"].to_numpy(float)
    table.insert(
        table.columns.get_loc("p_value") + 1, "p_adjusted", adjusted_p_values(p_values, adjustment)
    )
    names = ["group", "variable", "predictor", "estimate", "se"]
    return table, pd.DataFrame(coefficients, columns=names)


def fit_equation(equation: ModelEquation, observed: ObservedCovariances) -> EquationFit | None:
    """Two-stage least squares from covariances; None where the predictors cannot be told apart.

    Sargan's (1958) test where errors rest on normality; else Hansen's (1982), the least distance of
    the moments z'e from zero with their own covariance matrix, from rows, clusters, incomplete rows
    or polychoric correlations. Its p-value is that of F with the number of independent units.
    """
    z, x, y = list(equation.instruments), list(equation.predictors), equation.outcome
    matrix = observed.covariance
    among, across = matrix[np.ix_(z, z)], matrix[np.ix_(z, x)]
    found = two_stage_slopes(matrix, z, x, matrix[z, y])
    if found is None:
        return None
    slopes, coefficients = found.slopes, found.coefficients
    whole = np.concatenate([[1.0], -coefficients])
    residual = float(whole @ matrix[np.ix_([y, *x], [y, *x])] @ whole)
    df = equation.surplus
    classic = among * residual / observed.size
    own = classic if observed.is_classic else _moment_spread(equation, observed, whole)
    errors = np.sqrt(np.maximum(np.diag(slopes @ own @ slopes.T), 0.0))
    statistic = p_value = float("nan")
    if df > 0 and (observed.is_normal or observed.units > len(z) + 1):
        statistic = _distance(found.left, across, own)
        p_value = chi_square_tail(statistic, df)
        if not observed.is_normal:
            p_value = _f_value(statistic, df, observed.units)
    return EquationFit(
        coefficients,
        errors,
        SARGAN if observed.is_classic else HANSEN,
        statistic,
        df,
        p_value,
        found.first_stage_f(matrix, z, x, observed.size),
    )


def _moment_spread(equation: ModelEquation, observed: ObservedCovariances, whole: Array) -> Array:
    """Sampling covariance matrix of cov(z, e) at given coefficients, shape (z, z)."""
    square = half_places(len(observed.names))
    columns = [equation.outcome, *equation.predictors]
    moves = np.zeros((len(equation.instruments), len(observed.spread)))
    for row, instrument in enumerate(equation.instruments):
        np.add.at(moves[row], square[instrument, columns], whole)
    return np.asarray(moves @ observed.spread @ moves.T)


def _distance(left: Array, across: Array, spread: Array) -> float:
    """Least quadratic distance from zero over all coefficients."""
    scale = 1.0 / np.sqrt(np.diag(spread))
    lower = np.linalg.cholesky(scale[:, None] * spread * scale)
    gap = np.linalg.solve(lower, scale * left)
    directions = np.linalg.solve(lower, scale[:, None] * across)
    taken = directions @ np.linalg.lstsq(directions, gap, rcond=None)[0]
    return float((gap - taken) @ (gap - taken))


def _f_value(statistic: float, df: int, units: int) -> float:
    """P-value of a quadratic form whose matrix comes from so many independent units."""
    if units - df <= 0:
        return float("nan")
    return f_tail(statistic * (units - df) / ((units - 1) * df), df, units - df)


def _row(
    equation: ModelEquation,
    names: tuple[str, ...],
    observed: ObservedCovariances,
    fitted: EquationFit | None,
    problem: str,
) -> tuple[object, ...]:
    def named(places: tuple[int, ...]) -> str:
        return ", ".join(names[place] for place in places)

    numbers: tuple[object, ...] = ("", float("nan"), float("nan"), float("nan"), float("nan"))
    if fitted is not None:
        numbers = (
            fitted.test,
            fitted.chisq,
            fitted.df,
            fitted.p_value,
            fitted.first_stage_f,
        )
        if not problem and not np.isfinite(fitted.p_value):
            problem = "too few independent units for so many instruments"
    elif not problem:
        problem = "its instruments do not tell its predictors apart in these data"
    known = equation.outcome >= 0
    return (
        observed.label,
        equation.variable,
        ", ".join(equation.parents),
        names[equation.outcome] if known else "",
        named(equation.predictors) if known else "",
        named(equation.instruments),
        len(equation.instruments),
        *numbers,
        problem,
    )


def _coefficients(
    equation: ModelEquation, observed: ObservedCovariances, fitted: EquationFit
) -> list[tuple[object, ...]]:
    return [
        (observed.label, equation.variable, parent, float(value), float(error))
        for parent, value, error in zip(
            equation.parents, fitted.coefficients, fitted.errors, strict=True
        )
    ]
