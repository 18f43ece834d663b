"""Factor scores of models with latent products: the posterior's means, covariances and draws."""

from __future__ import annotations

import numpy as np

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.latent_products import (
    ImpliedWithProducts,
    draw_factors,
    factor_posterior,
    grid_at,
)
from ..numerics import Array
from .linear_scores import Scores


def product_scores(estimation: Estimation, group: int, rows: Array) -> Scores:
    """E(factors | answers), where products make that no line in the answers."""
    grid = grid_at(estimation.objective, estimation.parameters)
    found = factor_posterior(_implied(estimation, group), grid, rows)
    return Scores(found.means, found.spread)


def product_draws(
    estimation: Estimation, group: int, rows: Array, n_draws: int, generator: np.random.Generator
) -> Array:
    """Plausible values, shape (n_draws, n, f)."""
    grid = grid_at(estimation.objective, estimation.parameters)
    return draw_factors(_implied(estimation, group), grid, rows, n_draws, generator)


def has_latent_products(estimation: Estimation) -> bool:
    """Whether the fit has products by 'lms' or 'qml'."""
    return bool(estimation.specification.roles.products)


def check_scores(method: str) -> None:
    """Refuse scores that products leave undefined.

    Raises
    ------
    NotAvailableError
    """
    if method == "Bartlett":
        raise NotAvailableError(
            "Bartlett's scores are linear in the answers, which products are not: take "
            "'regression', the mean of the factors given the answers."
        )


def scored_names(estimation: Estimation, group: int) -> list[str]:
    """The latent variables that have scores: all but products that nothing measures."""
    pattern = estimation.specification.patterns[group]
    products = estimation.specification.roles.products
    return [name for name in pattern.latent if name not in products]


def _implied(estimation: Estimation, group: int) -> ImpliedWithProducts:
    implied = estimation.implied[group]
    assert isinstance(implied, ImpliedWithProducts)
    return implied
