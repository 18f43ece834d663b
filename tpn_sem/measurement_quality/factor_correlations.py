"""Correlations of the factors of a fit, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from ..results import delta_method
from .discriminant_tests import first_order, interval_class
from .intervals_of_coefficients import quantile_of
from .measured_constructs import Construct

Pairs = list[tuple[Construct, Construct]]


def factor_pairs(estimation: Estimation, group: int, constructs: Sequence[Construct]) -> Pairs:
    """Pairs of factors with items of their own whose correlation the model does not fix."""
    fixed = {
        frozenset((row.lhs, row.rhs))
        for row in estimation.specification.table.rows
        if row.group == group and row.operator == "~~" and row.free < 0 and row.lhs != row.rhs
    }
    pairs = combinations(first_order(estimation, constructs), 2)
    return [(a, b) for a, b in pairs if frozenset((a.name, b.name)) not in fixed]


def factor_correlations(
    estimation: Estimation, groups: Sequence[Sequence[Construct]], level: float
) -> pd.DataFrame:
    """A row per group and pair: correlation, se, ci_lower, ci_upper (delta method), ci_class."""
    pairs = [factor_pairs(estimation, group, own) for group, own in enumerate(groups)]
    names = [
        {"group": label, "construct_1": a.name, "construct_2": b.name}
        for label, own in zip(estimation.samples.labels, pairs, strict=True)
        for a, b in own
    ]
    columns = ["group", "construct_1", "construct_2", "correlation", "se", "ci_lower", "ci_upper"]
    if not names:
        return pd.DataFrame(columns=[*columns, "ci_class"])

    def quantity(implied: tuple[Implied, ...]) -> Array:
        return np.concatenate(
            [_correlations(one, own) for one, own in zip(implied, pairs, strict=True)], axis=-1
        )

    numbers = delta_method(estimation, quantity)
    margin = quantile_of(estimation, level) * numbers["se"]
    table = pd.DataFrame(names)
    table["correlation"], table["se"] = numbers["estimate"], numbers["se"]
    table["ci_lower"] = numbers["estimate"] - margin
    table["ci_upper"] = numbers["estimate"] + margin
    ends = zip(table["ci_lower"], table["ci_upper"], table["correlation"], strict=True)
    table["ci_class"] = [interval_class(*numbers) for numbers in ends]
    return table


def _correlations(implied: Implied, pairs: Pairs) -> Array:
    """Of the pairs of one group, shape (..., pairs)."""
    among, n = implied.all_covariance, implied.n_observed
    first = np.array([n + a.factor for a, _ in pairs], dtype=np.intp)
    second = np.array([n + b.factor for _, b in pairs], dtype=np.intp)
    product = among[..., first, first] * among[..., second, second]
    product = np.where(product > 0.0, product, np.nan)
    return np.asarray(among[..., first, second] / np.sqrt(product))
