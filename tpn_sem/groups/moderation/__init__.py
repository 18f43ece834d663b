"""Moderated nonlinear factor analysis: parameters that depend on age, experience, location."""

from .ask import ModeratedFit, moderated

__all__ = ["ModeratedFit", "moderated"]
