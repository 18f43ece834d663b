"""Correlations of factors against cut-offs: by chi-square, by CFI and by interval."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ..errors import TpnSemError
from ..estimation import Estimation
from ..model_fit import uncorrected_evidence
from .construct_models import Pair, fit_factors
from .corrected_difference import corrected_difference
from .measured_constructs import Construct

CUTOFFS = (1.0, 0.9, 0.85, 0.8)
CLASSES = {1.0: "severe problem", 0.9: "moderate problem", 0.8: "marginal problem"}
NO_PROBLEM = "no problem"
CFI_DROP = 0.002  # Meade, Johnson & Braddy (2008)
_LEVEL = 0.05


def first_order(estimation: Estimation, constructs: Sequence[Construct]) -> list[Construct]:
    """The constructs that have items of their own, not only factors."""
    roles = estimation.specification.roles
    return [one for one in constructs if set(one.items) <= set(roles.indicators[one.name])]


def interval_class(lower: float, upper: float, estimate: float) -> str:
    """What the interval of a correlation says; "" where there is none.

    The end that is further from zero decides: from 1 on a severe problem, from .9 a moderate,
    from .8 a marginal one, else none. CI_CFA(sys) of Ronkko & Cho (2022).
    """
    end = upper if estimate >= 0.0 else -lower
    if np.isnan(end):
        return ""
    for cutoff, name in CLASSES.items():
        if end >= cutoff:
            return name
    return NO_PROBLEM


def constrained_tests(
    estimation: Estimation,
    group: int,
    constructs: Sequence[Construct],
    correlations: dict[Pair, float],
    cutoffs: Sequence[float],
) -> list[dict[str, object]]:
    """A row per pair of factors and cut-off: the model with their correlation fixed there.

    Anderson & Gerbing (1988); Ronkko & Cho (2022). A correlation at or beyond the cut-off is not
    below it, whatever its chi-square. With a cut-off of 1 the test is at the border of what
    correlations can be, and conservative.

    Parameters
    ----------
    correlations : dict
        Estimates, which say on which side of zero the cut-off is.
    """
    own = first_order(estimation, constructs)
    pairs = [(a.name, b.name) for a, b in combinations(own, 2) if (a.name, b.name) in correlations]
    if not pairs:
        return []
    try:
        free = fit_factors(estimation, group, own)
        problem = ""
    except TpnSemError as error:
        free, problem = None, str(error).splitlines()[0]
    rows = []
    for pair in pairs:
        for cutoff in cutoffs:
            row: dict[str, object] = {"construct_1": pair[0], "construct_2": pair[1]}
            row["cutoff"] = cutoff
            if free is None:
                rows.append(row | _nothing(problem))
            else:
                sign = float(np.sign(correlations[pair])) or 1.0
                rows.append(row | _one_test(estimation, group, own, free, pair, sign * cutoff))
    return rows


def _nothing(reason: str) -> dict[str, object]:
    numbers = dict.fromkeys(("chisq_diff", "df_diff", "p_value", "cfi_drop"), np.nan)
    return {**numbers, "below_by_chisq": None, "below_by_cfi": None, "reason": reason}


def _one_test(
    estimation: Estimation,
    group: int,
    constructs: list[Construct],
    free: Estimation,
    pair: Pair,
    value: float,
) -> dict[str, object]:
    try:
        fixed = fit_factors(estimation, group, constructs, {pair: value})
        test = corrected_difference(fixed, free)
        drop = _cfi_drop(fixed, free)
    except TpnSemError as error:
        return _nothing(str(error).splitlines()[0])
    inside = _is_inside(free, pair, value)
    p_value = test.p_value
    return {
        "chisq_diff": test.statistic,
        "df_diff": test.degrees_of_freedom,
        "p_value": p_value,
        "cfi_drop": drop,
        "below_by_chisq": None if np.isnan(p_value) else bool(inside and p_value < _LEVEL),
        "below_by_cfi": None if np.isnan(drop) else bool(inside and drop > CFI_DROP),
        "reason": "there is no such difference" if np.isnan(p_value) else "",
    }


def _is_inside(free: Estimation, pair: Pair, value: float) -> bool:
    """Whether the estimated correlation is nearer to zero than the cut-off."""
    implied, latent = free.implied[0], free.specification.patterns[0].latent
    one, other = (implied.n_observed + latent.index(name) for name in pair)
    among = implied.all_covariance
    estimate = among[one, other] / np.sqrt(among[one, one] * among[other, other])
    return bool(abs(estimate) < abs(value))


def _cfi_drop(fixed: Estimation, free: Estimation) -> float:
    """What the constraint takes from the comparative fit index (Bentler, 1990), uncorrected."""
    own = uncorrected_evidence(free)
    baseline = own.baseline_chi_square - own.baseline_degrees_of_freedom
    misfit, more = (max(one.chi_square - one.degrees_of_freedom, 0.0) for one in (free, fixed))
    whole = max(baseline, misfit, more)
    return (more - misfit) / whole if whole > 0.0 else float("nan")


def class_by_tests(tests: pd.DataFrame, column: str) -> str:
    """The class that chi-square or CFI give a pair, from its rows by cut-off; "" without.

    The largest of 1, .9 and .8 that the correlation is not below says how severe it is: chi-square
    (sys) of Ronkko & Cho (2022), and the same with CFI's differences.
    """
    known = tests.set_index("cutoff")[column]
    for cutoff, name in CLASSES.items():
        if cutoff not in known.index or known[cutoff] is None:
            return ""
        if not known[cutoff]:
            return name
    return NO_PROBLEM
