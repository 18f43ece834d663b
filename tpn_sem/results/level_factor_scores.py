"""Factor scores within and between clusters."""

from __future__ import annotations

import numpy as np

from ..data import LevelMoments
from ..estimation import Estimation
from ..language import plain_name, random_slopes
from ..moments import SlopeClusters, SlopeLikelihood
from ..numerics import Array
from ..specification import Pattern


def level_factor_scores(estimation: Estimation, group: int) -> Array:
    """Expected factors and slopes of each row given all rows of its cluster, (n, factors + r).

    Those between clusters are the same in all rows of a cluster (Skrondal & Rabe-Hesketh, 2004,
    ch. 7).
    """
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    assert isinstance(sample, LevelMoments)
    here, layout, n = implied.locate(sample.by_row), sample.layout, implied.n_observed
    pull = (here.pulls @ layout.of_clusters)[sample.by_row.member]
    pull[:, layout.within] += here.row_pulls
    slopes = np.zeros((len(pull), 0))
    known = sample.by_row
    if isinstance(here, SlopeLikelihood) and isinstance(known, SlopeClusters):
        slopes = here.row_slopes
        variances = np.diag(implied.covariance)[layout.carriers]
        pull[:, layout.carriers] += slopes * known.covariates / variances
        pull[:, layout.carriers] -= here.row_pulls @ here.effects
    factors = pull @ implied.all_covariance[:n, n:] + implied.all_mean[n:]
    return np.asarray(np.hstack([factors, slopes]))


def score_names(pattern: Pattern) -> list[str]:
    """Names of the columns, random slopes last: plain where a factor is at one level only."""
    factors = [*pattern.latent, *random_slopes(pattern.observed)]
    plain = [plain_name(name) for name in factors]
    return [
        short if plain.count(short) == 1 else name
        for name, short in zip(factors, plain, strict=True)
    ]
