"""Normal-theory chi-square of the latent responses of ordinal items. Savalei (2021)."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ...data import OrdinalStatistics
from ...errors import NotAvailableError
from ...estimation import Minimum
from ...estimation.implied import Implied
from ...estimation.standard_errors import moment_matrices as moments
from ...moments import normal_theory_weight
from ...numerics import Array, Indices, half_indices
from ...numerics import inverse as inverse_of
from .u_gamma import fitted_spread, residual_trace


def response_chi_square(minimum: Minimum) -> tuple[float, float]:
    """Normal-theory chi-square of the latent responses at the estimates, and what to expect of it.

    The unrestricted moments of the latent responses are compared with the implied ones by maximum
    likelihood. Where thresholds are unrestricted these are polychoric correlations, as in Savalei
    (2021). Restricted thresholds also tell how far the latent responses' means and standard
    deviations are from the implied ones: sample thresholds are regressed on implied ones.

    Raises
    ------
    NotAvailableError
        Where exogenous variables are conditioned on, with two levels, or where correlations are
        not positive definite.
    """
    if minimum.specification.has_levels:
        raise NotAvailableError("robust indices of ordinal items are not defined for two levels.")
    if any(pattern.n_given for pattern in minimum.specification.patterns):
        raise NotAvailableError("robust indices are not defined given exogenous variables.")
    statistic, metrics = 0.0, []
    for sample, implied in zip(minimum.samples.groups, minimum.implied, strict=True):
        if not isinstance(sample, OrdinalStatistics):
            raise NotAvailableError("this compares latent responses: there are no ordinal items.")
        observer = _Observer(sample, implied)
        statistic += sample.size * observer.discrepancy()
        metrics.append(observer.metric())
    metric, jacobian = moments.by_group(minimum, metrics), moments.jacobian(minimum)
    weighted, taken = fitted_spread(minimum)
    return statistic, residual_trace(metric, jacobian, weighted, taken, moments.spread(minimum))


class _Observer:
    """The moments of one group's latent responses, in units of the implied deviations."""

    def __init__(self, sample: OrdinalStatistics, implied: Implied):
        self.sample = sample.statistics
        self.layout = self.sample.layout
        self.implied, self.fitted = implied, implied.vector(True)
        self.inverse = inverse_of(implied.covariance)

    @cached_property
    def _lines(self) -> dict[int, tuple[Array, Array]]:
        """Regressions of sample thresholds on implied ones: coefficients, and their weights."""
        where = [self.layout.thresholds_of(variable) for variable in self.layout.ordinal]
        lines: dict[int, tuple[Array, Array]] = {}
        for count in {part.stop - part.start for part in where}:
            chosen = [place for place, part in enumerate(where) if part.stop - part.start == count]
            rows = np.array([np.arange(where[k].start, where[k].stop) for k in chosen])
            found = self._regressions(rows)
            lines |= dict(
                zip(self.layout.ordinal[chosen].tolist(), zip(*found, strict=True), strict=True)
            )
        return lines

    def _regressions(self, rows: Indices) -> tuple[Array, Array]:
        """Those of several variables with as many thresholds, shape (v, 2) and (v, 2, c)."""
        implied, observed = self.fitted[rows], self.sample.vector[rows]
        if rows.shape[1] == 1:
            weights = np.tile([[1.0], [0.0]], (len(rows), 1, 1))
            return np.column_stack([(observed - implied)[:, 0], np.ones(len(rows))]), weights
        design = np.stack([np.ones_like(implied), implied], axis=-1)
        spread = self.sample.spread[rows[:, :, None], rows[:, None, :]]
        weighted = np.linalg.solve(spread, design).swapaxes(-1, -2)
        weights = np.linalg.solve(weighted @ design, weighted)
        return (weights @ observed[..., None])[..., 0], weights

    def discrepancy(self) -> float:
        """log|Sigma| - log|S| + tr(S Sigma^-1) - p + m' Sigma^-1 m."""
        layout = self.layout
        mean, stretch = np.zeros(layout.n_variables), np.ones(layout.n_variables)
        for variable in layout.ordinal:
            (shift, slope), _ = self._lines[int(variable)]
            mean[variable], stretch[variable] = -shift / slope, 1.0 / slope
        gap = self.sample.vector[layout.blocks["means"]] - self.fitted[layout.blocks["means"]]
        mean[layout.continuous] = gap
        covariance = self.sample.covariance * np.outer(stretch, stretch)
        product = self.inverse @ covariance
        sign, log_ratio = np.linalg.slogdet(product)
        if sign <= 0.0:
            raise NotAvailableError("the polychoric correlations are not positive definite.")
        return float(np.trace(product) - log_ratio - len(mean) + mean @ self.inverse @ mean)

    def metric(self) -> Array:
        """The discrepancy as a quadratic form in the statistics near agreement, shape (m, m).

        Means, variances and covariances are moments themselves, so that only the columns of
        thresholds have to be multiplied.
        """
        kept, places = self._moments_among_statistics
        bent, slopes = self._threshold_slopes
        weight = normal_theory_weight(self.inverse, True)
        half = np.empty((len(weight), self.layout.size))
        half[:, kept] = weight[:, places]
        half[:, bent] = weight @ slopes
        total = np.empty((self.layout.size, self.layout.size))
        total[kept] = half[places]
        total[bent] = slopes.T @ half
        return total

    @cached_property
    def _place(self) -> Indices:
        """Where the covariance of two variables stands among means and vech(covariance)."""
        p = self.layout.n_variables
        rows, columns = half_indices(p)
        place = np.zeros((p, p), dtype=np.intp)
        place[rows, columns] = place[columns, rows] = p + np.arange(len(rows))
        return place

    @property
    def _moments_among_statistics(self) -> tuple[Indices, Indices]:
        """Statistics that are moments of latent responses, and which moments they are."""
        layout = self.layout
        names = ("means", "variances", "covariances")
        kept = np.concatenate([np.arange(layout.size)[layout.blocks[name]] for name in names])
        own = self._place[layout.continuous, layout.continuous]
        return kept, np.concatenate([layout.continuous, own, self._place[layout.pairs]])

    @property
    def _threshold_slopes(self) -> tuple[Indices, Array]:
        """Thresholds, and derivatives of mean and vech(covariance) in them, shape (p + p*, t)."""
        layout, p = self.layout, self.layout.n_variables
        thresholds = np.arange(layout.size)[layout.blocks["thresholds"]]
        total = np.zeros((p + p * (p + 1) // 2, len(thresholds)))
        for variable in layout.ordinal:
            where = layout.thresholds_of(variable)
            _, (shift, slope) = self._lines[int(variable)]
            stretched = self.implied.covariance[variable].copy()
            stretched[variable] *= 2.0
            total[variable, where] = -shift
            total[self._place[variable], where] = -np.outer(stretched, slope)
        return thresholds, total
