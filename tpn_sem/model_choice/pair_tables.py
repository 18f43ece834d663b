"""Tables of pairs of models: difference tests of nested ones, Vuong's of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt

import numpy as np
import pandas as pd

from ..errors import TpnSemError
from ..estimation import Estimation
from ..numerics import normal_quantile
from .boundary_tests import NestedTest, nested_test
from .model_relations import ModelRelations, Pair
from .vuong_tests import VuongTest

_NESTED = ("restricted", "general", "chisq_diff", "df_diff", "p_value", "method", "edge")
_VUONG = (
    *("first", "second", "variance", "p_indistinguishable", "z", "p_first", "p_second"),
    *("bic_difference", "bic_lower", "bic_upper"),
)


def nested_table(
    models: Mapping[str, Estimation],
    relations: ModelRelations,
    known: Mapping[Pair, NestedTest],
    method: str | None,
) -> pd.DataFrame:
    """A row per nested pair of classes, in the order of the classes."""
    rows = []
    firsts = [members[0] for members in relations.classes]
    for restricted in firsts:
        for general in firsts:
            if not relations.is_nested(restricted, general):
                continue
            test = known.get((restricted, general))
            if test is None:
                test = _tested(models[restricted], models[general], method)
            numbers = (test.statistic, test.df, test.p_value, test.method, test.edge)
            rows.append((restricted, general, *numbers))
    return pd.DataFrame(rows, columns=list(_NESTED))


def _tested(restricted: Estimation, general: Estimation, method: str | None) -> NestedTest:
    try:
        return nested_test(restricted, general, method)
    except TpnSemError as error:
        df = restricted.degrees_of_freedom - general.degrees_of_freedom
        return NestedTest(np.nan, df, np.nan, f"no test: {error}", "")


def vuong_table(
    relations: ModelRelations, test: Callable[[str, str], VuongTest], bic: pd.Series, units: int
) -> pd.DataFrame:
    """A row per pair of classes that are not nested in each other.

    The interval of the difference of BIC (95%) holds for models that can be told apart (Merkle,
    You & Preacher, 2016).
    """
    rows = []
    firsts = [members[0] for members in relations.classes]
    for place, first in enumerate(firsts):
        for second in firsts[place + 1 :]:
            if relations.is_nested(first, second) or relations.is_nested(second, first):
                continue
            one = test(first, second)
            gap = float(bic[first] - bic[second])
            half = 2.0 * normal_quantile(0.975) * sqrt(units * one.variance)
            numbers = (one.variance, one.p_indistinguishable, one.z, one.p_first, one.p_second)
            rows.append((first, second, *numbers, gap, gap - half, gap + half))
    return pd.DataFrame(rows, columns=list(_VUONG))
