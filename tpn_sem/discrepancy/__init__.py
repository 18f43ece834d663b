"""Discrepancy functions: how far implied moments are from a sample's.

A new one is one file: a subclass of `Discrepancy`, passed as ``estimator=``.
"""

from ..errors import OptionError, choose
from .base import Discrepancy, Slope
from .maximum_likelihood import MaximumLikelihood

SHIPPED: dict[str, Discrepancy] = {"ML": MaximumLikelihood()}


def find_discrepancy(estimator: object) -> Discrepancy:
    """The discrepancy function of that name, or the object itself if it is one."""
    if isinstance(estimator, Discrepancy):
        return estimator
    if isinstance(estimator, type) and issubclass(estimator, Discrepancy):
        raise OptionError(f"estimator= takes an object: write {estimator.__name__}().")
    return SHIPPED[choose("estimator", estimator, SHIPPED)]


__all__ = ["SHIPPED", "Discrepancy", "MaximumLikelihood", "Slope", "find_discrepancy"]
