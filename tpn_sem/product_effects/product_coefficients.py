"""A product's coefficient in each group, raw and standardised, and contrasts of groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from ..results import inference, quantity_slopes, standardized_table
from ..specification import PATH
from .explained_by_products import r_squared_change
from .outcome_equation import OutcomeEquation


def coefficient_table(
    estimation: Estimation, equations: Sequence[OutcomeEquation], name: str, target: str
) -> pd.DataFrame:
    """A row per group: the coefficient, raw and standardised, and what it adds to R²."""
    table = standardized_table(estimation, "all")
    rows = []
    for equation in equations:
        label = estimation.samples.labels[equation.group]
        value, jacobian = _coefficient(equation, name)
        numbers = inference(estimation, np.array([value]), jacobian[None])
        own = table[
            (table["lhs"] == target)
            & (table["op"] == "~")
            & (table["rhs"] == name)
            & (table["group"] == label)
        ].iloc[0]
        standard = {"std": "estimate", "std_se": "se", "std_ci_lower": "ci_lower"}
        standard["std_ci_upper"] = "ci_upper"
        rows.append(
            {
                "group": label,
                **{column: float(entry[0]) for column, entry in numbers.items()},
                **{column: float(own[entry]) for column, entry in standard.items()},
                "r_squared_change": r_squared_change(estimation, equation, tuple(name.split(":"))),
            }
        )
    return pd.DataFrame(rows)


def _coefficient(equation: OutcomeEquation, name: str) -> tuple[float, Array]:
    """A product's coefficient and its derivatives in the free parameters."""
    own = sorted(name.split(":"))
    term = next(term for term in equation.terms if sorted(term.members) == own)
    jacobian = np.zeros(equation.n_free)
    if term.place >= 0:
        jacobian[term.place] = 1.0
    return term.value, jacobian


def contrast_table(
    estimation: Estimation, equations: Sequence[OutcomeEquation], name: str
) -> pd.DataFrame:
    """Each later group's coefficient less the first's, in its units and standardised."""
    rows = []
    labels = estimation.samples.labels
    standard = [_standardised(estimation, equation, name) for equation in equations]
    plain = [_coefficient(equation, name) for equation in equations]
    for scale, values in (("as it is", plain), ("standardised", standard)):
        for equation, (value, slope) in zip(equations[1:], values[1:], strict=True):
            first, before = values[0]
            numbers = inference(estimation, np.array([value - first]), (slope - before)[None])
            group = f"{labels[equation.group]} - {labels[equations[0].group]}"
            own = {column: float(entry[0]) for column, entry in numbers.items()}
            rows.append({"groups": group, "scale": scale, **own})
    return pd.DataFrame(rows)


def _standardised(
    estimation: Estimation, equation: OutcomeEquation, name: str
) -> tuple[float, Array]:
    """The standardised coefficient and its derivatives, by central differences."""
    pattern = estimation.specification.patterns[equation.group]
    places = [pattern.names.index(part) for part in name.split(":")]
    outcome = pattern.names.index(equation.outcome)
    product = pattern.names.index(name)
    cell = np.flatnonzero(
        (pattern.kind == PATH) & (pattern.row == outcome) & (pattern.column == product)
    )[0]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        own = implied[equation.group]
        variances = np.diagonal(own.all_covariance, axis1=-2, axis2=-1)
        unit = np.sqrt(np.prod(variances[..., places], axis=-1) / variances[..., outcome])
        return (own.values[..., cell] * unit)[..., None]

    values, slopes = quantity_slopes(estimation, quantity)
    return float(values[0]), slopes[0]
