"""The same model through another engine, side by side.

Import from here: `Engine` and `EngineResult`, to write a new one, and `cross_check`.
"""

from .cross_check import CrossCheck, cross_check
from .engine import Engine, EngineResult

__all__ = ["CrossCheck", "Engine", "EngineResult", "cross_check"]
