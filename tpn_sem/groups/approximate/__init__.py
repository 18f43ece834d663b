"""Approximate invariance: loadings and intercepts of groups that differ a little.

Import from here: `approximate_invariance`, `ApproximateInvariance`.
"""

from .approximate_invariance import ApproximateInvariance, approximate_invariance
from .posterior_mode import PosteriorMode, posterior_mode

__all__ = [
    "ApproximateInvariance",
    "PosteriorMode",
    "approximate_invariance",
    "posterior_mode",
]
