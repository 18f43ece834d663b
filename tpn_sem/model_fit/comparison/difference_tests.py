"""Tests of a model against one that it is nested in."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from scipy.linalg import null_space

from ...errors import NotAvailableError, choose
from ...estimation import Minimum
from ...estimation.standard_errors import information
from ...estimation.standard_errors import moment_matrices as moments
from ...numerics import Array, chi_square_tail
from ...specification import SCALED_TESTS
from ..log_likelihood import log_likelihoods
from ..tests import FitTest, run_test, standard_test

WEIGHTED = "satorra_2000_weighted"
METHODS = (
    *("standard", "satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000"),
    WEIGHTED,
)


def default_method(minimum: Minimum) -> str:
    """The method that goes with the test of fit: mean-corrected, or corrected in variance too.

    With clusters it is that of 2000: the others subtract two large numbers that few clusters
    know badly. Weighted, where variables have units.
    """
    by_design = minimum.samples.cluster_labels and not minimum.specification.has_levels
    if by_design or _adjusts_variance(minimum):
        return never_negative_method(minimum)
    return "satorra_bentler_2001" if _scaled_names(minimum) else "standard"


def has_other_statistic(minimum: Minimum) -> bool:
    """Whether its chi-square is one of the residuals, of which differences are not taken.

    Differences are of minima, as `lavTestLRT` of lavaan has them by default.
    """
    return standard_test(minimum) != "standard" or minimum.options.scaled_test != "standard"


def never_negative_method(minimum: Minimum) -> str:
    """The method whose scaling factor is never negative: weighted where variables have units."""
    return WEIGHTED if _has_units(minimum) else "satorra_2000"


def _scaled_names(minimum: Minimum) -> list[str]:
    return [name for name in minimum.options.test if name in SCALED_TESTS]


def _adjusts_variance(minimum: Minimum) -> bool:
    return _scaled_names(minimum)[:1] in (["scaled_shifted"], ["mean_var_adjusted"])


def difference_test(
    restricted: Minimum, general: Minimum, at_restricted: Minimum | None, method: str
) -> FitTest:
    """Test what the restricted model adds to the general one.

    Parameters
    ----------
    restricted, general : Minimum
    at_restricted : Minimum or None
        The general model with parameters that imply the restricted model's moments; the method
        of 2010 needs it.
    method : {"standard", "satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000", \
"satorra_2000_weighted"}
        The difference of the chi-squares; scaled by the difference of their expectations
        (Satorra & Bentler, 2001), which may be negative; or by one that cannot (Satorra &
        Bentler, 2010); or by its own U Gamma (Satorra, 2000), with the restriction found by least
        squares of the Jacobians, in units of the data as lavaan does, or weighted, so that neither
        units nor markers matter.
    """
    choose("method", method, METHODS)
    df = restricted.degrees_of_freedom - general.degrees_of_freedom
    gap = _gap(restricted, general)
    if method != "standard" and not general.has_unrestricted:
        raise NotAvailableError(
            f"{general.untested}. That is what the correction of a difference rests on: take "
            "method='standard'."
        )
    if method == "standard":
        return FitTest(method, gap, float(df), chi_square_tail(gap, df))
    if method in ("satorra_2000", WEIGHTED):
        return _by_restriction(restricted, general, method, gap, df)
    name = _scaled_name(general)
    first = _trace(restricted, name)
    second = _trace(at_restricted if method.endswith("2010") else general, name)
    factor = (first - second) / df
    if factor <= 0.0:
        return FitTest(method, nan, float(df), nan, factor)
    return FitTest(method, gap / factor, float(df), chi_square_tail(gap / factor, df), factor)


def _gap(restricted: Minimum, general: Minimum) -> float:
    """Difference of chi-squares; of likelihoods, where one of them is of rows with products."""
    if restricted.discrepancy.untested == general.discrepancy.untested:
        return restricted.distance - general.distance
    one, other = log_likelihoods(restricted), log_likelihoods(general)
    if one is None or other is None:
        raise NotAvailableError("one of the models has no likelihood.")
    return 2.0 * (other[0] - one[0])


def _scaled_name(minimum: Minimum) -> str:
    names = _scaled_names(minimum)
    if not names:
        raise NotAvailableError(
            "a scaled difference needs fits with a scaled test, as estimator='MLM' or 'MLR'."
        )
    return "satorra_bentler" if _adjusts_variance(minimum) else names[0]


def _trace(minimum: Minimum | None, name: str) -> float:
    """The chi-square to expect: scaling factor times degrees of freedom."""
    if minimum is None:
        raise NotAvailableError("the general model could not be placed at the restricted one.")
    return run_test(minimum, name).trace or 0.0


def _by_restriction(
    restricted: Minimum, general: Minimum, method: str, gap: float, df: int
) -> FitTest:
    """The part of U Gamma that the restriction A adds, at the general model's estimates.

    Satorra (2000): U = V J P^-1 A' (A P^-1 A')^-1 A P^-1 J' V, with P the information as the
    general model's standard errors take it. Corrected in mean and variance, and shifted, where
    the general model's test is.
    """
    weight, spread = moments.expected_weight(general), moments.spread(general)
    wide = moments.jacobian(general)
    bread = general.tangent.T @ information(general) @ general.tangent
    units = 1.0 / np.sqrt(np.diag(bread))  # of the parameters: nothing depends on them
    bread = bread * np.outer(units, units)
    narrow = moments.jacobian(restricted)
    narrow = narrow[moments.order_of(restricted.specification, general.specification)]
    root = _root(weight) if method == WEIGHTED else np.eye(len(weight))
    restriction = _restriction(root @ (wide * units), root @ narrow)
    freed = np.linalg.solve(bread, restriction)
    pull = weight @ wide @ (units[:, None] * freed)
    matrix = np.linalg.solve(restriction.T @ freed, pull.T @ spread @ pull)
    first, second = float(np.trace(matrix)), float((matrix * matrix.T).sum())
    if not first > 0.0:
        raise NotAvailableError(
            "the difference has no scaling factor: at these estimates rows or clusters do not tell "
            "how what the restriction forbids varies."
        )
    if not _adjusts_variance(general):
        value = gap * df / first
        return FitTest(method, value, float(df), chi_square_tail(value, df), first / df)
    scale = sqrt(df / second)
    shift = df - scale * first
    value = gap * scale + shift
    return FitTest(method, value, float(df), chi_square_tail(value, df), 1 / scale, shift)


def _restriction(wide: Array, narrow: Array) -> Array:
    """What the restricted model forbids of the general one's parameters, shape (q, df)."""
    narrow = narrow / np.linalg.norm(narrow, axis=0)
    return null_space(np.linalg.lstsq(wide, narrow, rcond=None)[0].T)


def _root(weight: Array) -> Array:
    """R with R' R the weight, some of whose moments may have none, shape (m, m)."""
    errors = np.sqrt(np.diag(weight))
    errors[errors == 0.0] = 1.0
    values, vectors = np.linalg.eigh(weight / np.outer(errors, errors))
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T * errors)


def _has_units(minimum: Minimum) -> bool:
    """Whether some observed variable is none of ordered categories."""
    specification = minimum.specification
    observed = {name for pattern in specification.patterns for name in pattern.observed}
    return bool(observed - set(dict(specification.categories)))
