"""Likelihoods of rows with latent products: conditioned on factors (LMS), or quasi-likelihood.

Import from here: `ProductLikelihood`, `solve_products`, `ImpliedWithProducts`.
"""

from .factor_posterior import FactorPosterior, draw_factors, factor_posterior
from .implied_products import (
    ImpliedWithProducts,
    coefficients_of,
    imply_products,
    layout_of,
    product_mean,
)
from .linear_part import ProductLayout, downstream
from .product_likelihood import ProductLikelihood
from .product_solution import check_products, grid_at, solve_products, too_few_nodes
from .two_step_estimate import CorrectedMoments, TwoSteps, solve_two_steps

__all__ = [
    "CorrectedMoments",
    "TwoSteps",
    "solve_two_steps",
    "FactorPosterior",
    "ImpliedWithProducts",
    "ProductLayout",
    "ProductLikelihood",
    "check_products",
    "coefficients_of",
    "downstream",
    "draw_factors",
    "factor_posterior",
    "grid_at",
    "imply_products",
    "layout_of",
    "product_mean",
    "solve_products",
    "too_few_nodes",
]
