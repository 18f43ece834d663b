"""Moderated nonlinear factor analysis: parameters that depend on age, experience, location.

Import from here: `moderated`, `ModeratedFit`.
"""

from .casewise_likelihood import Likelihood
from .estimation import ModeratedEstimation
from .moderated import ModeratedFit, moderated

__all__ = ["Likelihood", "ModeratedEstimation", "ModeratedFit", "moderated"]
