"""Factor scores within and between clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data import LevelMoments
from ..estimation import Estimation
from ..language import plain_name
from ..numerics import Array


def level_factor_scores(estimation: Estimation, group: int) -> Array:
    """Expected factors of each row given all rows of its cluster, shape (n, factors).

    Those between clusters are the same in all rows of a cluster (Skrondal & Rabe-Hesketh, 2004,
    ch. 7).
    """
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    assert isinstance(sample, LevelMoments)
    here, layout, n = implied.locate(sample.by_row), sample.layout, implied.n_observed
    pull = (here.pulls @ layout.of_clusters)[sample.by_row.member]
    pull[:, layout.within] += here.row_pulls
    return np.asarray(pull @ implied.all_covariance[:n, n:] + implied.all_mean[n:])


def score_names(factors: Sequence[str]) -> list[str]:
    """Names of the columns: plain where a factor is at one level only."""
    plain = [plain_name(name) for name in factors]
    return [
        short if plain.count(short) == 1 else name
        for name, short in zip(factors, plain, strict=True)
    ]
