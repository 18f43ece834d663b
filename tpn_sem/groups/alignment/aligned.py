"""The aligned solution of a configural fit, with its standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...errors import NotAvailableError
from ...numerics import Array, correlation
from .aligned_parameters import Loadings, Locations, Problem
from .configural import Configural
from .invariant_sets import explained_share
from .simplicity import Lowest, Simplicity, free_hessian, lowest, response

METHODS = ("fixed", "free")
_FLAT = 1e-8  # smallest eigenvalue of a scaled Hessian that still is a minimum's


@dataclass(frozen=True, eq=False)
class Aligned:
    """Groups in the metric in which the simplicity function is lowest.

    Attributes
    ----------
    start : Configural
    simplicity : Simplicity
    deviations : Lowest
        Of the loadings: logarithms of the factors' standard deviations.
    shifts : Lowest
        Of the locations: means in units of these deviations.
    reference : int
        The group whose mean is zero and whose variance is one, where the method is "fixed".
    method : {"fixed", "free"}
    """

    start: Configural
    simplicity: Simplicity
    deviations: Lowest
    shifts: Lowest
    reference: int
    method: str

    @cached_property
    def log_deviations(self) -> Array:
        """Logarithms of the factors' standard deviations, in the metric reported, shape (G, F)."""
        return self._in_metric(self.deviations.x)

    @property
    def means(self) -> Array:
        """Factor means, shape (G, F)."""
        return self.shifts.x * np.exp(self.log_deviations)

    @property
    def variances(self) -> Array:
        """Factor variances, shape (G, F)."""
        return np.exp(2.0 * self.log_deviations)

    @property
    def values(self) -> Array:
        """Aligned loadings, then locations, shape (G, L + K)."""
        return np.concatenate(
            [
                self._loadings.aligned(self.log_deviations),
                self._locations.aligned(self.shifts.x),
            ],
            axis=1,
        )

    @property
    def contributions(self) -> Array:
        """What each parameter adds to the simplicity function, shape (L + K,)."""
        parts = (
            self.simplicity.contributions(self._loadings.aligned(self.deviations.x)),
            self.simplicity.contributions(self._locations.aligned(self.shifts.x)),
        )
        return np.concatenate(parts)

    @property
    def explained(self) -> Array:
        """Share of each parameter's differences that factor means and variances explain."""
        average = self.values.mean(axis=0)
        loadings, locations = np.split(average, [len(self.start.loading_names)])
        spread = loadings * np.exp(self.log_deviations @ self.start.member.T)
        added = (loadings * (self.means @ self.start.member.T)) @ self.start.carried.T
        return np.concatenate(
            [
                explained_share(self.start.loadings, spread),
                explained_share(self.start.locations, locations + added),
            ]
        )

    @cached_property
    def mean_slopes(self) -> Array:
        """Derivatives of the means in the configural estimates, shape (G, F, G (L + K))."""
        deviation = np.exp(self.log_deviations)[:, :, None]
        return deviation * self._shift_slopes + self.means[:, :, None] * self._log_slopes

    @property
    def variance_slopes(self) -> Array:
        """Derivatives of the variances in the configural estimates, shape (G, F, G (L + K))."""
        return 2.0 * self.variances[:, :, None] * self._log_slopes

    @cached_property
    def value_slopes(self) -> Array:
        """Derivatives of the aligned parameters, shape (G, L + K, G (L + K))."""
        parts = [
            _total(self._loadings, self.log_deviations, self._log_slopes),
            _total(self._locations, self.shifts.x, self._shift_slopes),
        ]
        return np.concatenate(parts, axis=1)

    @property
    def drift(self) -> float:
        """Standard errors of the means over those of their differences from their average."""
        together = self.mean_slopes
        apart = together - together.mean(axis=0)
        ratio = self.errors(together).mean(axis=0) / self.errors(apart).mean(axis=0)
        return float(ratio.max())

    def errors(self, slopes: Array) -> Array:
        """Standard errors of what has these slopes in the configural estimates."""
        variance = np.einsum("...s,...s->...", slopes @ self.start.covariance, slopes)
        return np.sqrt(np.maximum(variance, 0.0))

    @property
    def _loadings(self) -> Loadings:
        return Loadings(self.start)

    @property
    def _locations(self) -> Locations:
        return Locations(self.start, self.reference if self.method == "fixed" else None)

    @cached_property
    def _log_slopes(self) -> Array:
        return self._in_metric(response(self._loadings, self.simplicity, self.deviations.x))

    @cached_property
    def _shift_slopes(self) -> Array:
        return response(self._locations, self.simplicity, self.shifts.x)

    def _in_metric(self, logarithms: Array) -> Array:
        """In units of the reference group's deviation, where the method is "fixed"."""
        return logarithms - logarithms[self.reference] if self.method == "fixed" else logarithms


def _total(problem: Problem, x: Array, moved: Array) -> Array:
    """Derivatives of aligned parameters, directly and through x, shape (G, P, G (L + K))."""
    found = np.einsum("gpf,gfs->gps", problem.slopes(x), moved)
    own = problem.own_slopes(x)
    size = own.shape[2]
    for group in range(len(x)):
        found[group, :, group * size : (group + 1) * size] += own[group]
    return found


def align(
    start: Configural,
    method: str,
    reference: int,
    *,
    power: float,
    epsilon: float,
    starts: int,
    generator: np.random.Generator,
) -> Aligned:
    """Minimise the total simplicity function.

    Raises
    ------
    NotAvailableError
        Where it is flat at its minimum, so that nothing is determined.
    """
    weights = np.sqrt(np.outer(start.sizes, start.sizes))
    np.fill_diagonal(weights, 0.0)
    simplicity = Simplicity(power, epsilon, weights)
    still = reference if method == "fixed" else None
    ends = []
    for problem in (Loadings(start), Locations(start, still)):
        ends.append(lowest(problem, simplicity, starts, generator))
        _check_curved(free_hessian(problem, simplicity, ends[-1].x), method)
    return Aligned(start, simplicity, ends[0], ends[1], reference, method)


def _check_curved(curvature: Array, method: str) -> None:
    """Whether a minimum curves up in every direction."""
    positive = bool(np.diagonal(curvature).min() > 0.0)
    if positive and np.linalg.eigvalsh(correlation(curvature))[0] > _FLAT:
        return
    advice = (
        "with method='free' that is so where loadings are invariant; take method='fixed'."
        if method == "free"
        else "some factor has loadings near zero in all groups."
    )
    raise NotAvailableError(
        f"the simplicity function is flat at its minimum, so that means or variances are not "
        f"determined: {advice}"
    )
