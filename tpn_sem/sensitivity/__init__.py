"""Do a few rows or one school carry the finding? Deletion, forward search, robust moments.

Import from here: `influence`, `forward_search`, `robust_two_stage`, `sensitivity_to_careless`,
`unmeasured_confounding`, and their results; `flagged_rows`.
"""

from .careless_sensitivity import CarelessSensitivity, flagged_rows, sensitivity_to_careless
from .forward_search import ForwardSearch, forward_search
from .robust_two_stage import RobustTwoStage, robust_two_stage
from .unit_influence import Influence, influence
from .unmeasured_confounding import unmeasured_confounding

__all__ = [
    "CarelessSensitivity",
    "ForwardSearch",
    "Influence",
    "RobustTwoStage",
    "flagged_rows",
    "forward_search",
    "influence",
    "robust_two_stage",
    "sensitivity_to_careless",
    "unmeasured_confounding",
]
