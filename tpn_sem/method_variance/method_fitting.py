"""Models of method, fitted: the lowest minimum from several starts, and what kind of one it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan

import pandas as pd

from ..errors import AdmissibilityWarning, IdentificationWarning, TpnSemError
from ..estimation import Estimation
from ..fit import Fit, overview
from ..model_choice import IRREGULAR, NestedTest, nested_test
from ..model_fit.comparison import never_negative_method
from .method_models import BASELINE, MethodModel
from .method_question import MethodQuestion

_SAME = 1e-6  # of chi-squares
_THOROUGH = 100  # iterations from which on regions of trust and other starts are tried, too
DIFFERENCE = ("chisq_diff", "df_diff", "p_diff", "edge")
_MEASURES = ("df", "cfi", "rmsea", "srmr", "bic")
PROPER, IMPROPER = "proper", "improper"
NOT_CONVERGED, NOT_IDENTIFIED, REFUSED = "not converged", "not identified", "not fitted"


@dataclass(frozen=True, eq=False)
class FittedMethod:
    """A model of method and where its search ended.

    Attributes
    ----------
    model : MethodModel
    found : Estimation or None
        None where it was not fitted.
    state : {"proper", "improper", "not converged", "not identified", "not fitted"}
    reason : str
        Why it is not proper; "" where it is.
    """

    model: MethodModel
    found: Estimation | None
    state: str
    reason: str

    @property
    def proper(self) -> Estimation | None:
        """The estimation where it can be believed."""
        return self.found if self.state == PROPER else None


def fitted_method(
    question: MethodQuestion, model: MethodModel, before: Estimation | None = None
) -> FittedMethod:
    """The lowest minimum that the starts of a model lead to."""
    if model.refused:
        return FittedMethod(model, None, REFUSED, model.refused)
    found = lowest(question, model.texts, before)
    if not model.has_free_loadings:
        found = _thorough(question, found, model.texts[0])
    return judged(model, found)


def judged(model: MethodModel, found: Estimation | str) -> FittedMethod:
    """A model and what came of it."""
    if isinstance(found, str):
        return FittedMethod(model, None, REFUSED, found)
    state, reason = state_of(found)
    return FittedMethod(model, found, state, reason)


def lowest(
    question: MethodQuestion, texts: Iterable[str], before: Estimation | None = None
) -> Estimation | str:
    """The lowest of the minima; one that is reached twice is taken for it."""
    best: Estimation | None = None
    lost: Estimation | str = "it has no text"
    for text in texts:
        found = question.again(text, before)
        if isinstance(found, str):
            return found
        if not found.converged:
            lost = found
            continue
        if best is not None and abs(found.distance - best.distance) < _SAME * max(
            1.0, abs(best.distance)
        ):
            return best
        if best is None or found.distance < best.distance:
            best = found
    return best if best is not None else lost


def _thorough(question: MethodQuestion, found: Estimation | str, text: str) -> Estimation | str:
    """A search without haste, of a model of few more parameters that nothing quick reached."""
    if isinstance(found, str) or found.converged:
        return found
    most = min(_THOROUGH, question.options.estimation.max_iterations)
    return question.again(text, found, max_iterations=most)


def state_of(found: Estimation) -> tuple[str, str]:
    """What kind of solution it is, and why it is not proper."""
    said = dict(reversed(found.remarks))
    if not found.converged:
        return NOT_CONVERGED, "no minimum was reached from any start values"
    if IdentificationWarning in said or not found.is_identified:
        return NOT_IDENTIFIED, said.get(IdentificationWarning, "its information is singular")
    if AdmissibilityWarning in said:
        return IMPROPER, said[AdmissibilityWarning]
    return PROPER, ""


def difference(restricted: Estimation, general: Estimation) -> NestedTest | str:
    """The difference test that goes with the estimator; Satorra's (2000) where that is negative."""
    try:
        found = nested_test(restricted, general)
        if isnan(found.p_value) and found.edge != IRREGULAR and found.df > 0:
            found = nested_test(restricted, general, never_negative_method(general))
    except TpnSemError as error:
        return str(error).splitlines()[0]
    return found


def model_table(baseline: Estimation, fitted: Iterable[FittedMethod]) -> pd.DataFrame:
    """A row per model: fit, its difference from the model without method, state and reason."""
    rows: dict[str, dict[str, object]] = {
        BASELINE: {**_measures(baseline), "state": state_of(baseline)[0], "reason": ""}
    }
    for one in fitted:
        rows[one.model.name] = _row(baseline, one)
    return pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="model"))


def _row(baseline: Estimation, one: FittedMethod) -> dict[str, object]:
    state: dict[str, object] = {"state": one.state, "reason": one.reason}
    if one.found is None or not one.found.converged:
        return {"edge": "", **state}
    row: dict[str, object] = dict(_measures(one.found))
    if one.model.has_paths and one.proper is not None and one.found.samples is baseline.samples:
        test = difference(baseline, one.found)
        if isinstance(test, NestedTest):
            numbers = (test.statistic, test.df, test.p_value, test.edge)
            row |= dict(zip(DIFFERENCE, numbers, strict=True))
    return row | state


def _measures(found: Estimation) -> dict[str, object]:
    """Fit in numbers; the chi-square and p-value of the test to believe."""
    values = overview(Fit(found), _MEASURES)
    first = {"chisq": values.get("chisq", nan), "df": values["df"]}
    rest = {name: values[name] for name in _MEASURES if name != "df"}
    unknown: dict[str, object] = dict(zip(DIFFERENCE, (nan, nan, nan, ""), strict=True))
    return {**first, "p_value": values.get("pvalue", nan), **rest, **unknown}
