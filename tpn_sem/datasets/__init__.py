"""Data to learn and test with: two published data sets, and a synthetic survey of teachers.

Import from here: the data sets, and the population that the synthetic one was drawn from.
"""

from .answers import thresholds
from .names import CONTEXT, FACTORS, ITEMS
from .population_moments import imply
from .published import holzinger_swineford_1939, political_democracy
from .schools import RURAL_SIZES, URBAN_SIZES
from .survey import teachers, teachers_csv_path, write_teachers_csv
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
    "political_democracy",
    "teachers",
    "teachers_csv_path",
    "thresholds",
    "write_teachers_csv",
]
