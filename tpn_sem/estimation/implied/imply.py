"""What a model implies: moments of continuous variables, or statistics of ordinal ones."""

from __future__ import annotations

from ...numerics import Array
from ...specification import Pattern
from .composites import imply_composites
from .continuous import Implied, imply_moments
from .correlations import imply_correlations
from .ordinal import imply_responses


def imply(pattern: Pattern, values: Array) -> Implied:
    """Implied moments from the values of the cells, shape (..., n_cells)."""
    if pattern.composites:
        return imply_composites(pattern, values)
    if pattern.standardised is not None:
        return imply_correlations(pattern, values)
    build = imply_moments if pattern.responses is None else imply_responses
    return build(pattern, values)
