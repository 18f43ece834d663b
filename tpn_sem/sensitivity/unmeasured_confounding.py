"""How strong a common cause that was not measured would have to be to explain a path away."""

from __future__ import annotations

from math import copysign, inf, isfinite, sqrt

import numpy as np
import pandas as pd

from ..arguments import checked
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..specification import COVARIANCE, PATH, fill

_CONVERSION = 0.91  # of a standardised difference to the logarithm of a risk ratio


@checked
def unmeasured_confounding(fit: Fit) -> pd.DataFrame:
    """What it would take that a common cause of predictor and outcome makes a path zero.

    Parameters
    ----------
    fit : Fit
        With regressions among its variables.

    Returns
    -------
    DataFrame
        A row per path of a regression: group, from, to, estimate (standardised), ci_lower,
        ci_upper; correlation, of the two disturbances at which the path is zero; common, the
        correlation that one cause has with both disturbances then; correlation_limit and
        common_limit, at which its interval holds zero; e_value and e_value_limit; and whether the
        model `has` that covariance already, so that the path allows for it.

    Raises
    ------
    NotAvailableError
        Where there is no proper solution, no standard error or no regression.

    Notes
    -----
    A covariance c of what the outcome's other causes leave of predictor and outcome makes b of the
    path b - c / v, with v that variance of the predictor: the fit is the same, and the path is zero
    where the correlation is t / sqrt(1 + t^2), with t = b sqrt(v / psi) and psi the outcome's
    disturbance variance (a phantom variable; Harring, McNeish & Hancock, 2017).
    E-values are on the scale of risk ratios: how strongly the cause would have to be associated
    with both (VanderWeele & Ding, 2017), the path being taken as a standardised difference.
    """
    estimation = read_fit(fit, "unmeasured_confounding")
    if not estimation.admissible:
        raise NotAvailableError(
            "the fit has no proper solution: it has no paths to explain away. See its notes."
        )
    if not np.isfinite(estimation.covariance).any():
        raise NotAvailableError("the fit has no standard errors, of which the limits are made.")
    standard = fit.standardized()
    paths = standard[standard["op"] == "~"]
    if paths.empty:
        raise NotAvailableError("the model has no regressions: there is no path to explain away.")
    rows = [_row(estimation, row) for row in paths.itertuples()]
    return pd.DataFrame(rows)


def _row(estimation: Estimation, path: object) -> dict[str, object]:
    group = list(estimation.samples.labels).index(path.group)  # type: ignore[attr-defined]
    pattern, implied = estimation.specification.patterns[group], estimation.implied[group]
    _, covariances, _ = fill(pattern, implied.values)
    names = pattern.names
    i, j = names.index(path.lhs), names.index(path.rhs)  # type: ignore[attr-defined]
    variance = covariances[i, i]
    left = sqrt(_left_of(estimation, group, j, i) / variance) if variance > 0.0 else inf
    scale = np.sqrt(implied.all_covariance[i, i] / implied.all_covariance[j, j])
    numbers = np.array([path.estimate, path.ci_lower, path.ci_upper])  # type: ignore[attr-defined]
    raw = [float(value) * left if value else 0.0 for value in numbers * scale]
    limit = 0.0 if raw[1] <= 0.0 <= raw[2] else min(raw[1:], key=abs)
    rho, rho_limit = _correlation(raw[0]), _correlation(limit)
    near = 0.0 if limit == 0.0 else min(numbers[1:], key=abs)
    both = {(i, j), (j, i)}
    own = zip(pattern.kind, pattern.row, pattern.column, pattern.free, strict=True)
    has = any(k == COVARIANCE and (r, c) in both and free >= 0 for k, r, c, free in own)
    return {
        "group": path.group,  # type: ignore[attr-defined]
        "from": path.rhs,  # type: ignore[attr-defined]
        "to": path.lhs,  # type: ignore[attr-defined]
        "estimate": numbers[0],
        "ci_lower": numbers[1],
        "ci_upper": numbers[2],
        "correlation": rho,
        "common": float(np.sqrt(abs(rho))),
        "correlation_limit": rho_limit,
        "common_limit": float(np.sqrt(abs(rho_limit))),
        "e_value": e_value(numbers[0]),
        "e_value_limit": e_value(near),
        "has": has,
    }


def _correlation(slope: float) -> float:
    return slope / sqrt(1.0 + slope**2) if isfinite(slope) else copysign(1.0, slope)


def _left_of(estimation: Estimation, group: int, predictor: int, outcome: int) -> float:
    """Variance of a predictor that is left by the outcome's others, if it does not cause these."""
    pattern, implied = estimation.specification.patterns[group], estimation.implied[group]
    cells = (pattern.kind == PATH) & (pattern.row == outcome) & (pattern.column != predictor)
    others = sorted({int(column) for column in pattern.column[cells]})
    others = [one for one in others if implied.effects[one, predictor] == 0.0]
    covariance = implied.all_covariance
    if not others:
        return float(covariance[predictor, predictor])
    with_others = covariance[predictor, others]
    taken = with_others @ np.linalg.solve(covariance[np.ix_(others, others)], with_others)
    return float(covariance[predictor, predictor] - taken)


def e_value(difference: float) -> float:
    """The E-value of a standardised difference. VanderWeele & Ding (2017)."""
    ratio = float(np.exp(_CONVERSION * abs(difference)))
    return ratio + float(np.sqrt(ratio * (ratio - 1.0)))
