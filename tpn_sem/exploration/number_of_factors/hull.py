"""The hull: the number of factors beyond which fit gains little for its degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arguments import checked
from ...drawing import format_below_one
from ...errors import NotAvailableError, choose
from ...extraction import most_factors
from ...numerics import Array, Indices
from .eigenvalue_rules import parallel_mean
from .factor_evidence import FactorEvidence, RuleAnswer
from .item_likelihoods import LikelihoodFactors, fit_numbers
from .reduced_correlations import bent
from .sampling_adequacy import kaiser_meyer_olkin


@checked
@dataclass(frozen=True)
class Hull:
    """Lorenzo-Seva, Timmerman & Kiers (2011).

    Up to one factor more than parallel analysis (mean) finds. Of the fits on the upper hull of
    (free parameters, fit), the one after which the curve bends most; not the first, nor the last,
    unless further factors were fitted and none of them is any better.

    Parameters
    ----------
    measure : {"cfi", "caf"}
        The comparative fit index, not cut at one (so that it keeps rising), or one less the
        sampling adequacy of the residuals.
    """

    measure: str = "cfi"

    def __post_init__(self) -> None:
        """Check the measure."""
        choose("measure", self.measure, ("cfi", "caf"))

    def __call__(self, evidence: FactorEvidence) -> RuleAnswer:
        """The bend of the hull."""
        highest = int(parallel_mean(evidence).n_factors or 0) + 1
        highest = min(max(highest, 2), most_factors(len(evidence.names)))
        fits = evidence.fits[: highest + 1]
        if len(fits) <= highest:
            fits = fit_numbers(evidence.correlations, range(highest + 1))
        df = np.array([fit.df for fit in fits])
        values = _cfi(fits, evidence.n_rows) if self.measure == "cfi" else _caf(fits, evidence)
        places = hull_places(df, values)
        bends = bends_after(df, values, places)
        if not len(bends):
            raise NotAvailableError(
                f"fewer than three of 0 to {highest} factors are on the hull: it has no bend"
            )
        best = int(places[1 + int(np.argmax(bends))])
        trace = dict(zip(places[1:].tolist(), bends.tolist(), strict=False))
        near = [k for k in places if abs(k - best) < 2]
        around = ", ".join(f"{format_below_one(values[k])} with {k}" for k in near)
        return RuleAnswer(best, f"{self.measure.upper()} {around}", trace)


def _cfi(fits: tuple[LikelihoodFactors, ...], n_rows: float) -> Array:
    """Relative non-centrality of each fit against none, shape (m + 1,). McDonald & Marsh (1990)."""
    excess = np.array([fit.chi_square(n_rows) - fit.df for fit in fits])
    return np.asarray(1.0 - excess / excess[0]) if excess[0] > 0.0 else np.zeros(len(fits))


def _caf(fits: tuple[LikelihoodFactors, ...], evidence: FactorEvidence) -> Array:
    """Common part accounted for, shape (m + 1,)."""
    left = [bent(fit.residuals(evidence.correlations)) for fit in fits]
    return np.array([1.0 - kaiser_meyer_olkin(one)[0] for one in left])


def hull_places(df: Array, values: Array) -> Indices:
    """Places of the fits on the upper hull, of those that fit better than all smaller ones."""
    kept: list[int] = []
    for place, value in enumerate(values.tolist()):
        if kept and value <= max(values[kept]):
            continue
        while len(kept) > 1 and _is_below(df, values, kept[-2], kept[-1], place):
            kept.pop()
        kept.append(place)
    return np.array(kept)


def _is_below(df: Array, values: Array, first: int, middle: int, last: int) -> bool:
    """Whether the middle one is on or below the line between its neighbours."""
    share = (df[first] - df[middle]) / (df[first] - df[last])
    return bool(values[middle] <= values[first] + share * (values[last] - values[first]))


def bends_after(df: Array, values: Array, places: Indices) -> Array:
    """Gain for each degree of freedom over that of the next, of the fits on the hull but the first.

    The last one has a bend, an infinite one, where what follows gains nothing.
    """
    gains = np.diff(values[places]) / -np.diff(df[places])
    bends = gains[:-1] / gains[1:]
    if len(gains) and places[-1] < len(values) - 1:
        bends = np.append(bends, np.inf)
    return np.asarray(bends)
