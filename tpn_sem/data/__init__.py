"""From data frames or sample moments to observed data, group by group.

Import from here: `read_samples`, `Samples`, `SampleMoments`, columns of a frame. Data beyond
memory: `large`.
"""

from .alike_labels import alike_labels, plain_form
from .cluster_rows import cluster_numbers
from .clusters_and_weights import skipped_answers, without_skipped
from .complete_moments import CompleteMoments
from .covariance_text import covariance_from_text
from .frames import (
    Data,
    are_means_given,
    as_frame,
    category_notes,
    column_place,
    group_labels,
    has_means,
    numeric_columns,
)
from .incomplete_moments import IncompleteMoments
from .intraclass import intraclass_correlation
from .known_spread import moment_names
from .level_moments import LevelMoments, level_layout
from .level_ordinal import LevelOrdinalStatistics
from .new_rows import new_rows
from .ordinal_items import OrdinalItems, check_few_valued, read_ordinal
from .ordinal_statistics import OrdinalStatistics
from .product_columns import (
    centred_product,
    with_observed_product_columns,
    with_product_columns,
)
from .repeated_rows import repeated_rows
from .rows import Rows, joined
from .sample import Sample, Samples
from .sample_moments import SampleMoments
from .samples_from_rows import read_samples, sample_of_rows
from .stray_codes import StrayCode, Tally, stray_code_note, stray_codes, tallies
from .survey_design import SurveyDesign

__all__ = [
    "level_layout",
    "SurveyDesign",
    "category_notes",
    "covariance_from_text",
    "cluster_numbers",
    "LevelMoments",
    "LevelOrdinalStatistics",
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
    "StrayCode",
    "Tally",
    "alike_labels",
    "centred_product",
    "with_observed_product_columns",
    "with_product_columns",
    "are_means_given",
    "as_frame",
    "sample_of_rows",
    "check_few_valued",
    "column_place",
    "group_labels",
    "has_means",
    "intraclass_correlation",
    "new_rows",
    "moment_names",
    "numeric_columns",
    "read_ordinal",
    "plain_form",
    "read_samples",
    "repeated_rows",
    "skipped_answers",
    "stray_code_note",
    "stray_codes",
    "tallies",
    "without_skipped",
]
