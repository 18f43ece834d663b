"""The result of a test of fit: statistic, degrees of freedom, p-value."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan, nan
from typing import Protocol

from ...drawing import Shown, Table, decimals, p_phrase
from ...estimation import Minimum
from ...numerics import chi_square_tail


@dataclass(frozen=True, repr=False)
class FitTest(Shown):
    """A test of the hypothesis that the model holds.

    Attributes
    ----------
    name : str
    statistic, degrees_of_freedom, p_value : float
    scaling_factor : float
        What the discrepancy's own chi-square was divided by; 1 for the standard test.
    shift : float
        What was added after that.
    trace : float or None
        Sum of the eigenvalues of U Gamma where the test rests on them: the expected chi-square
        of a model that holds.
    n_eigenvalues : int or None
        How many of these are not zero, where the p-value rests on them one by one or in blocks.
    scaled : str
        Name of the statistic that was divided, where it is not the discrepancy's own chi-square.
    reason : str
        Why there is no statistic, where there is none; empty otherwise.
    """

    name: str
    statistic: float
    degrees_of_freedom: float
    p_value: float
    scaling_factor: float = 1.0
    shift: float = 0.0
    trace: float | None = None
    reason: str = ""
    n_eigenvalues: int | None = None
    scaled: str = ""

    def _views(self) -> list[str | Table]:
        if self.reason:
            return [f"{self.name}: no statistic, as {self.reason}"]
        tail = "no p-value" if isnan(self.p_value) else p_phrase(self.p_value)
        chi = f"chi-square({self.degrees_of_freedom:.4g}) = {decimals()(self.statistic)}"
        factor = decimals()(self.scaling_factor)
        what = f" of {self.scaled}" if self.scaled else ""
        how = f" (scaling factor {factor}{what})" if self.scaling_factor != 1.0 else ""
        return [f"{self.name}: {chi}, {tail}{how}"]


_LARGEST = 1e6  # scaling factor of ordinal items, beyond which it rests on rounding
NEGATIVE = (
    "the scaling factor is not positive, or without bounds: the correction rests on too few rows "
    "or clusters to be known"
)


class TestStatistic(Protocol):
    """A test of fit: a function of where the optimiser ended."""

    def __call__(self, minimum: Minimum) -> FitTest:
        """Compute the test."""


def chi_square_test(
    name: str,
    minimum: Minimum,
    scaling_factor: float = 1.0,
    shift: float = 0.0,
    degrees_of_freedom: float | None = None,
    trace: float | None = None,
    scaled: FitTest | None = None,
) -> FitTest:
    """chi-square / scaling factor + shift, referred to a chi-square distribution.

    Parameters
    ----------
    scaled : FitTest, optional
        The test whose statistic takes the place of chi-square.
    """
    df = float(minimum.degrees_of_freedom if degrees_of_freedom is None else degrees_of_freedom)
    most = _LARGEST if minimum.specification.categories else inf  # others have units
    if not (0.0 < scaling_factor < most) or not (trace is None or trace > 0.0):
        return FitTest(name, nan, df, nan, scaling_factor, shift, trace, NEGATIVE)
    chi_square = minimum.chi_square if scaled is None else scaled.statistic
    value = chi_square / scaling_factor + shift
    p_value, what = chi_square_tail(value, df), "" if scaled is None else scaled.name
    return FitTest(name, value, df, p_value, scaling_factor, shift, trace, scaled=what)
