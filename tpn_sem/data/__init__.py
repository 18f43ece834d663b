"""From data frames or sample moments to observed data, group by group.

Import from here: `read_samples`, `Samples`, `SampleMoments`, columns of a frame. Data beyond
memory: `large`.
"""

from .clusters_and_weights import skipped_answers, without_skipped
from .complete_moments import CompleteMoments
from .frames import (
    Data,
    are_means_given,
    as_frame,
    column_place,
    group_labels,
    has_means,
    numeric_columns,
)
from .incomplete_moments import IncompleteMoments
from .intraclass import intraclass_correlation
from .new_rows import new_rows
from .ordinal_items import OrdinalItems, check_few_valued, read_ordinal
from .ordinal_statistics import OrdinalStatistics
from .rows import Rows, joined
from .sample import Sample, Samples
from .sample_moments import SampleMoments
from .samples_from_rows import continuous_sample, ordinal_sample, read_samples

__all__ = [
    "joined",
    "OrdinalStatistics",
    "IncompleteMoments",
    "CompleteMoments",
    "Data",
    "OrdinalItems",
    "Rows",
    "Sample",
    "SampleMoments",
    "Samples",
    "are_means_given",
    "as_frame",
    "ordinal_sample",
    "check_few_valued",
    "column_place",
    "continuous_sample",
    "group_labels",
    "has_means",
    "intraclass_correlation",
    "new_rows",
    "numeric_columns",
    "read_ordinal",
    "read_samples",
    "skipped_answers",
    "without_skipped",
]
