"""A population to draw rows from: implied moments, predictors, thresholds, clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..errors import ModelError, NotAvailableError
from ..estimation import Minimum
from ..estimation.implied import Implied
from ..numerics import Array, Indices, is_positive_definite
from ..specification import Pattern, Roles, fill
from .non_normal import Margins


def _none() -> Indices:
    return np.array([], dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Population:
    """One group that rows can be drawn from.

    Attributes
    ----------
    mean : array, shape (p,)
    covariance : array, shape (p, p)
        Of observed variables, and of the latent responses of ordinal ones.
    cuts : dict of int to array
        Thresholds of the ordinal variables, by their place.
    given : int array
        Places of predictors, whose values are given.
    between : array, shape (p, p), or None
        The part of the covariance matrix (given the predictors) that clusters have in common.
    margins : Margins or None
        Shapes of the distributions; normal if not given.
    """

    mean: Array
    covariance: Array
    cuts: dict[int, Array]
    given: Indices = field(default_factory=_none)
    between: Array | None = None
    margins: Margins | None = None

    def draw(
        self,
        generator: np.random.Generator,
        n: int,
        predictors: Array | None = None,
        members: Indices | None = None,
    ) -> Array:
        """Values of n rows; ordinal variables as codes from 0, shape (n, p).

        Parameters
        ----------
        generator : Generator
        n : int
        predictors : array, shape (n, q)
            Values of those that are given.
        members : int array, shape (n,)
            The cluster of each row, from 0; for populations with a part `between`.
        """
        values = np.empty((n, len(self.mean)))
        centre, left = np.tile(self.mean, (n, 1)), self.covariance
        free = np.setdiff1d(np.arange(len(self.mean)), self.given)
        if len(self.given):
            if predictors is None:
                raise ModelError("values of the given predictors are needed to draw the rest.")
            values[:, self.given] = predictors
            slopes, left = self._conditional(free)
            centre[:, free] += (predictors - self.mean[self.given]) @ slopes
        values[:, free] = centre[:, free] + self._rest(generator, n, left, members)
        for place, cuts in self.cuts.items():
            values[:, place] = np.searchsorted(cuts, values[:, place])
        return values

    @property
    def covariance_given_predictors(self) -> Array:
        """Covariance matrix of the other variables given the predictors, shape (p - q, p - q)."""
        free = np.setdiff1d(np.arange(len(self.mean)), self.given)
        return self._conditional(free)[1] if len(self.given) else self.covariance

    def _conditional(self, free: Indices) -> tuple[Array, Array]:
        """Slopes on the predictors, and the covariance matrix given them."""
        given, whole = self.given, self.covariance
        slopes = np.linalg.solve(whole[np.ix_(given, given)], whole[np.ix_(given, free)])
        left = whole[np.ix_(free, free)] - whole[np.ix_(free, given)] @ slopes
        return np.asarray(slopes), np.asarray(left)

    def _rest(
        self, generator: np.random.Generator, n: int, covariance: Array, members: Indices | None
    ) -> Array:
        """Deviations from what the predictors say, shape (n, p - q)."""
        shape = (n, len(covariance))
        if self.margins is not None:
            return self.margins.draw(generator, n, members)
        if self.between is None or members is None:
            return generator.standard_normal(shape) @ np.linalg.cholesky(covariance).T
        shared = generator.standard_normal((int(members.max()) + 1, len(covariance)))
        own = generator.standard_normal(shape) @ root(covariance - self.between).T
        return np.asarray(own + (shared @ root(self.between).T)[members])


def root(matrix: Array) -> Array:
    """A square root of a matrix that may be singular: root @ root.T is the matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def check_normal(roles: Roles) -> None:
    """Refuse models whose rows are not normal where the model holds.

    Raises
    ------
    NotAvailableError
    """
    if roles.products:
        raise NotAvailableError(
            "rows of a model with latent products are not drawn: they are not normal, and means "
            "and covariances do not tell how they vary. Resample the rows, ts.bootstrap(fit), or "
            "fit with products='double_mean_centred'."
        )


def population_of(minimum: Minimum, group: int) -> Population:
    """The population that a fit describes, given its predictors."""
    check_normal(minimum.specification.roles)
    own = np.asarray(minimum.samples.groups[group].centre)
    mean = None if minimum.specification.means else own
    given = minimum.specification.patterns[group].fixed_exogenous
    return implied_population(minimum.implied[group], given, mean)


def populations_of(minimum: Minimum) -> tuple[Population, ...]:
    """What a fit describes, a group each."""
    return tuple(population_of(minimum, group) for group in range(len(minimum.samples.groups)))


def implied_population(
    implied: Implied, given: Indices | None = None, mean: Array | None = None
) -> Population:
    """The population with these moments; `mean` takes the place of the implied one."""
    n = implied.n_observed
    covariance = implied.all_covariance[:n, :n] * implied.units[:, None] * implied.units
    centre = implied.all_mean[:n] * implied.units if mean is None else mean
    return Population(centre, covariance, implied.cuts, _none() if given is None else given)


def with_clusters(
    population: Population,
    pattern: Pattern,
    implied: Implied,
    icc: float | Mapping[str, float],
    names: tuple[str, ...],
) -> Population:
    """The population with a part that clusters have in common.

    Parameters
    ----------
    population : Population
    pattern : Pattern
    implied : Implied
        What `population` was made of.
    icc : float or mapping of variable to float
        The share of all variances and covariances; or the share of the variance that a variable's
        predictors leave (all of it for exogenous ones), by variable, observed or latent.
    names : tuple of str
        All variables, observed first.

    Raises
    ------
    ModelError
        Where no covariance matrix would be left within clusters.
    """
    if not isinstance(icc, Mapping):
        return replace(population, between=icc * population.covariance_given_predictors)
    if len(population.given):
        raise ModelError("icc= by variable does not know given predictors: fit with fixed_x=False.")
    shares = np.sqrt([icc.get(name, 0.0) for name in names])
    _, disturbances, _ = fill(pattern, implied.values)
    shared = disturbances * np.outer(shares, shares)
    effects = implied.effects[: implied.n_observed] * implied.units[:, None]
    if not is_positive_definite(effects @ (disturbances - shared) @ effects.T):
        raise ModelError(
            "icc= leaves no covariance matrix within clusters: variables that correlate highly "
            "need similar shares."
        )
    return replace(population, between=effects @ shared @ effects.T)
