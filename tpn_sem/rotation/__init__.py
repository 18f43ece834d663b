"""Rotation of loadings, in arrays: criteria, gradient projection from many starts, slopes.

Import from here: the criteria, `Criterion` and `TwoSteps` to write one, `read_rotation`, `rotate`.
"""

from .arrangement import ORDERS, aligned
from .criterion import Criterion
from .echelon import echelon
from .entropy_criteria import Infomax, MinimumEntropy
from .geomin import BiGeomin, BiQuartimin, Geomin
from .gradient_projection import nearest_rotation, project_gradient
from .minima import largest_changes, minima_notes
from .principal_axes import principal_axes, principal_slopes
from .quartic_criteria import Bentler, CrawfordFerguson, Oblimin, Orthomax
from .rotate import Rotated, rotate, row_weights, starts_for
from .rotation_slopes import rotation_slopes, second_slopes
from .shipped_rotations import SHIPPED, AnyRotation, read_rotation
from .stationarity import Stationary, stationary_equations
from .target_criteria import Simplimax, Target
from .turning import Turning, read_turning
from .two_step_rotations import Promax, SchmidLeiman, TwoSteps

__all__ = [
    "ORDERS",
    "SHIPPED",
    "AnyRotation",
    "Bentler",
    "BiGeomin",
    "BiQuartimin",
    "CrawfordFerguson",
    "Criterion",
    "Geomin",
    "Infomax",
    "MinimumEntropy",
    "Oblimin",
    "Orthomax",
    "Promax",
    "Rotated",
    "SchmidLeiman",
    "Simplimax",
    "Stationary",
    "Target",
    "Turning",
    "TwoSteps",
    "aligned",
    "echelon",
    "largest_changes",
    "minima_notes",
    "nearest_rotation",
    "principal_axes",
    "principal_slopes",
    "project_gradient",
    "read_rotation",
    "read_turning",
    "rotate",
    "rotation_slopes",
    "row_weights",
    "second_slopes",
    "starts_for",
    "stationary_equations",
]
