"""Comparison data: which number of factors makes data with eigenvalues like these?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arguments import check_range, checked
from ...drawing import p_phrase
from ...extraction import likelihood_factors
from ...numerics import Array, normal_distribution
from .factor_evidence import FactorEvidence, RuleAnswer
from .item_margins import Margins, latent_correlations, margins_of
from .kinds_of_correlation import product_moment
from .reduced_correlations import spectrum

_MOST_NUMBERS = 500_000  # in one stack of data sets


@checked
@dataclass(frozen=True)
class ComparisonData:
    """Ruscio & Roche (2012): one more factor, as long as it makes more similar data.

    Data are drawn from factors and cut so that each item has its own distribution. Correlations of
    the normal variables behind them are those whose cut variables correlate as the items do, found
    from Hermite series, where the paper iterates (Ruscio & Kaczetow, 2008). Correlations are
    product-moment in either case, as cutting attenuates both alike. The answer is one or more.

    Parameters
    ----------
    n_samples : int
        Data sets drawn for each number of factors.
    alpha : float
        Level at which a factor more must bring eigenvalues nearer (Mann & Whitney, 1947).
    """

    n_samples: int = 500
    alpha: float = 0.30

    def __post_init__(self) -> None:
        """Check the numbers."""
        check_range("n_samples", self.n_samples, 20, 100_000)
        check_range("alpha", self.alpha, 0.001, 0.5)

    def __call__(self, evidence: FactorEvidence) -> RuleAnswer:
        """The first number of factors to which another one adds nothing."""
        random = np.random.default_rng([evidence.null.seed, 1])
        observed = product_moment(evidence.values)
        margins = margins_of(evidence.values)
        latent = latent_correlations(observed, margins)
        before, tails = np.zeros(0), {}
        trace: dict[int, float] = {}
        for number in range(1, evidence.most + 1):
            loadings = likelihood_factors(latent, number)
            found = self._eigenvalues(loadings, margins, np.isnan(evidence.values), random)
            away = np.sqrt(((found - spectrum(observed)) ** 2).mean(axis=1))
            trace[number] = float(away.mean())
            if number > 1:
                tails[number] = rank_sum_tail(away, before)
                if tails[number] >= self.alpha:
                    return RuleAnswer(number - 1, _why(tails, number, self.alpha), trace)
            before = away
        return RuleAnswer(evidence.most, f"each factor up to most={evidence.most} helps", trace)

    def _eigenvalues(
        self,
        loadings: Array,
        margins: Margins,
        missing: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
        random: np.random.Generator,
    ) -> Array:
        """Of data sets with these factors, shape (samples, p)."""
        n, p = missing.shape
        own = np.sqrt(np.maximum(1.0 - (loadings * loadings).sum(axis=1), 0.0))
        step, parts = max(1, _MOST_NUMBERS // missing.size), []
        for start in range(0, self.n_samples, step):
            count = min(step, self.n_samples - start)
            factors = random.standard_normal((count, n, loadings.shape[1]), np.float32)
            drawn = random.standard_normal((count, n, p), np.float32)
            drawn *= own.astype(np.float32)
            drawn += factors @ loadings.T.astype(np.float32)
            cut = margins.cut(drawn)
            if missing.any():
                cut[:, missing] = np.nan
            parts.append(spectrum(product_moment(cut)))
        return np.concatenate(parts)


def rank_sum_tail(one: Array, other: Array) -> float:
    """P that values of `one` are so much smaller by chance, in large samples."""
    order = np.searchsorted(np.sort(other), one)
    smaller = float((len(other) - order).sum())
    size = len(one) * len(other)
    error = np.sqrt(size * (len(one) + len(other) + 1) / 12.0)
    return normal_distribution(-(smaller - size / 2.0) / float(error))


def _why(tails: dict[int, float], number: int, alpha: float) -> str:
    known = [key for key in (number - 1, number) if key in tails]
    words = [f"{p_phrase(tails[key])} for {key}" for key in known]
    return f"nearer: {', '.join(words)}; level {alpha:.2f}"
