"""Models side by side, with likelihood-ratio tests between neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...data import Sample
from ...errors import ComparisonWarning, DataError, OptionError, warn_user
from ...estimation import Estimation
from ...estimation.discrepancy import find_discrepancy
from ...estimation.latent_products import ProductLikelihood
from ...specification import SCALED_TESTS, DataOptions
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
    check_same_method(named)
    unsolved = [name for name, one in named.items() if not one.converged]
    if unsolved:
        raise OptionError(
            f"{unsolved[0]} did not converge: there is no solution to compare. Fit it again with "
            "other start values or more iterations, or leave it out."
        )
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
            if set(one.names) != set(two.names):
                raise DataError(
                    "the models are not comparable: a group has other variables in one of them."
                )
            if type(one) is type(two) and not _are_of_the_same_rows(one, two):
                raise DataError("the models are not comparable: they were fitted to other rows.")


def _are_of_the_same_rows(one: Sample, two: Sample) -> bool:
    """Whether two samples agree in size and covariances, whatever the order of variables."""
    order = [two.names.index(name) for name in one.names]
    first, second = one.plain_covariance, two.plain_covariance[np.ix_(order, order)]
    deviations = np.sqrt(np.abs(np.diag(first)))
    close = np.abs(first - second) <= 1e-8 * np.outer(deviations, deviations)
    return one.n_observations == two.n_observations and bool(close.all())


_READ = (
    *("likelihood", "gamma_n_minus_one", "gamma_unbiased", "gamma_wls_mplus"),
    *("zero_add", "zero_keep_margins", "std_ov", "ridge", "sampling_weights_normalization"),
)


def check_same_method(named: dict[str, Estimation]) -> None:
    """Refuse fits whose chi-squares cannot be subtracted, naming what differs.

    Raises
    ------
    OptionError
    """
    (first_name, first), *others = named.items()
    for name, other in others:
        for what, one, two in (
            ("are by the estimator", _estimator(first), _estimator(other)),
            ("give arguments to it", _arguments(first), _arguments(other)),
            ("change what is fitted", _reading(first), _reading(other)),
            ("take predictors as given", _fixed(first, other), _fixed(other, first)),
            ("have the test", _corrections(first), _corrections(other)),
            ("have means", first.specification.means, other.specification.means),
            ("have clusters", _clusters(first), _clusters(other)),
            ("have weights", _weights(first), _weights(other)),
            ("take ordinal items", _items(first), _items(other)),
        ):
            if one != two:
                raise OptionError(
                    f"{first_name} and {name} are not comparable: they differ in whether or how "
                    f"they {what} ({one!r} and {two!r}); fit both in the same way."
                )


def _estimator(estimation: Estimation) -> str:
    """The discrepancy's name; rows with products by LMS have the likelihood of those without."""
    discrepancy = estimation.discrepancy
    if isinstance(discrepancy, ProductLikelihood) and discrepancy.method == "lms":
        missing = estimation.samples.options.missing
        return find_discrepancy("ML", missing).name
    return discrepancy.name


def _arguments(estimation: Estimation) -> dict[str, object]:
    """Arguments of the estimator."""
    return dict(sorted(estimation.options.estimator_args))


def _reading(estimation: Estimation) -> dict[str, object]:
    """Options by which the same rows give other statistics, or other likelihoods."""
    data, default = estimation.samples.options, DataOptions()
    asked = {name: getattr(data, name) for name in _READ}
    return {name: value for name, value in asked.items() if value != getattr(default, name)}


def _fixed(estimation: Estimation, other: Estimation) -> bool | None:
    """Whether predictors are taken as given, where both fits have any."""
    both = (estimation.specification, other.specification)
    if not all(one.roles.exogenous for one in both):
        return None
    return estimation.specification.options.switch("fixed_x", True)


def _corrections(estimation: Estimation) -> str:
    return ", ".join(name for name in estimation.options.test if name in SCALED_TESTS) or "standard"


def _clusters(estimation: Estimation) -> str | None:
    return estimation.samples.options.cluster


def _weights(estimation: Estimation) -> str | None:
    return estimation.samples.options.sampling_weights


def _items(estimation: Estimation) -> list[tuple[str, int]]:
    return sorted(estimation.specification.categories)


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
        warn_user(
            f"{name} is {relation.value} {other_name}: there is no likelihood-ratio test between "
            "them.",
            ComparisonWarning,
        )
        return {**empty, **said}
    chosen = method or default_method(other)
    placed = place_at(estimation, other) if chosen == "satorra_bentler_2010" else None
    test = difference_test(estimation, other, placed, chosen)
    if np.isnan(test.statistic):
        warn_user(
            f"the scaling factor of {name} against {other_name} is negative: there is no test by "
            "this method; take method='satorra_bentler_2010'.",
            ComparisonWarning,
        )
    return {
        "chisq_diff": test.statistic,
        "df_diff": df,
        "p_value": test.p_value,
        **said,
        "method": chosen,
    }
