"""Sections of the study's report: a file each, with a function from a study to a section.

Import from here: `SECTIONS`, `SectionFunction`.
"""

from __future__ import annotations

from collections.abc import Callable

from ....drawing.documents import Section
from ...study import Study
from .checks_section import checks
from .claims_section import claims
from .context_section import context
from .decisions_section import decisions
from .exploration_section import exploration
from .groups_section import groups
from .instrument_section import instrument
from .item_response_section import item_response
from .joint_section import joint
from .limits_section import limits
from .local_fit_section import local_fit
from .measurement_section import measurement
from .methods_section import methods
from .models_section import models
from .moderation_section import moderation
from .question_section import question
from .reliability_section import reliability
from .robustness_section import robustness
from .sample_section import sample
from .standards_section import standards
from .structure_section import structure
from .variants_section import variants

SectionFunction = Callable[[Study], Section | None]
"""What makes a section of a study; None where the study has nothing for it."""

SECTIONS: dict[str, SectionFunction] = {
    "question": question,
    "sample": sample,
    "checks": checks,
    "instrument": instrument,
    "decisions": decisions,
    "methods": methods,
    "exploration": exploration,
    "measurement": measurement,
    "reliability": reliability,
    "local_fit": local_fit,
    "item_response": item_response,
    "groups": groups,
    "structure": structure,
    "variants": variants,
    "context": context,
    "moderation": moderation,
    "robustness": robustness,
    "claims": claims,
    "joint_display": joint,
    "limits": limits,
    "models": models,
    "standards": standards,
}
"""The shipped sections by key, in the order of a paper."""

__all__ = ["SECTIONS", "SectionFunction"]
