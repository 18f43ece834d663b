"""What a row of ordinal answers says of the factors: means and covariances of the posterior."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data import Sample
from ...errors import NotAvailableError
from ...numerics import Array, Indices
from ...specification import Pattern
from ..implied import Implied
from ..latent_products import FactorPosterior
from .answer_cells import answer_rows
from .response_density import ResponseDensity
from .response_layout import response_layout
from .response_likelihood import ResponseLikelihood


def response_posterior(
    discrepancy: ResponseLikelihood, sample: Sample, implied: Implied, rows: Array
) -> FactorPosterior:
    """Means and covariances of the factors given the answers of rows, shape (n, v).

    Products that nothing measures are left out. Bock & Mislevy (1982).

    Raises
    ------
    NotAvailableError
        Where a predictor is multiplied.
    """
    density = discrepancy.densities(sample, implied)
    layout = density.model.layout
    if np.isin(layout.products.factors, layout.given).any():
        raise NotAvailableError(
            "factor scores of ordinal items are not available where a predictor is multiplied."
        )
    values, given = rows[:, layout.items], rows[:, layout.given]
    own = answer_rows(values, given, layout.direct, None)
    shifted = replace(own, given=own.given + own.centre - density.rows.centre)
    there = replace(density, rows=replace(shifted, centre=density.rows.centre))
    found = _of_unlike(there, latent_places(layout.pattern))
    return FactorPosterior(found.means[own.kind], found.spread[own.kind])


def latent_places(pattern: Pattern) -> Indices:
    """Places of the latent variables that are no products."""
    latent = np.arange(pattern.n_observed, pattern.n_variables)
    return latent[~np.isin(latent, response_layout(pattern).products.products)]


def _of_unlike(density: ResponseDensity, latent: Indices) -> FactorPosterior:
    """The posterior of each unlike row."""
    model, rows = density.model, density.rows
    moments, layout = model.implied.given, model.layout
    pull = moments.all_covariance[np.ix_(latent, layout.factors)] @ model.inverse_root.T
    rest = moments.all_covariance[np.ix_(latent, latent)] - pull @ pull.T
    effects = moments.effects[np.ix_(latent, layout.given)]
    at_nodes = model.nodes.places @ pull.T + moments.all_mean[latent] + effects @ model.centre
    if len(layout.products.products):
        products = model.products(model.carried(rows.given[:1]))[0]
        pushed = moments.effects[np.ix_(latent, layout.products.outcomes)]
        at_nodes = at_nodes + (pushed @ model.coefficients @ products).T
    squares = (at_nodes[:, :, None] * at_nodes[:, None, :]).reshape(len(at_nodes), -1)
    first, second = density.expected(at_nodes), density.expected(squares)
    second = second.reshape(len(first), len(latent), len(latent))
    spread = rest + second - first[:, :, None] * first[:, None, :]
    bent = effects - pull @ model.shift
    return FactorPosterior(first + rows.given @ bent.T, spread)
