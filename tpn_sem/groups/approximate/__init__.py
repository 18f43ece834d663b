"""Approximate invariance: loadings and intercepts of groups that differ a little."""

from .ask import ApproximateInvariance, approximate_invariance

__all__ = ["ApproximateInvariance", "approximate_invariance"]
