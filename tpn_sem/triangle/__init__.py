"""The triangle of a study of teachers: need for professional connectedness, knowledge sharing
self-efficacy, and knowledge sharing and receiving.

A. Sharimova, *Understanding informal learning in virtual professional communities of teachers in
Kazakhstan* (PhD thesis, University of Cambridge, 2020). The framework is the study's; the data
that ship with the package are synthetic, and no number here is a result of the study.
"""

from .constructs import CONSTRUCTS, Construct
from .instrument import Instrument
from .measurement import MEASUREMENT_MODELS, MeasurementModel
from .structural import STRUCTURAL_MODELS, StructuralModel
from .study import Study, study
from .variants import VARIANTS, Variant

__all__ = [
    "CONSTRUCTS",
    "MEASUREMENT_MODELS",
    "STRUCTURAL_MODELS",
    "VARIANTS",
    "Construct",
    "Instrument",
    "MeasurementModel",
    "StructuralModel",
    "Study",
    "Variant",
    "study",
]
