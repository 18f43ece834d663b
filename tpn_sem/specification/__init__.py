"""All that a model is before it meets data: options, parameter table, constraints, matrices.

Import from here: `read_options`, `specify`, and the parts of a `Specification`.
"""

from .auxiliary_variables import correlates, with_auxiliary
from .composite_rows import refuse_composites
from .constraints import (
    Reduction,
    Restrictions,
    Vocabulary,
    build_restrictions,
    shared_labels,
    sparse_null_space,
)
from .correlation_rows import refuse_correlation
from .edited_table import edited_table_text
from .equality_steps import FURTHER_STEPS, ORDINAL_STEPS, STEPS, read_steps
from .estimators import ESTIMATORS
from .level_options import LEVEL_TESTS
from .mimic import mimic_note
from .model_text import table_text
from .nested_baseline import check_baseline_of_model, nested_baseline
from .options import (
    OPTION_NAMES,
    DataOptions,
    EstimationOptions,
    FitOptions,
    ModelOptions,
    Options,
    shows_options,
)
from .parameter import Key, Parameter, key, squeezed
from .parameter_frame import parameter_frame, with_lines
from .parameter_sets import PARAMETER_SETS, parameter_set
from .parameter_table import Categories, ParameterTable, keys_of
from .path_graph import model_graph
from .product_indicators import (
    ItemProduct,
    item_product_name,
    parts_of,
    with_product_indicators,
)
from .product_options import (
    INDICATOR_METHODS,
    LIKELIHOOD_METHODS,
    read_products,
    with_products,
)
from .product_terms import (
    Members,
    check_members,
    has_products,
    product_members,
    with_observed_products,
    with_one_spelling,
    without_products,
)
from .ram_matrices import (
    COVARIANCE,
    INTERCEPT,
    PATH,
    SCALE,
    THRESHOLD,
    Cells,
    Composite,
    Pattern,
    Responses,
    Standardised,
    cell_of,
    fill,
    total_effects,
)
from .read_options import DEFAULTS, FEW_CLUSTERS, ORDINAL_TESTS, read_options
from .read_rotations import check_rotation
from .read_starts import OfAnotherFit
from .response_options import FULL_INFORMATION
from .roles import Roles, find_roles
from .rotated_blocks import RotatedBlock
from .search_options import MOST_ATTEMPTS
from .specification import Specification, name_of, specify, unrotated
from .statistic_options import SCALED_TESTS
from .turned_parameters import check_turns, turned

__all__ = [
    "INDICATOR_METHODS",
    "ItemProduct",
    "item_product_name",
    "parts_of",
    "with_product_indicators",
    "with_products",
    "LIKELIHOOD_METHODS",
    "MOST_ATTEMPTS",
    "Members",
    "check_members",
    "has_products",
    "product_members",
    "read_products",
    "with_observed_products",
    "with_one_spelling",
    "without_products",
    "OPTION_NAMES",
    "shows_options",
    "ModelOptions",
    "FitOptions",
    "EstimationOptions",
    "DataOptions",
    "PARAMETER_SETS",
    "COVARIANCE",
    "Categories",
    "Cells",
    "Composite",
    "OfAnotherFit",
    "edited_table_text",
    "parameter_frame",
    "with_lines",
    "mimic_note",
    "DEFAULTS",
    "ESTIMATORS",
    "FULL_INFORMATION",
    "FEW_CLUSTERS",
    "LEVEL_TESTS",
    "ORDINAL_TESTS",
    "FURTHER_STEPS",
    "INTERCEPT",
    "Key",
    "ORDINAL_STEPS",
    "Options",
    "PATH",
    "Parameter",
    "ParameterTable",
    "Pattern",
    "Responses",
    "Reduction",
    "Restrictions",
    "Roles",
    "RotatedBlock",
    "SCALE",
    "SCALED_TESTS",
    "STEPS",
    "Specification",
    "Standardised",
    "THRESHOLD",
    "Vocabulary",
    "build_restrictions",
    "cell_of",
    "check_baseline_of_model",
    "check_rotation",
    "check_turns",
    "correlates",
    "fill",
    "find_roles",
    "key",
    "keys_of",
    "model_graph",
    "name_of",
    "nested_baseline",
    "parameter_set",
    "read_options",
    "refuse_composites",
    "refuse_correlation",
    "read_steps",
    "shared_labels",
    "sparse_null_space",
    "specify",
    "squeezed",
    "table_text",
    "total_effects",
    "turned",
    "unrotated",
    "with_auxiliary",
]
