"""Estimators that go step by step: measurement then structure, equation by equation.

Import from here: `structural_after_measurement`, `two_stage_least_squares` and what they return.
"""

from .equation_by_equation import two_stage_least_squares
from .instruments_fit import TwoStageLeastSquares
from .measured_structure import structural_after_measurement
from .sam_fit import StructuralAfterMeasurement

__all__ = [
    "StructuralAfterMeasurement",
    "TwoStageLeastSquares",
    "structural_after_measurement",
    "two_stage_least_squares",
]
