"""Report on ordinal items: shares of answers, polychoric correlations, misfit of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ..data import OrdinalStatistics
from ..drawing import Drawing, Shown, Table, draw_bars, draw_heat_map
from ..errors import NotAvailableError, choose
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..language import BETWEEN
from ..moments.ordinal import cells
from ..numerics import Array, chi_square_tail

_LARGE = 0.10  # residual correlation worth a second look


@dataclass(frozen=True, eq=False, repr=False)
class OrdinalReport(Shown):
    """Answers to ordinal items beside what the model says of them.

    Attributes
    ----------
    categories : DataFrame
        A row per group, item and category (from 1): count, share, implied share.
    pairs : DataFrame
        A row per group and pair of items: n, polychoric, implied, residual; chi_square, df and
        p_value of their table against the model's probabilities, each pair by itself; empty_cells;
        trouble, in words, "" without.
    """

    categories: pd.DataFrame
    pairs: pd.DataFrame

    def plot(self) -> Drawing:
        """Likert bars, an item and group each."""
        return draw_bars(self.categories)

    def heat_map(self, group: str | None = None) -> Drawing:
        """Polychoric correlations and residuals of a group, pairs of trouble framed."""
        items = list(dict.fromkeys(self.categories["item"]))
        if len(items) < 2:
            raise NotAvailableError("a heat map shows pairs of ordinal items: there is one item.")
        groups = list(dict.fromkeys(self.pairs["group"]))
        chosen = groups[0] if group is None else choose("group", group, groups)
        return draw_heat_map(self.pairs[self.pairs["group"] == chosen], items, chosen)

    def _text(self) -> str:
        troubled = self.pairs[self.pairs["trouble"] != ""]
        told = str(Table(troubled, index=False)) if len(troubled) else "none"
        return f"{len(self.pairs)} pairs of ordinal items; trouble:\n{told}"


def sample_statistics(estimation: Estimation) -> pd.Series:
    """Thresholds, means, slopes, variances and covariances; see `Fit.statistics`."""
    pairs = zip(_ordinal_samples(estimation), estimation.specification.patterns, strict=True)
    parts = {
        sample.label: pd.Series(
            sample.vector, index=list(map(_named, pattern.statistics)), name="statistic"
        )
        for sample, pattern in pairs
    }
    if len(parts) == 1:
        return next(iter(parts.values()))
    return pd.concat(parts, names=["group", "statistic"])


def _named(statistic: str) -> str:
    """A statistic's name as coefficients have it: those between clusters end in ``.l2``."""
    plain = statistic.replace(BETWEEN, "")
    return statistic if plain == statistic else f"{plain}.l2"


def _ordinal_samples(estimation: Estimation) -> list[OrdinalStatistics]:
    samples = [one for one in estimation.samples.groups if isinstance(one, OrdinalStatistics)]
    if not samples:
        raise NotAvailableError("thresholds are of ordinal items: name them in ordered=.")
    return samples


def ordinal_report(estimation: Estimation) -> OrdinalReport:
    """The report; see `Fit.ordinal`.

    Raises
    ------
    NotAvailableError
        Without ordinal items or rows, with two levels, or where items are modelled given
        predictors.
    """
    samples = _ordinal_samples(estimation)
    if estimation.specification.has_levels:
        raise NotAvailableError(
            "tables of pairs of answers take rows as independent, which those of a cluster are "
            "not: with two levels see fit.residuals() and fit.modification_indices()."
        )
    patterns = estimation.specification.patterns
    if any(pattern.n_given for pattern in patterns):
        raise NotAvailableError(
            "shares of answers depend on the predictors: fit with conditional_x=False for tables."
        )
    if not estimation.samples.has_rows:
        raise NotAvailableError("tables of answers need rows of data, not sample moments.")
    shares, pairs = [], []
    for sample, implied, pattern in zip(samples, estimation.implied, patterns, strict=True):
        names = pattern.modelled
        shares += _shares(sample, implied, names)
        pairs += _pairs(sample, implied, names)
    columns = ["group", "item_1", "item_2", "n", "polychoric", "implied", "residual"]
    columns += ["chi_square", "df", "p_value", "empty_cells", "trouble"]
    return OrdinalReport(pd.DataFrame(shares), pd.DataFrame(pairs, columns=columns))


def _shares(
    sample: OrdinalStatistics, implied: Implied, names: tuple[str, ...]
) -> list[dict[str, object]]:
    layout, rows = sample.statistics.layout, []
    for place in layout.ordinal:
        count = layout.categories[place]
        given = sample.rows.values[:, place]
        counts = np.bincount(given[~np.isnan(given)].astype(int), minlength=count)
        expected = np.diff(ndtr([-np.inf, *_cuts(sample, implied, place), np.inf]))
        for category in range(count):
            rows.append(
                {
                    "group": sample.label,
                    "item": names[place],
                    "category": category + 1,
                    "count": int(counts[category]),
                    "share": counts[category] / counts.sum(),
                    "implied": expected[category],
                }
            )
    return rows


def _cuts(sample: OrdinalStatistics, implied: Implied, place: int) -> Array:
    return np.asarray(implied.vector(True)[sample.statistics.layout.thresholds_of(place)])


def _pairs(
    sample: OrdinalStatistics, implied: Implied, names: tuple[str, ...]
) -> list[tuple[object, ...]]:
    """Each pair of ordinal items: its table against the model's probabilities."""
    layout = sample.statistics.layout
    rows: list[tuple[object, ...]] = []
    observed, expected = sample.statistics.covariance, implied.covariance
    for i, first in enumerate(layout.ordinal):
        for second in layout.ordinal[i + 1 :]:
            table = pair_table(sample.rows.values, first, second, layout.categories)
            low, high = (_cuts(sample, implied, one)[None] for one in (first, second))
            share = cells(low, high, expected[first, second][None]).probability[0]
            n = table.sum()
            statistic = float(((table - n * share) ** 2 / (n * share)).sum())
            df = table.size - 1
            correlations = float(observed[first, second]), float(expected[first, second])
            residual, empty = correlations[0] - correlations[1], int((table == 0).sum())
            rows.append(
                (
                    *(sample.label, names[first], names[second], int(n), *correlations, residual),
                    *(statistic, df, chi_square_tail(statistic, df), empty),
                    _trouble(residual, correlations[0], empty),
                )
            )
    return rows


def pair_table(rows: Array, first: int, second: int, categories: tuple[int, ...]) -> Array:
    """Counts of the answers to two items, shape (categories of the first, of the second)."""
    both = ~np.isnan(rows[:, first]) & ~np.isnan(rows[:, second])
    shape = categories[first], categories[second]
    place = np.ravel_multi_index(rows[both][:, [first, second]].astype(int).T, shape)
    return np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _trouble(residual: float, correlation: float, empty: int) -> str:
    """What a reader should look at twice."""
    found = []
    if abs(residual) > _LARGE:
        found.append(f"residual {residual:+.2f}")
    if abs(correlation) > 0.95:
        found.append("nearly the same item")
    if empty and (abs(residual) > _LARGE or abs(correlation) > 0.95):
        found.append(f"{empty} empty cells")
    return "; ".join(found)
