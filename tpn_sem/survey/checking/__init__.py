"""Check a survey before any model: findings, and repairs that a user accepts.

Import from here: `check`, `SurveyCheck`, `Finding`.
"""

from .check import check
from .finding import Finding
from .survey_check import SurveyCheck

__all__ = ["Finding", "SurveyCheck", "check"]
