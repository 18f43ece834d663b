"""Tests of fit pooled over imputations: D2, D3 and D4, as F or as chi-square."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from ..arguments import checked
from ..drawing import Shown, Table, decimals, p_phrase
from ..numerics import Array, chi_square_tail, f_tail

METHODS = ("D4", "D3", "D2")
_MANY = 1e7  # degrees of freedom that are as good as endless


@dataclass(frozen=True, repr=False)
class PooledTest(Shown):
    """A likelihood-ratio test over imputations.

    Attributes
    ----------
    method : {"D2", "D3", "D4"}
    statistic : float
        F, or chi-square where `asymptotic`.
    degrees_of_freedom : float
        Of the numerator.
    denominator : float
        Degrees of freedom of the denominator; infinite for a chi-square.
    p_value : float
    relative_increase : float
        Average relative increase of variance by what is missing.
    scaling_factor : float
        What the pooled chi-square was divided by; 1 without a correction.
    """

    method: str
    statistic: float
    degrees_of_freedom: float
    denominator: float
    p_value: float
    relative_increase: float
    scaling_factor: float = 1.0

    @property
    def missing_information(self) -> float:
        """Fraction of information that is missing, on average over what is tested."""
        return self.relative_increase / (1.0 + self.relative_increase)

    @property
    def chi_square(self) -> float:
        """The statistic as a chi-square, which takes the number of imputations as large."""
        if self.denominator == inf:
            return self.statistic
        return self.statistic * self.degrees_of_freedom

    @checked
    def asymptotic(self, scaling_factor: float = 1.0, shift: float = 0.0) -> PooledTest:
        """The same as a chi-square, divided by a scaling factor, with a shift added."""
        value = self.chi_square / scaling_factor + shift
        df = self.degrees_of_freedom
        p_value = chi_square_tail(value, df)
        return PooledTest(
            self.method, value, df, inf, p_value, self.relative_increase, scaling_factor
        )

    def _views(self) -> list[str | Table]:
        return [self._text()]

    def _text(self) -> str:
        df = f"{self.degrees_of_freedom:g}"
        below = "∞" if self.denominator > _MANY else f"{self.denominator:.1f}"
        head = f"chi-square({df})" if self.denominator == inf else f"F({df}, {below})"
        return f"{self.method}: {head} = {decimals()(self.statistic)}, {p_phrase(self.p_value)}"


def pool_d2(statistics: Sequence[float], df: float) -> PooledTest:
    """Of the chi-squares alone. Li, Meng, Raghunathan & Rubin (1991)."""
    values = np.maximum(np.asarray(statistics, dtype=float), 0.0)
    m = len(values)
    increase = float((1.0 + 1.0 / m) * np.sqrt(values).var(ddof=1))
    value = (values.mean() / df - (m + 1.0) / (m - 1.0) * increase) / (1.0 + increase)
    denominator = df ** (-3.0 / m) * (m - 1.0) * _growth(increase) ** 2
    return _test("D2", max(float(value), 0.0), df, denominator, increase)


def pool_d3(own: float, pooled: float, df: float, m: int) -> PooledTest:
    """Of likelihoods at each imputation's estimates and at the pooled ones. Meng & Rubin (1992).

    Parameters
    ----------
    own, pooled : float
        Means of the likelihood-ratio statistics at both.
    df : float
    m : int
        Number of imputations.
    """
    increase = max((m + 1.0) / (df * (m - 1.0)) * (own - pooled), 0.0)
    total = df * (m - 1.0)
    if increase == 0.0:
        denominator = inf
    elif total > 4.0:
        denominator = 4.0 + (total - 4.0) * (1.0 + (1.0 - 2.0 / total) / increase) ** 2
    else:
        denominator = total * (1.0 + 1.0 / df) * (1.0 + 1.0 / increase) ** 2 / 2.0
    return _test("D3", pooled / (df * (1.0 + increase)), df, denominator, increase)


def pool_d4(own: float, stacked: float, df: float, m: int) -> PooledTest:
    """Of log-likelihoods of each imputation and of all stacked. Chan & Meng (2022).

    Parameters
    ----------
    own, stacked : float
        The mean of the likelihood-ratio statistics; that of the stacked data, over m.
    """
    increase = max((m + 1.0) / (df * (m - 1.0)) * (own - stacked), 0.0)
    denominator = df * (m - 1.0) * _growth(increase) ** 2
    return _test("D4", stacked / (df * (1.0 + increase)), df, denominator, increase)


def _growth(increase: float) -> float:
    return inf if increase == 0.0 else 1.0 + 1.0 / increase


def _test(
    method: str, statistic: float, df: float, denominator: float, increase: float
) -> PooledTest:
    if denominator == inf:
        p_value = chi_square_tail(statistic * df, df)
        return PooledTest(method, statistic * df, df, inf, p_value, increase)
    p_value = f_tail(statistic, df, denominator)
    return PooledTest(method, statistic, df, denominator, p_value, increase)


def rubin(estimates: Array, within: Array) -> tuple[Array, Array, Array]:
    """Pooled values, their covariance matrix and relative increases. Rubin (1987, ch. 3).

    Parameters
    ----------
    estimates : array, shape (m, k)
    within : array, shape (m, k, k)
        Covariance matrices of the estimates of each imputation.

    Returns
    -------
    array (k,), array (k, k), array (k,)
    """
    m = len(estimates)
    inside = within.mean(axis=0)
    between = np.atleast_2d(np.cov(estimates, rowvar=False))
    total = inside + (1.0 + 1.0 / m) * between
    variances = np.diag(inside)
    with np.errstate(divide="ignore", invalid="ignore"):
        increase = np.where(variances > 0.0, (1.0 + 1.0 / m) * np.diag(between) / variances, 0.0)
    return estimates.mean(axis=0), total, increase


def barnard_rubin(increase: Array, m: int, complete: float) -> Array:
    """Degrees of freedom of pooled estimates, shape (k,). Barnard & Rubin (1999).

    Parameters
    ----------
    increase : array, shape (k,)
        Relative increases of variance.
    m : int
    complete : float
        Degrees of freedom that complete data would have.
    """
    share = increase / (1.0 + increase)
    with np.errstate(divide="ignore"):
        many = np.where(share > 0.0, (m - 1.0) / share**2, inf)
    seen = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - share)
    return np.asarray(1.0 / (1.0 / many + 1.0 / seen))
