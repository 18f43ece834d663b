"""A marker's factor as the method: the steps of Williams, Hartman & Cavazotte (2010)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice
from math import nan

import pandas as pd

from ..estimation import Estimation
from ..model_choice import NestedTest
from ..numerics import normal_quantile
from ..results import estimates_table, standardized_table
from .marker_texts import MarkerTexts, held_correlations, marker_lines, measurement_lines
from .method_fitting import DIFFERENCE, FittedMethod, difference, fitted_method, model_table
from .method_models import MARKER_EQUAL, MARKER_FREE, MethodModel, starting_loadings
from .method_question import MethodQuestion

CFA, HELD, METHOD_C, METHOD_U = "CFA with marker", "Baseline", "Method-C", "Method-U"
METHOD_R = "Method-R"
SENSITIVITY = {"Method-S(.05)": 0.05, "Method-S(.01)": 0.01}
_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class MarkerSteps:
    """What came of the steps.

    Attributes
    ----------
    steps : dict of str to FittedMethod
        By the step's name, as far as they could be gone.
    chosen : str
        "Method-C" or "Method-U"; "" where neither is proper.
    paths : list of FittedMethod
        The substantive model with its paths under the marker's factor.
    reason : str
        Why there are no steps; "" where there are.
    """

    steps: dict[str, FittedMethod] = field(default_factory=dict)
    chosen: str = ""
    paths: list[FittedMethod] = field(default_factory=list)
    reason: str = ""

    def proper(self, step: str) -> Estimation | None:
        """The estimation of a step where it can be believed."""
        return self.steps[step].proper if step in self.steps else None

    @property
    def table(self) -> pd.DataFrame:
        """A row per step: fit, state, reason."""
        first = self.steps[CFA].found
        assert first is not None
        table = model_table(first, self.steps.values())
        return table.drop(columns=list(DIFFERENCE)).loc[list(self.steps)].rename_axis("step")

    @property
    def tests(self) -> pd.DataFrame:
        """A row per comparison: what it asks, chisq_diff, df_diff, p_value, reason."""
        asked = [
            (HELD, METHOD_C, "do the items share anything with the marker?"),
            (METHOD_C, METHOD_U, "do they share it unequally?"),
            (METHOD_R, self.chosen, "does it change the correlations of the constructs?"),
        ]
        rows = [self._test(*one) for one in asked if one[1]]
        return pd.DataFrame(rows).set_index("comparison")

    def _test(self, restricted: str, general: str, question: str) -> dict[str, object]:
        row: dict[str, object] = {"comparison": f"{restricted} vs {general}", "asks": question}
        one, other = self.proper(restricted), self.proper(general)
        if one is None or other is None:
            lacking = restricted if one is None else general
            reason = f"{lacking} has no proper solution"
            return {**row, "chisq_diff": nan, "df_diff": nan, "p_value": nan, "reason": reason}
        found = difference(one, other)
        if not isinstance(found, NestedTest):
            return {**row, "chisq_diff": nan, "df_diff": nan, "p_value": nan, "reason": found}
        numbers = {"chisq_diff": found.statistic, "df_diff": found.df}
        return {**row, **numbers, "p_value": found.p_value, "reason": ""}


def marker_steps(question: MethodQuestion, starts: int, seed: int) -> MarkerSteps:
    """Go the steps as far as they lead."""
    reason = _refusal(question)
    if reason:
        return MarkerSteps(reason=reason)
    name = question.free_name("Marker")
    lines = measurement_lines(question)
    first = fitted_method(
        question, MethodModel(CFA, ("\n".join([*lines, *marker_lines(question, name)]),), False)
    )
    if first.proper is None:
        return MarkerSteps(
            reason=f"the factor model with the marker is {first.state}: {first.reason}"
        )
    texts = _texts(question, name, first.proper)
    steps = {CFA: first}
    for step, own in _method_texts(question, texts, lines, starts, seed):
        model = MethodModel(step, own, False, name, has_free_loadings=step == METHOD_U)
        steps[step] = fitted_method(question, model, first.proper)
    chosen = _chosen(steps)
    steps |= _later_steps(question, texts, lines, steps, chosen)
    paths = list(_path_models(question, texts, first.proper, starts, seed))
    return MarkerSteps(steps, chosen, paths)


def _refusal(question: MethodQuestion) -> str:
    if not question.marker:
        return "no marker was named"
    if len(question.marker) == 1:
        return "one marker item makes no factor: two or more are needed, three are better"
    if not question.is_first_order:
        return "the steps are for first-order factors"
    if question.others:
        return (
            f"the steps are for items only, and {', '.join(question.others[:5])} is none: ask for "
            "the measurement model alone"
        )
    blocks = question.baseline.specification.statements.blocks("group")
    return "the model has blocks for groups" if blocks else ""


def _texts(question: MethodQuestion, name: str, found: Estimation) -> MarkerTexts:
    """The marker's own numbers where all factors are correlated."""
    table = estimates_table(found)
    own = table[(table["op"] == "=~") & (table["lhs"] == name)]
    loadings = {item: own.loc[own["rhs"] == item, "estimate"].tolist() for item in question.marker}
    residuals: dict[str, list[float]] = {}
    if not question.is_ordinal:
        same = table[(table["op"] == "~~") & (table["lhs"] == table["rhs"])]
        residuals = {
            item: same.loc[same["lhs"] == item, "estimate"].tolist() for item in question.marker
        }
    return MarkerTexts(question, name, loadings, residuals)


def _method_texts(
    question: MethodQuestion, texts: MarkerTexts, lines: list[str], starts: int, seed: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    held = [*lines, *texts.held_marker]
    yield HELD, ("\n".join(held),)
    yield METHOD_C, ("\n".join([*held, texts.equal_loadings]),)
    several = islice(starting_loadings(question, seed), starts)
    yield METHOD_U, tuple("\n".join([*held, texts.free_loadings(one)]) for one in several)


def _chosen(steps: Mapping[str, FittedMethod]) -> str:
    """Unequal loadings where equal ones are rejected."""
    equal, free = steps[METHOD_C].proper, steps[METHOD_U].proper
    if equal is None or free is None:
        return METHOD_U if free is not None else METHOD_C if equal is not None else ""
    test = difference(equal, free)
    unequal = isinstance(test, NestedTest) and test.p_value < _LEVEL
    return METHOD_U if unequal else METHOD_C


def _later_steps(
    question: MethodQuestion,
    texts: MarkerTexts,
    lines: list[str],
    steps: Mapping[str, FittedMethod],
    chosen: str,
) -> dict[str, FittedMethod]:
    """Correlations held as without method; then loadings at the ends of their intervals."""
    baseline, method = steps[HELD].proper, steps[chosen].proper if chosen else None
    if method is None:
        return {}
    held = [*lines, *texts.held_marker]
    later: dict[str, FittedMethod] = {}

    def fit(step: str, own: tuple[str, ...]) -> None:
        later[step] = fitted_method(question, MethodModel(step, own, False, texts.name), method)

    if baseline is not None:
        correlations = held_correlations(question, baseline)
        first = next(iter(starting_loadings(question, 0)))
        equal = chosen == METHOD_C
        own = texts.equal_loadings if equal else texts.free_loadings(first)
        fit(METHOD_R, ("\n".join([*held, own, *correlations]),))
    for step, alpha in SENSITIVITY.items():
        values = _ends(question, texts.name, method, alpha)
        fit(step, ("\n".join([*held, texts.held_loadings(values)]),))
    return later


def _ends(
    question: MethodQuestion, name: str, found: Estimation, alpha: float
) -> dict[str, list[float]]:
    """Ends of the intervals of the method loadings that are farther from zero, by group."""
    table = estimates_table(found)
    own = table[(table["op"] == "=~") & (table["lhs"] == name)]
    width = normal_quantile(1.0 - alpha / 2.0)
    ends: dict[str, list[float]] = {}
    for item in question.items:
        rows = own[own["rhs"] == item]
        sides = rows["estimate"].map(lambda value: 1.0 if value >= 0.0 else -1.0)
        ends[item] = (rows["estimate"] + sides * width * rows["se"]).tolist()
    return ends


def _path_models(
    question: MethodQuestion, texts: MarkerTexts, before: Estimation, starts: int, seed: int
) -> Iterator[FittedMethod]:
    """The substantive model, paths and all, with the marker's factor held and apart."""
    held = [question.text, *texts.held_marker]
    equal = ("\n".join([*held, texts.equal_loadings]),)
    several = islice(starting_loadings(question, seed), starts)
    free = tuple("\n".join([*held, texts.free_loadings(one)]) for one in several)
    for name, own in ((MARKER_EQUAL, equal), (MARKER_FREE, free)):
        model = MethodModel(name, own, True, texts.name, has_free_loadings=name == MARKER_FREE)
        yield fitted_method(question, model, before)


def correlation_table(question: MethodQuestion, found: MarkerSteps) -> pd.DataFrame:
    """A row per pair of constructs and group, a column per step: their correlations."""
    columns: dict[str, pd.Series] = {}
    for step in found.steps:
        estimation = found.proper(step)
        if estimation is not None:
            columns[step] = _correlations(question, estimation)
    return pd.DataFrame(columns)


def _correlations(question: MethodQuestion, found: Estimation) -> pd.Series:
    table = standardized_table(found, "all")
    pairs = {frozenset(pair): " ↔ ".join(pair) for pair in combinations(question.factors, 2)}
    values: dict[tuple[str, str], float] = {}
    for row in table[table["op"] == "~~"].itertuples():
        pair = pairs.get(frozenset((row.lhs, row.rhs)))
        if pair is not None and row.lhs != row.rhs:
            values[pair, str(row.group)] = float(row.estimate)
    index = pd.MultiIndex.from_tuples(list(values), names=["pair", "group"])
    return pd.Series(list(values.values()), index=index)
