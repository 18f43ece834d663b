"""Direct, indirect and total effects of a fit, from its paths.

Import from here: `effects_of`; which effects a model has, and their values.
"""

from .effect_paths import DIRECT, TOTAL, Effect, all_effects
from .effect_table import effects_of
from .effect_values import EffectValues

__all__ = ["DIRECT", "TOTAL", "Effect", "EffectValues", "all_effects", "effects_of"]
