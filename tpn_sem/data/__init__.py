"""From data frames or sample moments to observed data, group by group.

Import from here: `read_samples`, `Samples`, `SampleMoments`, columns of a frame. Data beyond
memory: `large`.
"""

from .clusters_and_weights import skipped_answers
from .frames import Data, as_frame, column_place, group_labels, has_means, numeric_columns
from .intraclass import intraclass_correlation
from .ordinal_items import OrdinalItems, read_ordinal
from .sample import Sample, Samples
from .sample_moments import SampleMoments
from .samples_from_rows import Rows, categorical_sample, continuous_sample, read_samples

__all__ = [
    "Data",
    "OrdinalItems",
    "Rows",
    "Sample",
    "SampleMoments",
    "Samples",
    "as_frame",
    "categorical_sample",
    "column_place",
    "continuous_sample",
    "group_labels",
    "has_means",
    "intraclass_correlation",
    "numeric_columns",
    "read_ordinal",
    "read_samples",
    "skipped_answers",
]
