"""What can be said of an `Estimation`, one matter a file; `Fit` calls these.

Import from here: tables of estimates, residuals, scores, tests of parameters, the summary.
"""

from .cluster_report import ClusterReport, cluster_report
from .delta_method import (
    against_zero,
    delta_method,
    inference,
    quantity_slopes,
    quantity_table,
    slopes_along,
)
from .esem_within_cfa import esem_within_cfa
from .estimates import estimated_values, estimates_table, standardized_table
from .factor_scores import factor_scores, plausible_values
from .familiar_names import FamiliarNames
from .fit_views import fit_views
from .fitted_diagram import fitted_diagram
from .fitted_table import fitted_table
from .free_parameters import FreeParameters
from .group_contrasts import Contrasts, group_contrasts
from .lavaan_text import lavaan_text
from .level_shares import level_shares
from .misspecifications import misspecifications
from .model_words import model_table
from .modification_indices import effective_size, modification_indices, score_test_constraints
from .mplus_text import mplus_text
from .named_expressions import transformed
from .named_rows import NamedRows, statements_of
from .ordinal_report import OrdinalReport, ordinal_report, sample_statistics
from .provenance import Provenance, provenance
from .r_squared import r_squared
from .residuals import residual_tables
from .rotation_report import RotationReport, block_reports, no_rotation, rotation_report
from .row_likelihood_table import row_likelihood_table
from .scaled_contrasts import MEANS, ScaledContrasts, scaled_contrasts
from .shown_levels import effects_with_levels, matrix_by_level, series_by_level, with_levels
from .summary import ERRORS, described, kind_to_report, section_of, summary_text
from .test_names import TEST_NAMES, name_of_test, words_of_test
from .wald_test import HypothesisTest, wald_test

__all__ = [
    "Provenance",
    "fitted_diagram",
    "fit_views",
    "kind_to_report",
    "ERRORS",
    "TEST_NAMES",
    "name_of_test",
    "words_of_test",
    "section_of",
    "level_shares",
    "effects_with_levels",
    "matrix_by_level",
    "series_by_level",
    "with_levels",
    "FamiliarNames",
    "FreeParameters",
    "row_likelihood_table",
    "transformed",
    "MEANS",
    "estimated_values",
    "statements_of",
    "lavaan_text",
    "mplus_text",
    "NamedRows",
    "RotationReport",
    "block_reports",
    "esem_within_cfa",
    "no_rotation",
    "rotation_report",
    "ClusterReport",
    "Contrasts",
    "HypothesisTest",
    "OrdinalReport",
    "cluster_report",
    "delta_method",
    "described",
    "effective_size",
    "estimates_table",
    "factor_scores",
    "fitted_table",
    "group_contrasts",
    "inference",
    "misspecifications",
    "model_table",
    "modification_indices",
    "ordinal_report",
    "plausible_values",
    "quantity_slopes",
    "quantity_table",
    "provenance",
    "r_squared",
    "residual_tables",
    "ScaledContrasts",
    "sample_statistics",
    "scaled_contrasts",
    "slopes_along",
    "score_test_constraints",
    "standardized_table",
    "summary_text",
    "against_zero",
    "wald_test",
]
