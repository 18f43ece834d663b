"""Models whose answers are not independent given a few factors, refused by name."""

from __future__ import annotations

import numpy as np

from ...errors import ModelError
from ...specification import COVARIANCE, PATH, Pattern, Specification
from ..latent_products import check_products
from .response_layout import response_layout


def check_responses(specification: Specification, link: str) -> None:
    """Refuse what full information of ordinal items cannot have.

    Raises
    ------
    ModelError
    """
    if specification.restrictions.rotations:
        raise ModelError(
            "full information of ordinal items and exploratory blocks (efa()) do not go together: "
            "write the factors' loadings out, or take estimator='WLSMV'."
        )
    check_products(specification, "lms")
    for pattern in specification.patterns:
        _check_continuous(pattern)
        _check_factors(pattern)
        _check_affected(pattern, link)
        _check_independent(pattern)


def _check_continuous(pattern: Pattern) -> None:
    places = pattern.ordinal_responses.layout.continuous
    if len(places):
        listing = ", ".join(pattern.names[place] for place in places)
        raise ModelError(
            f"full information of ordinal items takes ordinal ones only, and {listing} "
            f"{'is' if len(places) == 1 else 'are'} continuous: name all in ordered=, or take "
            "estimator='WLSMV'."
        )


def _check_factors(pattern: Pattern) -> None:
    if not len(response_layout(pattern).factors):
        raise ModelError(
            "full information of ordinal items integrates over factors, and no factor explains "
            "the items here: take estimator='WLSMV'."
        )


def _check_affected(pattern: Pattern, link: str) -> None:
    """With logistic residuals an item must not explain anything."""
    items = response_layout(pattern).items
    path = (pattern.kind == PATH) & np.isin(pattern.column, items)
    multiplied = response_layout(pattern).products.factors
    causes = [*pattern.column[path], *multiplied[np.isin(multiplied, items)]]
    if causes:
        name = pattern.names[causes[0]]
        raise ModelError(
            f"the ordinal item {name!r} explains other variables by its latent response, which "
            f"full information (link={link!r}) does not have: let a factor stand behind it, or "
            "take estimator='WLSMV'."
        )


def _check_independent(pattern: Pattern) -> None:
    """Latent responses must not covary given the factors."""
    items = response_layout(pattern).items
    off = (pattern.kind == COVARIANCE) & (pattern.row != pattern.column)
    off &= np.isin(pattern.row, items) | np.isin(pattern.column, items)
    free = off & ((pattern.free >= 0) | (pattern.fixed != 0.0))
    if free.any():
        place = int(np.flatnonzero(free)[0])
        one, other = pattern.names[pattern.row[place]], pattern.names[pattern.column[place]]
        raise ModelError(
            f"the residuals of {one!r} and {other!r} covary, so that these are not independent "
            "given the factors, as full information of ordinal items needs: let a factor of both "
            "stand for the covariance, or take estimator='WLSMV'."
        )
