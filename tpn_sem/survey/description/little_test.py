"""Little's test of whether answers are missing completely at random."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...drawing import Shown, decimals, p_phrase
from ...moments import pattern_means, squared_distances, unrestricted_moments
from ...numerics import Array, Indices, Mask, chi_square_tail

_FEW = 5  # rows of a pattern, fewer of which make its mean unsure
_LIMITS = (
    "It compares means of patterns only, supposes normal answers, and has little power where "
    "patterns have few rows. If it does not reject, answers may still not be missing completely at "
    "random; if it does, it cannot tell missing at random from missing not at random."
)


@dataclass(frozen=True, eq=False, repr=False)
class LittleTest(Shown):
    """Little's (1988) test that answers are missing completely at random.

    Attributes
    ----------
    statistic : float
        d² = sum over patterns of n (m - mu)' S⁻¹ (m - mu), with m the means of a pattern's n rows,
        and mu and S the maximum-likelihood moments of all rows (S with divisor N, as in naniar);
        chi-square distributed. NaN with a `reason`.
    degrees_of_freedom : int
        Answers of all patterns less the number of items.
    p_value : float
    n_patterns, n_rows : int
        Patterns and rows compared: those with an answer.
    note : str
        What the test cannot tell.
    reason : str
        Why there is no test; "" where there is one.
    without_skipped : LittleTest or None
        The same without rows that skipped an item by design, where any did: above, skipped answers
        count as missing, and these are not missing at random by design.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    n_patterns: int
    n_rows: int
    note: str
    reason: str = ""
    without_skipped: LittleTest | None = None

    def _views(self) -> Iterable[str]:
        yield f"Little's test of MCAR: {self._sentence()}"
        if self.without_skipped is not None:
            yield f"Without rows that skip: {self.without_skipped._sentence()}"
        yield self.note

    def _sentence(self) -> str:
        size = f"{self.n_patterns} patterns of {self.n_rows} rows"
        if self.reason:
            return f"none ({self.reason}); {size}."
        chi = f"chi-square({self.degrees_of_freedom}) = {decimals()(self.statistic)}"
        return f"{chi}, {p_phrase(self.p_value)}; {size}."


def little_test(values: Array, skipped: Mask, names: tuple[str, ...]) -> LittleTest:
    """Test all rows, and again without those that skip an item by design.

    Parameters
    ----------
    values : array, shape (n, p)
        NaN where an answer is missing or was skipped.
    skipped : bool array, shape (n, p)
    names : tuple of str
    """
    skips = skipped.any(axis=1)
    other = _test(values[~skips], names) if skips.any() else None
    return _test(values, names, other)


def _test(values: Array, names: tuple[str, ...], other: LittleTest | None = None) -> LittleTest:
    values = values[~np.isnan(values).all(axis=1)]
    if not len(values):
        return LittleTest(np.nan, 0, np.nan, 0, 0, _LIMITS, "no row has an answer", other)
    low, high = (end.reduce(values, axis=0) for end in (np.fmin, np.fmax))
    varied = np.flatnonzero(low < high)
    left = [name for place, name in enumerate(names) if place not in varied]
    values = values[:, varied]
    values = values[~np.isnan(values).all(axis=1)]
    own = tuple(names[place] for place in varied)
    means, counts = pattern_means(values) if len(values) else (values, np.zeros(0, dtype=np.intp))
    degrees = int((~np.isnan(means)).sum()) - len(varied)
    found = _statistic(values, means, counts, own)
    reason = found if isinstance(found, str) else ""
    statistic = np.nan if isinstance(found, str) else found
    p = np.nan if reason else chi_square_tail(statistic, degrees)
    note = _note(counts, left)
    return LittleTest(statistic, degrees, p, len(counts), len(values), note, reason, other)


def _statistic(values: Array, means: Array, counts: Indices, names: tuple[str, ...]) -> float | str:
    """d², or why it does not exist."""
    if not len(names):
        return "no item varies"
    if not np.isnan(values).any():
        return "no answer is missing"
    if len(counts) < 2:
        return "all rows have the same pattern"
    moments = unrestricted_moments(values, names)
    if isinstance(moments, str):
        return moments
    return float(counts @ squared_distances(means, *moments))


def _note(counts: Indices, left: list[str]) -> str:
    few = int((counts < _FEW).sum())
    told = f" {few} of {len(counts)} patterns have fewer than {_FEW} rows." if few else ""
    if left:
        told += f" Left out, as they do not vary: {', '.join(left[:8])}."
    return _LIMITS + told
