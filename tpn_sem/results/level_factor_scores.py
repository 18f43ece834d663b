"""Factor scores within and between clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data import LevelMoments, cluster_numbers
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
    here, layout, values = implied.locate(sample.clusters), sample.layout, sample.rows.values
    members = cluster_numbers(sample.rows)
    counts = np.bincount(members)
    means = np.zeros((len(counts), values.shape[1]))
    np.add.at(means, members, values)
    means /= counts[:, None]
    columns = np.concatenate([layout.within, layout.only])
    distance = means[:, columns] - layout.to_means @ implied.mean
    size = np.searchsorted(sample.clusters.sizes, counts)
    pull = (here.inverse[size] @ distance[..., None])[..., 0] @ layout.to_means
    pull[:, layout.within] /= counts[:, None]  # a row's own part is one of many in the mean
    whole = pull[members]
    whole[:, layout.within] += (values - means[members])[:, layout.within] @ here.within
    across = implied.all_covariance[implied.n_observed :, : implied.n_observed]
    return np.asarray(whole @ across.T + implied.all_mean[implied.n_observed :])


def score_names(factors: Sequence[str]) -> list[str]:
    """Names of the columns: plain where a factor is at one level only."""
    plain = [plain_name(name) for name in factors]
    return [
        short if plain.count(short) == 1 else name
        for name, short in zip(factors, plain, strict=True)
    ]
