"""How much of an outcome's variance a product explains beyond the other causes."""

from __future__ import annotations

import numpy as np

from ..estimation import Estimation
from ..estimation.latent_products import product_mean
from ..numerics import Array
from ..specification import Members
from .outcome_equation import OutcomeEquation


def r_squared_change(estimation: Estimation, equation: OutcomeEquation, product: Members) -> float:
    """Share of an outcome's variance that a product adds to the other causes.

    The squared semipartial correlation of the product, with moments of products of normal
    variables around their means, so that the product's origin does not matter.
    """
    pattern = estimation.specification.patterns[equation.group]
    covariance = estimation.implied[equation.group].all_covariance
    names = list(dict.fromkeys(name for term in equation.terms for name in term.members))
    places = [pattern.names.index(name) for name in names]
    among = covariance[np.ix_(places, places)]
    members = [tuple(names.index(name) for name in term.members) for term in equation.terms]
    own = next(
        number
        for number, term in enumerate(equation.terms)
        if sorted(term.members) == sorted(product)
    )
    singles = [(place,) for place in range(len(names))]  # whatever their origin, lines are causes
    others = [one for number, one in enumerate(members) if number != own and len(one) > 1]
    moments = product_covariances(among, [*singles, *others, members[own]])
    across, rest = moments[-1, :-1], moments[:-1, :-1]
    left = moments[-1, -1] - across @ np.linalg.lstsq(rest, across, rcond=None)[0]
    return float(equation.terms[own].value ** 2 * left / equation.outcome_deviation**2)


def product_covariances(covariance: Array, members: list[tuple[int, ...]]) -> Array:
    """Covariances of products of normal variables with means of zero, shape (k, k)."""
    mean = np.zeros(len(covariance))
    levels = [float(product_mean(mean, covariance, one)) for one in members]
    found = np.zeros((len(members), len(members)))
    for i, one in enumerate(members):
        for j, other in enumerate(members):
            both = float(product_mean(mean, covariance, one + other))
            found[i, j] = both - levels[i] * levels[j]
    return found
