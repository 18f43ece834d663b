"""Wald test of hypotheses about labelled and defined parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..drawing import Shown, Table, decimals, p_phrase
from ..errors import ModelError, NotAvailableError
from ..estimation import Estimation
from ..language import Call, parse
from ..numerics import chi_square_tail, f_tail, has_full_rank
from .named_expressions import check_known, with_row_names, with_row_numbers


@dataclass(frozen=True, repr=False)
class HypothesisTest(Shown):
    """A test with what it tests.

    Attributes
    ----------
    null_hypothesis : str
    statistic : float
    degrees_of_freedom : int
    p_value : float
    denominator : float
        Degrees of freedom of the denominator where the statistic is an F; else infinite.
    """

    null_hypothesis: str
    statistic: float
    degrees_of_freedom: int
    p_value: float
    denominator: float = float("inf")

    def _views(self) -> list[str | Table]:
        return [self._text()]

    def _text(self) -> str:
        head = f"chi-square({self.degrees_of_freedom})"
        if self.denominator < float("inf"):
            head = f"F({self.degrees_of_freedom}, {self.denominator:g})"
        told = f"{head} = {decimals()(self.statistic)}, {p_phrase(self.p_value)}"
        return f"H0: {self.null_hypothesis}\n{told}"


def wald_test(estimation: Estimation, hypothesis: str) -> HypothesisTest:
    """Wald (1943) test of ``==`` lines, jointly; see `Fit.wald_test`."""
    statements = parse(with_row_numbers(estimation, hypothesis))
    equalities = [item for item in statements.constraints if item.operator == "=="]
    if (
        statements.relations
        or statements.definitions
        or len(equalities) < len(statements.constraints)
    ):
        raise ModelError("a hypothesis consists of '==' lines only, as 'a == b'.")
    restrictions = with_row_names(estimation)
    gaps = tuple(Call("-", (item.left, item.right)) for item in equalities)
    for gap in gaps:
        check_known(restrictions, gap)
    values, jacobian = restrictions.evaluate(gaps, estimation.parameters)
    spread = jacobian @ estimation.covariance @ jacobian.T
    if not np.all(np.isfinite(spread)) or not has_full_rank(spread):
        raise NotAvailableError(
            "the hypothesis cannot be tested: its parts depend on each other, hold by constraint, "
            "or the fit has no standard errors."
        )
    statistic = float(values @ np.linalg.solve(spread, values))
    text = "; ".join(re.sub(r"\s+", " ", line).strip() for line in _lines(hypothesis))
    if not estimation.samples.cluster_labels or estimation.specification.has_levels:
        return HypothesisTest(text, statistic, len(gaps), chi_square_tail(statistic, len(gaps)))
    return _among_clusters(estimation, text, statistic, len(gaps))


def _lines(hypothesis: str) -> list[str]:
    """The equations as they were written."""
    return [line for line in re.split(r"[;\n]", hypothesis) if line.strip()]


def _among_clusters(
    estimation: Estimation, text: str, statistic: float, size: int
) -> HypothesisTest:
    """Hotelling's T-square with the clusters' degrees of freedom, as an F."""
    df = estimation.cluster_degrees_of_freedom
    denominator = df - size + 1
    if denominator < 1:
        raise NotAvailableError(
            f"{size} parameters cannot be tested jointly with "
            f"{len(estimation.samples.cluster_labels)} "
            "clusters; test fewer at a time."
        )
    value = statistic * denominator / (df * size)
    p_value = f_tail(value, size, denominator)
    return HypothesisTest(text, value, size, p_value, float(denominator))
