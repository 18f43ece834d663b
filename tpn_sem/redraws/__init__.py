"""Draws of rows or clusters, refits to them, and the workers that share them.

Import from here: `replicate`, `Units`, `Refitter`, `intervals`.
"""

from .batches import Batch, joined_batches, warn_of_failures
from .bootstrap_draws import (
    KINDS,
    bootstrap_draws,
    check_bootstrap,
    distinct_names,
    refit_draws,
    replicate_names,
    usual_kind,
)
from .bootstrap_estimation import (
    BootstrapEstimation,
    BootstrapRequest,
    bootstrapped,
    take_bootstrap,
)
from .checkpoints import Checkpoint, checkpoint_of
from .draws import Drawn, Draws, ModelDraws, RowDraws, fitting, without_each
from .intervals import INTERVALS, acceleration, intervals
from .permuted_groups import PermutedGroups, permuted_groups
from .permuted_scores import LinearModel, PermutedScores, PooledScores
from .redraw import read_pooled, stack_size
from .refit import Refitter
from .replicate_place import place_of
from .replicate_weights import ReplicatedEstimation, replicated, take_replicate_weights
from .replicates import Replicates, replicate
from .units import Units, clusters_as_units, read_strata, rows_as_units

__all__ = [
    "Batch",
    "ReplicatedEstimation",
    "replicated",
    "take_replicate_weights",
    "BootstrapEstimation",
    "BootstrapRequest",
    "KINDS",
    "bootstrap_draws",
    "bootstrapped",
    "check_bootstrap",
    "distinct_names",
    "refit_draws",
    "replicate_names",
    "take_bootstrap",
    "usual_kind",
    "Checkpoint",
    "checkpoint_of",
    "joined_batches",
    "warn_of_failures",
    "Drawn",
    "Draws",
    "INTERVALS",
    "ModelDraws",
    "LinearModel",
    "PermutedGroups",
    "PermutedScores",
    "PooledScores",
    "Refitter",
    "Replicates",
    "RowDraws",
    "Units",
    "acceleration",
    "clusters_as_units",
    "fitting",
    "intervals",
    "permuted_groups",
    "place_of",
    "read_pooled",
    "read_strata",
    "replicate",
    "rows_as_units",
    "stack_size",
    "without_each",
]
