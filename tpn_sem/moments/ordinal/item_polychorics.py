"""Polychoric correlations of items, before any model."""

from __future__ import annotations

import numpy as np

from ...errors import NotAvailableError
from ...numerics import Array
from ..different_answers import different_answers
from .two_step import categorical_moments

MOST_ANSWERS = 20
"""Different answers of an item beyond which it is no rating."""


def polychoric_correlations(values: Array, names: tuple[str, ...]) -> Array:
    """Polychoric correlations in two steps, each of the rows that have both (Olsson, 1979).

    Parameters
    ----------
    values : array, shape (n, p)
        NaN where an answer is missing.
    names : tuple of str

    Raises
    ------
    NotAvailableError
        For an item with too many different answers.
    DataError
        For items that are perfectly associated, or never answered together.
    """
    if len(names) < 2:
        return np.eye(len(names))
    codes, categories = np.empty(values.shape), []
    for place, (name, column) in enumerate(zip(names, values.T, strict=True)):
        different, places = different_answers(column)
        if len(different) > MOST_ANSWERS:
            raise NotAvailableError(
                f"{name!r} has {len(different)} different answers: polychoric correlations are of "
                f"items with at most {MOST_ANSWERS}. Leave it out of items=, or take "
                "product-moment ones."
            )
        codes[:, place] = np.where(places < 0, np.nan, places)
        categories.append(len(different))
    return categorical_moments(codes, tuple(categories), names=names).covariance
