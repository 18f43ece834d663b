"""Whether estimates support hypotheses, contradict them, or cannot tell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array, adjusted_p_values, upper_tail
from ..results import delta_method
from .asked_quantities import AskedQuantities, place_terms
from .hypothesis_text import ABOVE, BELOW, DIFFERS, Hypothesis

SUPPORTED, CONTRADICTED, UNTOLD, NOT_ASKED = "supported", "contradicted", "can't tell", "not asked"
_FIXED = "the model fixes it: it does not vary"
_NUMBERS = ("estimate", "se", "ci_lower", "ci_upper")


def judged(
    estimation: Estimation,
    hypotheses: Sequence[Hypothesis],
    alpha: float,
    adjustment: str,
) -> pd.DataFrame:
    """A row per hypothesis: hypothesis, quantity, numbers, p_support, p_against, verdict, reason.

    p_support is the p-value of the opposite of the hypothesis, p_against that of the hypothesis
    itself; both are adjusted for the number of hypotheses that are asked. An interval is a
    hypothesis that is supported by two one-sided tests (Schuirmann, 1987).
    """
    terms = tuple(dict.fromkeys(term for one in hypotheses for term in one.terms))
    quantity, absent = place_terms(estimation, terms)
    asked = [one for one in hypotheses if not any(term in absent for term in one.terms)]
    numbers = _numbers(estimation, quantity, asked)
    rows = []
    for one in hypotheses:
        row: dict[str, object] = {
            "name": one.name,
            "hypothesis": one.text,
            "quantity": _quantity(one),
        }
        reasons = [absent[term] for term in one.terms if term in absent]
        if reasons:
            rows.append({**row, "reason": "; ".join(reasons)})
        else:
            own = numbers[one.name]
            rows.append({**row, **own, "reason": "" if own["se"] > 0.0 else _FIXED})
    columns = ["name", "hypothesis", "quantity", *_NUMBERS, "p_support", "p_against", "reason"]
    table = pd.DataFrame(rows, columns=columns).set_index("name")
    for name in ("p_support", "p_against"):
        table[name] = adjusted_p_values(table[name].to_numpy(float), adjustment)
    table.insert(table.columns.get_loc("reason"), "verdict", _verdicts(table, alpha))
    return table


def _quantity(one: Hypothesis) -> str:
    return " less ".join(map(str, one.terms))


def _verdicts(table: pd.DataFrame, alpha: float) -> list[str]:
    found = []
    for row in table.itertuples():
        if row.reason:
            found.append(NOT_ASKED)
        elif row.p_support < alpha:
            found.append(SUPPORTED)
        else:
            found.append(CONTRADICTED if row.p_against < alpha else UNTOLD)
    return found


def _numbers(
    estimation: Estimation, quantity: AskedQuantities, asked: Sequence[Hypothesis]
) -> dict[str, dict[str, float]]:
    if not asked:
        return {}

    def values(implied: tuple[Implied, ...]) -> Array:
        return quantity(implied) @ matrix.T

    matrix = np.zeros((len(asked), len(quantity.terms)))
    for place, one in enumerate(asked):
        matrix[place, quantity.terms.index(one.term)] = 1.0
        if one.other is not None:
            matrix[place, quantity.terms.index(one.other)] -= 1.0
    found = delta_method(estimation, values)
    rows = {}
    for place, one in enumerate(asked):
        own = {name: float(found[name][place]) for name in _NUMBERS}
        df = float(found["df"][place]) if "df" in found else None
        support, against = _p_values(one, own["estimate"], own["se"], df)
        rows[one.name] = {**own, "p_support": support, "p_against": against}
    return rows


def _p_values(one: Hypothesis, estimate: float, se: float, df: float | None) -> tuple[float, float]:
    """Of the opposite of a hypothesis, and of the hypothesis."""
    if not se > 0.0:
        return np.nan, np.nan

    def above(value: float) -> float:
        """P-value of the quantity being at most a value."""
        return upper_tail((estimate - value) / se, df)

    def below(value: float) -> float:
        """P-value of the quantity being at least a value."""
        return upper_tail((value - estimate) / se, df)

    if one.sign == ABOVE:
        return above(one.value), below(one.value)
    if one.sign == BELOW:
        return below(one.value), above(one.value)
    two_sided = 2.0 * min(above(one.value), below(one.value))
    if one.sign == DIFFERS:
        return two_sided, np.nan
    if one.margin is None:
        return np.nan, two_sided
    low, high = one.margin
    return max(above(low), below(high)), min(1.0, 2.0 * min(below(low), above(high)))
