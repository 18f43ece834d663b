"""Likelihoods of rows with latent products: conditioned on factors (LMS), or quasi-likelihood.

Import from here: `ProductLikelihood`, `solve_products`, `ImpliedWithProducts`.
"""

from .implied_products import ImpliedWithProducts, NoDirections, layout_of, product_mean
from .product_likelihood import ProductLikelihood
from .product_solution import solve_products, too_few_nodes

__all__ = [
    "ImpliedWithProducts",
    "NoDirections",
    "ProductLikelihood",
    "layout_of",
    "product_mean",
    "solve_products",
    "too_few_nodes",
]
