"""Models side by side, with likelihood-ratio tests between neighbours."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from ...errors import ComparisonWarning, DataError, OptionError
from ...estimation import Estimation
from ..log_likelihood import log_likelihoods
from .difference_tests import default_method, difference_test
from .nesting import Nesting, nesting, place_at


def compare_estimations(
    named: dict[str, Estimation], method: str | None = None, are_nested: bool = False
) -> pd.DataFrame:
    """A row per model, fewest degrees of freedom first; each is tested against the one above.

    Whether they are nested is found out, unless it is known.

    Raises
    ------
    OptionError
        For fewer than two models.
    DataError
        Where the models were fitted to different data.
    """
    if len(named) < 2:
        raise OptionError("compare needs two fits or more.")
    check_same_data(list(named.values()))
    ordered = sorted(named.items(), key=lambda item: item[1].degrees_of_freedom)
    rows = []
    previous: tuple[str, Estimation] | None = None
    for name, found in ordered:
        rows.append(
            {"model": name, **_own(found), **_difference(name, found, previous, method, are_nested)}
        )
        previous = name, found
    table = pd.DataFrame(rows).set_index("model")
    corrected = set(table["method"]) - {"", "standard"}
    return table if corrected else table.drop(columns="method")


def check_same_data(fits: list[Estimation]) -> None:
    """Refuse models of different variables, groups or rows."""
    first = fits[0]
    for other in fits[1:]:
        if set(first.specification.observed) != set(other.specification.observed):
            lost = set(first.specification.observed) ^ set(other.specification.observed)
            raise DataError(
                "the models are not comparable: they have different observed variables "
                f"({', '.join(sorted(lost)[:6])})."
            )
        if first.samples.labels != other.samples.labels:
            raise DataError("the models are not comparable: their groups differ.")
        for one, two in zip(first.samples.groups, other.samples.groups, strict=True):
            same = one.n_observations == two.n_observations and np.isclose(
                float(one.log_determinant), float(two.log_determinant), rtol=1e-9, atol=1e-9
            )
            if not same:
                raise DataError("the models are not comparable: they were fitted to other rows.")


def _own(estimation: Estimation) -> dict[str, float]:
    likelihood = log_likelihoods(estimation)
    q, n = estimation.n_parameters, estimation.n_observations
    own = {
        "df": estimation.degrees_of_freedom,
        "aic": np.nan,
        "bic": np.nan,
        "chisq": estimation.chi_square,
    }
    if likelihood is not None:
        own["aic"] = -2.0 * likelihood[0] + 2.0 * q
        own["bic"] = -2.0 * likelihood[0] + q * np.log(n)
    return own


def _difference(
    name: str,
    estimation: Estimation,
    previous: tuple[str, Estimation] | None,
    method: str | None,
    are_nested: bool,
) -> dict[str, object]:
    empty = {"chisq_diff": np.nan, "df_diff": np.nan, "p_value": np.nan}
    if previous is None:
        return {**empty, "relation": "", "method": ""}
    other_name, other = previous
    relation = Nesting.NESTED if are_nested else nesting(estimation, other)
    df = estimation.degrees_of_freedom - other.degrees_of_freedom
    said = {"relation": f"{relation.value} {other_name}", "method": ""}
    if relation not in (Nesting.NESTED, Nesting.UNKNOWN) or df == 0:
        warnings.warn(
            f"{name} is {relation.value} {other_name}: there is no likelihood-ratio test between "
            "them.",
            ComparisonWarning,
            stacklevel=5,
        )
        return {**empty, **said}
    chosen = method or default_method(other)
    placed = place_at(estimation, other) if chosen == "satorra_bentler_2010" else None
    test = difference_test(estimation, other, placed, chosen)
    if np.isnan(test.statistic):
        warnings.warn(
            f"the scaling factor of {name} against {other_name} is negative: there is no test by "
            "this method; take method='satorra_bentler_2010'.",
            ComparisonWarning,
            stacklevel=5,
        )
    return {
        "chisq_diff": test.statistic,
        "df_diff": df,
        "p_value": test.p_value,
        **said,
        "method": chosen,
    }
