"""Several models of the same data: which are equivalent, nested, excluded; and what would tell.

Import from here: `ModelChoice`, and the parts that it is made of.
"""

from .boundary_tests import EDGE, IRREGULAR, NestedTest, nested_test
from .compared_models import ComparedModels, compared_models
from .confidence_set import EXCLUDED, SUPPORTED, UNTOLD, WIDER, ConfidenceSet
from .model_choice import ModelChoice
from .model_relations import NUMERICAL, ModelRelations, model_relations
from .unit_evidence import has_unit_evidence
from .vuong_tests import VuongTest, vuong_test

__all__ = [
    "ComparedModels",
    "compared_models",
    "ConfidenceSet",
    "EDGE",
    "EXCLUDED",
    "IRREGULAR",
    "ModelChoice",
    "ModelRelations",
    "NUMERICAL",
    "NestedTest",
    "SUPPORTED",
    "UNTOLD",
    "VuongTest",
    "WIDER",
    "has_unit_evidence",
    "model_relations",
    "nested_test",
    "vuong_test",
]
