"""Which classes of models the data cannot exclude."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import TpnSemError
from ..estimation import Estimation
from .boundary_tests import IRREGULAR, NestedTest, nested_test
from .model_relations import ModelRelations, Pair
from .vuong_tests import VuongTest

EXCLUDED, UNTOLD, SUPPORTED, WIDER = "excluded", "can't tell", "supported", "wider"
NO_TEST = "no test"


@dataclass(frozen=True, eq=False)
class ConfidenceSet:
    """Classes of models judged against one of them, the reference.

    Attributes
    ----------
    reference : str
        The class in which the others are nested, or most of them.
    table : DataFrame
        A row per class, by the model that stands for it: members, df, p_value (adjusted for the
        number of tests that the class stands in), n_tests, against (what its smallest p is of),
        verdict.
    tests : dict of (str, str) to NestedTest
        Of restricted and general model.
    level : float
    """

    reference: str
    table: pd.DataFrame
    tests: dict[Pair, NestedTest]
    level: float

    def of(self, verdict: str) -> list[str]:
        """The classes of a verdict, in the order of the table."""
        return [str(name) for name in self.table.index[self.table["verdict"] == verdict]]

    @property
    def members(self) -> list[str]:
        """The classes in the set: not excluded, and not wider than the reference."""
        return [*self.of(SUPPORTED), *self.of(UNTOLD)]


def confidence_set(
    models: Mapping[str, Estimation],
    relations: ModelRelations,
    vuong: Callable[[str, str], VuongTest] | None,
    level: float,
    reference: str | None,
    method: str | None,
) -> ConfidenceSet:
    """The set of classes that holds the true one with a probability of `level`, if one is true.

    A class is excluded where it is rejected against one that it is nested in, up to the reference,
    or where one of these classes is; p-values of all these tests, which are true if the class is,
    are adjusted for their number (Bonferroni). One that is not nested in the reference is excluded
    where the
    reference is closer to the truth (Vuong, two-sided, since the reference may be the nearest). One
    in which the reference is nested is wider: it holds whenever the reference does.
    """
    chosen = relations.first_of(reference) if reference else widest_class(models, relations)
    tests: dict[Pair, NestedTest] = {}

    def test(restricted: str, general: str) -> NestedTest:
        pair = restricted, general
        if pair not in tests:
            try:
                tests[pair] = nested_test(models[restricted], models[general], method)
            except TpnSemError:
                tests[pair] = NestedTest(np.nan, 0, np.nan, NO_TEST, IRREGULAR)
        return tests[pair]

    rows = []
    for members in relations.classes:
        name = members[0]
        row = {
            "model": name,
            "members": ", ".join(members),
            "df": models[name].degrees_of_freedom,
            **_judged(name, chosen, relations, test, vuong),
        }
        rows.append(row)
    table = pd.DataFrame(rows).set_index("model")
    table["verdict"] = _verdicts(table, chosen, relations, 1.0 - level)
    return ConfidenceSet(chosen, table, tests, level)


def widest_class(models: Mapping[str, Estimation], relations: ModelRelations) -> str:
    """The class in which most others are nested; of several, the least restricted, then nearest."""
    count = Counter(general for _, general in relations.nested)

    def place(name: str) -> tuple[int, int, float]:
        return -count[name], models[name].degrees_of_freedom, models[name].distance

    return min((members[0] for members in relations.classes), key=place)


Test = Callable[[str, str], NestedTest]


def _judged(
    name: str,
    reference: str,
    relations: ModelRelations,
    test: Test,
    vuong: Callable[[str, str], VuongTest] | None,
) -> dict[str, object]:
    """The smallest p-value of the tests that hold if the class does, adjusted for their number."""
    if name == reference:
        return {"p_value": np.nan, "n_tests": 0, "against": ""}
    if relations.is_nested(reference, name):
        p_value = test(reference, name).p_value
        return {"p_value": p_value, "n_tests": 1, "against": f"{reference} in {name}"}
    if not relations.is_nested(name, reference):
        if vuong is None:
            return {"p_value": np.nan, "n_tests": 0, "against": ""}
        p_value = min(1.0, 2.0 * vuong(reference, name).p_first)
        return {"p_value": p_value, "n_tests": 1, "against": reference}
    ends = [
        reference,
        *(one for one in relations.above(name) if relations.is_nested(one, reference)),
    ]
    pairs = [
        (one, other) for one in [name, *ends] for other in ends if relations.is_nested(one, other)
    ]
    return _smallest({pair: test(*pair) for pair in dict.fromkeys(pairs)})


def _smallest(tests: Mapping[Pair, NestedTest]) -> dict[str, object]:
    known = {pair: one.p_value for pair, one in tests.items() if np.isfinite(one.p_value)}
    if not known:
        return {"p_value": np.nan, "n_tests": 0, "against": ""}
    restricted, general = min(known, key=known.__getitem__)
    p_value = min(1.0, len(known) * known[restricted, general])
    return {"p_value": p_value, "n_tests": len(known), "against": f"{restricted} in {general}"}


def _verdicts(
    table: pd.DataFrame, reference: str, relations: ModelRelations, alpha: float
) -> list[str]:
    """Excluded, can't tell, wider; supported where nothing else is left."""
    found = {}
    for name, row in table.iterrows():
        if relations.is_nested(reference, str(name)):
            found[name] = WIDER
        elif name == reference or not row["p_value"] <= alpha:
            found[name] = UNTOLD
        else:
            found[name] = EXCLUDED
    left = [name for name, verdict in found.items() if verdict == UNTOLD]
    if left == [reference] and len(found) > 1 and EXCLUDED in found.values():
        found[reference] = SUPPORTED
    return list(found.values())
