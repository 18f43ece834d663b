"""Tests of a product against the model without it."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from ..errors import TpnSemError
from ..estimation import Estimation, solve_unseen
from ..language import Modifiers, Statements
from ..model_fit.comparison import difference_test
from ..numerics import chi_square_tail
from ..specification import specify

_ROBUST = "errors are robust, and likelihood-ratio tests of rows with products are not: see z"
_FALLEN = "the model without the product did not converge"


def without_product(estimation: Estimation, product: str, outcome: str) -> Estimation:
    """The same model with a product's coefficient zero in all groups, fitted to the same data."""
    before = estimation.specification
    statements = _with_zero(before.statements, product, outcome)
    new = specify(
        statements, before.options, estimation.samples.labels, before.means, before.categories
    )
    discrepancy = estimation.discrepancy
    return solve_unseen(new, estimation.samples, discrepancy, estimation.options.of_another_model())


def _with_zero(statements: Statements, product: str, outcome: str) -> Statements:
    parts = sorted(product.split(":"))
    changed = tuple(
        one._replace(modifiers=Modifiers(fixed=(0.0,)))
        if one.operator == "~" and one.lhs == outcome and sorted(str(one.rhs).split(":")) == parts
        else one
        for one in statements.relations
    )
    return replace(statements, relations=changed, definitions=(), constraints=())


def likelihood_ratio(
    estimation: Estimation, product: str, outcome: str
) -> tuple[float, int, float, str]:
    """Chi-square, degrees of freedom and p-value against the model without a product, and a reason.

    The reason is empty where there is a test.
    """
    if estimation.specification.statements.constraints:
        return nan, 0, nan, "the text has constraints, which may name the product's coefficient"
    by_rows = estimation.discrepancy.is_likelihood and bool(estimation.discrepancy.untested)
    if by_rows and estimation.options.is_robust:
        return nan, 0, nan, _ROBUST
    try:
        less = without_product(estimation, product, outcome)
        if not less.converged:
            return nan, 0, nan, _FALLEN
        df = estimation.n_parameters - less.n_parameters
        if by_rows or not estimation.options.is_robust:
            gap = max(less.distance - estimation.distance, 0.0)
            return gap, df, chi_square_tail(gap, df), ""
        test = difference_test(less, estimation, None, "satorra_2000_weighted")
    except TpnSemError as error:
        return nan, 0, nan, str(error)
    return test.statistic, df, test.p_value, ""
