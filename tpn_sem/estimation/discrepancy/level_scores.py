"""Scores of clusters at two levels, shared out among their rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...data import LevelMoments, cluster_numbers
from ...numerics import Array
from ..implied import Directions, Implied


def level_scores(
    sample: LevelMoments, implied: Implied, directions: Directions
) -> Callable[[slice], Array]:
    """Each row's score along directions: that of its deviation, and its share of its cluster's.

    The sums over the rows of a cluster are the cluster's scores; rows alone have none.
    """
    here, layout = implied.locate(sample.clusters), sample.layout
    known, values = here.clusters, sample.rows.values
    members = cluster_numbers(sample.rows)
    counts = np.bincount(members)
    means = np.zeros((len(counts), values.shape[1]))
    np.add.at(means, members, values)
    means /= counts[:, None]
    deviations = (values - means[members])[:, layout.within] @ here.within @ layout.deviations
    size = np.searchsorted(known.sizes, counts)
    columns = np.concatenate([layout.within, layout.only])
    distance = means[:, columns] - layout.to_means @ implied.mean
    pull = (here.inverse[size] @ distance[..., None])[..., 0]
    u, v = directions.u, directions.v
    expected = (u * (here.weights @ v)).sum(-2)
    turned = (pull[:, None, :] @ known.maps[size])[:, 0]
    of_clusters = (turned @ u) * (turned @ v) - expected[size]
    of_clusters += pull @ layout.to_means @ directions.mean
    of_clusters -= (counts - 1.0)[:, None] * expected[-1]
    of_clusters /= counts[:, None]

    def scores(part: slice) -> Array:
        own = deviations[part]
        return np.asarray((own @ u) * (own @ v) + of_clusters[members[part]])

    return scores
