"""Data to learn and test with: two published data sets, and a synthetic survey of teachers."""

from .population import TeacherPopulation
from .published import holzinger_swineford_1939, political_democracy
from .survey import teachers, teachers_csv_path

__all__ = [
    "TeacherPopulation",
    "holzinger_swineford_1939",
    "political_democracy",
    "teachers",
    "teachers_csv_path",
]
