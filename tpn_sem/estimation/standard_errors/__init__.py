"""Information and sandwich: the covariance matrix of estimates; few clusters.

Import from here: `information`, `parameter_covariance`, and matrices over all moments.
"""

from . import moment_matrices
from .cluster_numbers import cluster_note
from .few_clusters import ClusterParts, cluster_parts
from .information import information, parameter_covariance, score_covariance
from .moment_matrices import order_of

__all__ = [
    "ClusterParts",
    "cluster_note",
    "cluster_parts",
    "information",
    "moment_matrices",
    "order_of",
    "parameter_covariance",
    "score_covariance",
]
