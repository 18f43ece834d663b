"""Joint test of a curve: the signs of what schools contribute, flipped in all specifications.

The null hypothesis is that the path is zero in every specification. Each school's contribution to
an estimate, its share of the estimate and its influence (`curve_fits.Contributions`), then has
expectation zero, to first order, and where it is symmetric about zero, its sign is exchangeable:
flipping the signs of some schools' contributions gives a curve that could as well have been found.
One flip of a school holds for all specifications, so that their dependence stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..numerics import Array
from .curve_fits import Outcome
from .curve_summary import dominant_sign

STATISTICS = ("median", "share_dominant", "share_significant", "mean_z")
_CHUNK = 100
_TOLERANCE = 1e-9  # of statistics that are equal but for rounding


@dataclass(frozen=True, eq=False)
class FlippedCurve:
    """One path in k specifications, and what u units contribute to it.

    Attributes
    ----------
    parts : array, shape (u, k)
        Contributions; zero where a specification has no row of a unit.
    se : array, shape (k,)
    critical : array, shape (k,)
        What z of the fit must exceed to be significant.
    """

    parts: Array
    se: Array
    critical: Array

    @cached_property
    def _present(self) -> Array:
        """How many units each specification has, shape (k,)."""
        return np.asarray((self.parts != 0.0).sum(axis=0))

    def _spread(self, estimates: Array) -> Array:
        """Standard errors of sums of contributions, as of independent units, (..., k)."""
        squares = (self.parts**2).sum(axis=0)
        units = self._present
        return np.sqrt(np.maximum(squares - estimates**2 / units, 0.0) * units / (units - 1.0))

    def statistics(self, signs: Array) -> Array:
        """The curve's statistics with flipped signs, shape (m, u) to (m, 4).

        Estimates are sums of contributions. Their standard errors are those of the fit times what
        flipping makes of the units' spread, so that no flip gives the numbers of the table.
        """
        estimates = signs @ self.parts
        own = self._spread(self.parts.sum(axis=0))
        z = estimates / (self.se * self._spread(estimates) / own)
        sign = dominant_sign(estimates)[:, None]
        in_sign = np.sign(estimates) == sign
        significant = in_sign & (np.abs(z) > self.critical)
        return np.column_stack(
            [
                np.abs(np.median(estimates, axis=1)),
                in_sign.mean(axis=1),
                significant.mean(axis=1),
                np.abs(z.mean(axis=1)),
            ]
        )


def joint_test(
    table: pd.DataFrame,
    outcomes: Mapping[int, Outcome],
    paths: Sequence[str],
    n: int,
    seed: int | None,
) -> pd.DataFrame:
    """A row per path and statistic: observed, p_value, flips, units, specifications.

    Parameters
    ----------
    table : DataFrame
        Of the curve.
    outcomes : mapping of specification number to Outcome
    paths : sequence of str
    n : int
        How often signs are flipped.
    seed : int, optional
    """
    found = [one.contributions for one in outcomes.values()]
    units = dict.fromkeys(unit for one in found if not isinstance(one, str) for unit in one.units)
    place = {label: k for k, label in enumerate(units)}
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), (n, len(place)))
    rows: list[dict[str, object]] = []
    for path in paths:
        curve = _curve(table[table["path"] == path], outcomes, path, place)
        if curve is not None:
            rows += _tested(curve, path, signs)
    columns = ["path", "statistic", "observed", "p_value", "flips", "units", "specifications"]
    return pd.DataFrame(rows, columns=columns)


def _curve(
    own: pd.DataFrame, outcomes: Mapping[int, Outcome], path: str, place: Mapping[object, int]
) -> FlippedCurve | None:
    """What counts and has contributions; None where nothing does."""
    columns, kept = [], []
    for row in own[own["state"] == "fitted"].itertuples():
        found = outcomes[row.specification - 1].contributions
        if isinstance(found, str) or not np.isfinite(found.values[path]).all():
            continue
        column = np.zeros(len(place))
        column[[place[label] for label in found.units]] = found.values[path]
        columns.append(column)
        kept.append(row.Index)
    if not kept:
        return None
    good = own.loc[kept]
    se = good["se"].to_numpy()
    half = 0.5 * (good["ci_upper"] - good["ci_lower"]).to_numpy()
    parts = np.column_stack(columns)
    # The same flips whatever units are called, where they stand, and the units of the data.
    order = np.argsort((parts / se).sum(axis=1), kind="stable")
    return FlippedCurve(parts[order], se, half / se)


def _tested(curve: FlippedCurve, path: str, signs: Array) -> Iterator[dict[str, object]]:
    observed = curve.statistics(np.ones((1, signs.shape[1])))[0]
    parts = [
        curve.statistics(signs[start : start + _CHUNK]) for start in range(0, len(signs), _CHUNK)
    ]
    as_large = np.concatenate(parts) >= observed - _TOLERANCE * (1.0 + np.abs(observed))
    p_values = (as_large.sum(axis=0) + 1.0) / (len(signs) + 1.0)
    signed = curve.parts.sum(axis=0)
    shown = [float(np.median(signed)), *observed[1:3], float((signed / curve.se).mean())]
    for statistic, value, p_value in zip(STATISTICS, shown, p_values, strict=True):
        yield {
            "path": path,
            "statistic": statistic,
            "observed": float(value),
            "p_value": float(p_value),
            "flips": len(signs),
            "units": int((curve.parts != 0.0).any(axis=1).sum()),
            "specifications": len(curve.se),
        }
