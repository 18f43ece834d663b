"""What the test of fit would be, were the latent responses observed. Savalei (2021)."""

from __future__ import annotations

import numpy as np

from .. import moment_algebra as moments
from ..errors import NotAvailableError
from ..latent_responses import ImpliedResponses
from ..linalg import Array, half_indices, vech
from ..linalg import inverse as inverse_of
from ..minimum import Minimum
from ..moment_space import normal_theory_weight
from ..sample import Sample


def response_chi_square(found: Minimum) -> tuple[float, float]:
    """Normal-theory chi-square of the latent responses at the estimates, and what to expect of it.

    The unrestricted moments of the latent responses are compared with the implied ones by maximum
    likelihood. Where thresholds are unrestricted these are polychoric correlations, as in Savalei
    (2021). Restricted thresholds also tell how far the latent responses' means and standard
    deviations are from the implied ones: sample thresholds are regressed on implied ones.

    Raises
    ------
    NotAvailableError
        Where exogenous variables are conditioned on, or correlations are not positive definite.
    """
    if found.specification.table.n_given:
        raise NotAvailableError("robust indices are not defined given exogenous variables.")
    jacobian, weight = moments.jacobian(found), moments.weight(found)
    weighted = weight @ jacobian
    taken = np.linalg.solve(jacobian.T @ weighted, weighted.T)  # what J takes of the statistics
    half = moments.spread(found)
    half = half - jacobian @ (taken @ half)
    spread = half - (half @ taken.T) @ jacobian.T
    statistic, metrics = 0.0, []
    for sample, implied in zip(found.samples.groups, found.implied, strict=True):
        assert isinstance(implied, ImpliedResponses)
        observer = _Observer(sample, implied)
        statistic += sample.size * observer.discrepancy()
        metrics.append(observer.metric())
    return statistic, float(np.sum(moments.by_group(found, metrics) * spread))


class _Observer:
    """The moments of one group's latent responses, in units of the implied deviations."""

    def __init__(self, sample: Sample, implied: ImpliedResponses):
        assert sample.categorical is not None
        self.layout = implied.responses.layout
        self.sample = sample.categorical
        self.implied = implied
        self.inverse = inverse_of(implied.covariance)

    def _line(self, variable: int) -> tuple[Array, Array]:
        """Regression of sample thresholds on implied ones: coefficients, and their weights."""
        where = self.layout.thresholds_of(variable)
        implied = self.implied.statistics[where]
        observed = self.sample.vector[where]
        if len(implied) == 1:
            return np.array([observed[0] - implied[0], 1.0]), np.array([[1.0], [0.0]])
        design = np.column_stack([np.ones_like(implied), implied])
        weighted = np.linalg.solve(self.sample.spread[where, where], design)
        weights = np.linalg.solve(design.T @ weighted, weighted.T)
        return weights @ observed, weights

    def discrepancy(self) -> float:
        """log|Sigma| - log|S| + tr(S Sigma^-1) - p + m' Sigma^-1 m."""
        layout = self.layout
        mean, stretch = np.zeros(layout.n_variables), np.ones(layout.n_variables)
        for variable in layout.ordinal:
            (shift, slope), _ = self._line(variable)
            mean[variable], stretch[variable] = -shift / slope, 1.0 / slope
        gap = (
            self.sample.vector[layout.blocks["means"]]
            - self.implied.statistics[layout.blocks["means"]]
        )
        mean[layout.continuous] = gap
        covariance = self.sample.covariance * np.outer(stretch, stretch)
        product = self.inverse @ covariance
        sign, log_ratio = np.linalg.slogdet(product)
        if sign <= 0.0:
            raise NotAvailableError("the polychoric correlations are not positive definite.")
        return float(np.trace(product) - log_ratio - len(mean) + mean @ self.inverse @ mean)

    def metric(self) -> Array:
        """The discrepancy as a quadratic form in the statistics near agreement, shape (m, m)."""
        transform = self._transform()
        weight = normal_theory_weight(self.inverse, True)
        return np.asarray(transform.T @ weight @ transform)

    def _transform(self) -> Array:
        """Derivatives of mean and vech(covariance) in the statistics, shape (p + p*, m)."""
        layout, p = self.layout, self.layout.n_variables
        rows, columns = half_indices(p)
        place = np.zeros((p, p), dtype=np.intp)
        place[rows, columns] = place[columns, rows] = p + np.arange(len(rows))
        total = np.zeros((p + len(rows), layout.size))
        total[place[layout.pairs], np.arange(layout.size)[layout.blocks["covariances"]]] = 1.0
        own = place[layout.continuous, layout.continuous]
        total[own, np.arange(layout.size)[layout.blocks["variances"]]] = 1.0
        total[layout.continuous, np.arange(layout.size)[layout.blocks["means"]]] = 1.0
        for variable in layout.ordinal:
            where = layout.thresholds_of(variable)
            _, (shift, slope) = self._line(variable)
            stretched = np.zeros((p, p))
            stretched[variable] += self.implied.covariance[variable]
            stretched[:, variable] += self.implied.covariance[variable]
            total[variable, where] = -shift
            total[p:, where] -= np.outer(vech(stretched), slope)
        return total
