"""Interviews beside estimates: themes counted, coders compared, the joint display.

Import from here: `read_interviews`, `interview_folder`, `joint_display`, and what they give.
"""

from .display_verdicts import VERDICTS, read_verdicts
from .interview_folder import interview_folder
from .interviews import Interviews, read_interviews
from .joint_display import JointDisplay, joint_display
from .nominal_agreement import cohen_kappa, nominal_alpha

__all__ = [
    "VERDICTS",
    "Interviews",
    "JointDisplay",
    "cohen_kappa",
    "interview_folder",
    "joint_display",
    "nominal_alpha",
    "read_interviews",
    "read_verdicts",
]
