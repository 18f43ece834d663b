"""A model's equations among observed variables, what always vanishes, model-implied instruments.

Import from here: `generic_structures`, `model_equations`, `two_stage_slopes` and what they return.
"""

from .generic_structure import GenericStructure, generic_structures, vanishes
from .model_equations import ModelEquation, model_equations, scaling_indicators
from .two_stage_slopes import WEAK, TwoStageSlopes, two_stage_slopes

__all__ = [
    "WEAK",
    "GenericStructure",
    "ModelEquation",
    "TwoStageSlopes",
    "generic_structures",
    "model_equations",
    "scaling_indicators",
    "two_stage_slopes",
    "vanishes",
]
