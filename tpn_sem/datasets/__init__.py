"""Data to learn and test with: published ones, a synthetic survey and synthetic interviews.

Import from here: the data sets, and the population that the synthetic one was drawn from.
"""

from .answers import thresholds
from .names import CONTEXT, FACTORS, ITEMS
from .population_moments import imply
from .published import holzinger_swineford_1939, political_democracy
from .schools import RURAL_SIZES, URBAN_SIZES
from .survey import teachers, teachers_csv_path, write_teachers_csv
from .synthetic_interviews import interviews, interviews_path, write_interviews_csv
from .teacher_population import VARIANTS, TeacherPopulation

__all__ = [
    "CONTEXT",
    "FACTORS",
    "ITEMS",
    "RURAL_SIZES",
    "TeacherPopulation",
    "URBAN_SIZES",
    "VARIANTS",
    "holzinger_swineford_1939",
    "imply",
    "interviews",
    "interviews_path",
    "political_democracy",
    "teachers",
    "teachers_csv_path",
    "thresholds",
    "write_interviews_csv",
    "write_teachers_csv",
]
