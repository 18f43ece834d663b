"""The same model through another engine, side by side."""

from .base import Engine, EngineResult
from .cross_check import CrossCheck, cross_check

__all__ = ["CrossCheck", "Engine", "EngineResult", "cross_check"]
