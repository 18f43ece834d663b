"""Evidence on one step of a ladder: difference test, changes of indices, the rule's decision."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from ...errors import ComparisonWarning, OptionError
from ...estimation import Estimation
from ...fit import Fit
from ...model_fit.comparison import compare_estimations
from .rules import Rule, StepEvidence, Verdict

START, HOLDS, FAILS, FREE = "start", "holds", "fails", "cannot fail"
BEYOND, UNDECIDED = "beyond", "undecided"
_ROUNDING, _SAME = 1e-6, 1e-4  # of a chi-square
CHANGES = ("cfi", "rmsea", "srmr", "mfi")


def judge(
    step: str,
    fit: Fit,
    before: str | None,
    earlier: Fit | None,
    rule: Rule,
    method: str | None,
) -> dict[str, object]:
    """The difference from the step before, and what the rule says of it."""
    if before is None or earlier is None:
        return _first_row(fit)
    row = _difference(earlier, fit, method)
    if not fit.converged:
        return {**row, "decision": UNDECIDED, "reason": "did not converge"}
    gap = fit.estimation.chi_square - earlier.estimation.chi_square
    if gap < -_ROUNDING * max(1.0, earlier.estimation.chi_square) or row["df_diff"] < 0:
        reason = f"it fits better than {before}: the two are not nested, or one missed its minimum"
        return {**row, "decision": UNDECIDED, "reason": reason}
    if row["df_diff"] == 0 and abs(gap) <= _SAME * max(1.0, earlier.estimation.chi_square):
        reason = f"the same model as {before}, written otherwise: no data could contradict it"
        return {**row, "decision": FREE, "reason": reason}
    if row["df_diff"] == 0 or not np.isfinite(row["chisq_diff"]):
        return {**row, "decision": UNDECIDED, "reason": "there is no difference test"}
    verdict = rule(_evidence(step.removeprefix("partial "), before, row, fit.estimation))
    if not isinstance(verdict, Verdict):
        raise OptionError(
            f"the rule returned {type(verdict).__name__}, not a Verdict: a rule is a function of a "
            "StepEvidence that returns Verdict(holds, reason), of tpn_sem.invariance.rules."
        )
    return {**row, "decision": HOLDS if verdict.holds else FAILS, "reason": verdict.reason}


def _first_row(fit: Fit) -> dict[str, object]:
    if not fit.converged:
        return {"decision": UNDECIDED, "reason": "did not converge"}
    reason = "where the ladder starts: a rule of changes says nothing of it, the indices do"
    return {"decision": START, "reason": reason}


def _difference(before: Fit, step: Fit, method: str | None) -> dict[str, float]:
    """Difference test and changes of indices."""
    names = ("chisq_diff", "df_diff", "p_diff", *(f"delta_{name}" for name in CHANGES))
    row: dict[str, float] = dict.fromkeys(names, np.nan)
    if not (before.converged and step.converged):
        return row
    one, two = before.measures, step.measures
    for name in CHANGES:
        used = comparable_index(name, one, two, bool(step.estimation.samples.cluster_labels))
        row[f"delta_{name}"] = float(two[used] - one[used])
    pair = {"before": before.estimation, "step": step.estimation}
    row["df_diff"] = pair["step"].degrees_of_freedom - pair["before"].degrees_of_freedom
    if row["df_diff"] > 0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ComparisonWarning)
            test = compare_estimations(pair, method, are_nested=True).loc["step"]
        row["chisq_diff"], row["p_diff"] = float(test["chisq_diff"]), float(test["p_value"])
    return row


def comparable_index(name: str, one: pd.Series, two: pd.Series, clustered: bool) -> str:
    """The robust version of an index where both fits have it, else the plain one.

    With clusters the plain one: few clusters know the correction badly.
    """
    robust = f"{name}_robust"
    there = robust in one and np.isfinite(one[robust]) and np.isfinite(two[robust])
    return robust if there and not clustered else name


def _evidence(
    step: str, before: str, row: dict[str, float], estimation: Estimation
) -> StepEvidence:
    sizes = [sample.size for sample in estimation.samples.groups]
    return StepEvidence(
        step=step,
        before=before,
        chi_square=row["chisq_diff"],
        degrees_of_freedom=row["df_diff"],
        p_value=row["p_diff"],
        **{f"delta_{name}": row[f"delta_{name}"] for name in CHANGES},
        n_observations=estimation.n_observations,
        n_groups=len(sizes),
        smallest_share=float(min(sizes) / sum(sizes)),
    )
