"""The triangle of a study of teachers: need for professional connectedness, knowledge sharing
self-efficacy, and knowledge sharing and receiving.

A. Sharimova, *Understanding informal learning in virtual professional communities of teachers in
Kazakhstan* (PhD thesis, University of Cambridge, 2020). The framework is the study's; the data
that ship with the package are synthetic, and no number here is a result of the study.
"""

from ..survey import Instrument
from .constructs import CONSTRUCTS, Construct
from .contest import equivalence_classes
from .measurement_models import MEASUREMENT_MODELS, MeasurementModel
from .school_level import SCHOOLS_AS_A_LEVEL
from .structural_models import STRUCTURAL_MODELS, StructuralModel, written
from .study import Study, study
from .study_options import bundled_instrument
from .variants import VARIANTS, Variant

__all__ = [
    "CONSTRUCTS",
    "Construct",
    "Instrument",
    "MEASUREMENT_MODELS",
    "MeasurementModel",
    "SCHOOLS_AS_A_LEVEL",
    "STRUCTURAL_MODELS",
    "StructuralModel",
    "Study",
    "VARIANTS",
    "Variant",
    "bundled_instrument",
    "equivalence_classes",
    "study",
    "written",
]
