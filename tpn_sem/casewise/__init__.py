"""What single rows, or clusters of them, say at a fit: log-likelihoods, scores, influence.

Import from here: `row_units`, `unit_pulls`, `unit_log_likelihoods` and their neighbours.
"""

from .row_labels import repeated_note, row_labels
from .row_likelihoods import (
    model_log_likelihoods,
    row_log_likelihoods,
    squared_distances_of_rows,
    unit_log_likelihoods,
    unit_saturated_scores,
)
from .row_units import RowUnits, row_units
from .unit_pulls import (
    bread,
    influence_of_rows,
    of_statistics,
    reduced_information,
    unit_pulls,
    units_in_estimates,
)

__all__ = [
    "RowUnits",
    "bread",
    "influence_of_rows",
    "of_statistics",
    "reduced_information",
    "repeated_note",
    "row_labels",
    "model_log_likelihoods",
    "row_log_likelihoods",
    "row_units",
    "squared_distances_of_rows",
    "unit_log_likelihoods",
    "unit_pulls",
    "unit_saturated_scores",
    "units_in_estimates",
]
