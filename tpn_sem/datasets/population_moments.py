"""Moments of the factors that a population implies, and the variances of disturbances.

Given the location, everything is multivariate normal but the product of two factors, whose
moments are known exactly. So a population is solved in closed form, one variable after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked
from ..errors import OptionError
from .names import CONTEXT, FACTORS, ITEMS, ITEMS_PER_FACTOR, PRODUCT
from .teacher_population import TeacherPopulation

Array = NDArray[np.float64]


_ORDER = (*CONTEXT, "NPC", "KSSE", PRODUCT, "KS", "KR")
"""Each variable depends on earlier ones alone."""


@dataclass(frozen=True)
class ImpliedPopulation:
    """Moments of a population with a given share of rural teachers.

    Factors are in the order NPC, KSSE, KS, KR; locations in the order urban, rural.

    Attributes
    ----------
    rural_teacher_share : float
    factor_means : array, shape (2, 4)
        By location; their average over teachers is 0.
    factor_covariances : array, shape (2, 4, 4)
        By location.
    school_disturbances, teacher_disturbances : array, shape (4, 4)
        Covariance matrices of the disturbances of schools, and of teachers within a school.
    residual_variances : array, shape (20,)
        Of the latent responses.
    loadings : array, shape (2, 20)
        By location, with the planted non-invariance.
    intercepts : array, shape (2, 20)
        By location: minus the shifts of the thresholds.
    product_mean : float
        Mean of NPC x KSSE.
    """

    rural_teacher_share: float
    factor_means: Array
    factor_covariances: Array
    school_disturbances: Array
    teacher_disturbances: Array
    residual_variances: Array
    loadings: Array
    intercepts: Array
    product_mean: float

    @property
    def location_shares(self) -> Array:
        """Shares of urban and of rural teachers, shape (2,)."""
        return np.array([1 - self.rural_teacher_share, self.rural_teacher_share])

    @property
    def factor_covariance(self) -> Array:
        """In the total population, with ones on the diagonal, shape (4, 4)."""
        return _pool(self.location_shares, self.factor_means, self.factor_covariances)

    def r_squared(self, factor: str) -> float:
        """Share of the variance of KS or KR that the best line in NPC and KSSE explains."""
        covariance = self.factor_covariance
        with_predictors = covariance[:2, FACTORS.index(factor)]
        return float(with_predictors @ np.linalg.solve(covariance[:2, :2], with_predictors))


@checked
def imply(
    population: TeacherPopulation, rural_teacher_share: float, non_invariance: float = 1.0
) -> ImpliedPopulation:
    """Solve a population: every factor and every latent response gets the total variance 1.

    Raises
    ------
    OptionError
        If paths, intraclass correlations or loadings leave no variance for a disturbance.
    """
    shares = np.array([1 - rural_teacher_share, rural_teacher_share])
    total = _Level(population, shares, context_variance=1.0, count_location=True)
    total.solve(dict.fromkeys(FACTORS, 1.0))
    school = _Level(population, shares, context_variance=0.0, count_location=False)
    school.solve(population.school_icc)
    teacher_disturbances = total.disturbances - school.disturbances
    _check_variances(
        "the school intraclass correlations leave", FACTORS, np.diag(teacher_disturbances)
    )
    factors = [_ORDER.index(factor) for factor in FACTORS]
    means = total.means[:, factors]
    covariances = total.covariances[:, factors][:, :, factors]
    loadings = item_loadings(population, non_invariance)
    return ImpliedPopulation(
        rural_teacher_share=rural_teacher_share,
        factor_means=means,
        factor_covariances=covariances,
        school_disturbances=school.disturbances,
        teacher_disturbances=teacher_disturbances,
        residual_variances=_residual_variances(population, shares, loadings, means, covariances),
        loadings=loadings,
        intercepts=_item_intercepts(population, non_invariance),
        product_mean=total.product_mean,
    )


def item_loadings(population: TeacherPopulation, non_invariance: float = 1.0) -> Array:
    """Loadings of the latent responses, urban then rural, shape (2, 20)."""
    urban = np.concatenate([np.asarray(population.loadings[factor]) for factor in FACTORS])
    return np.stack([urban, urban + non_invariance * _by_item(population.rural_loading_shifts)])


def _item_intercepts(population: TeacherPopulation, non_invariance: float) -> Array:
    # A threshold moved up and an intercept moved down give the same answers.
    rural = -non_invariance * _by_item(population.rural_threshold_shifts)
    return np.stack([np.zeros(len(ITEMS)), rural])


def _by_item(shifts: Mapping[str, float]) -> Array:
    return np.array([shifts.get(item, 0.0) for item in ITEMS])


def _residual_variances(
    population: TeacherPopulation, shares: Array, loadings: Array, means: Array, covariances: Array
) -> Array:
    """One minus what the factor and acquiescence explain in the total population, shape (20,)."""
    factor_of_item = np.repeat(np.arange(len(FACTORS)), ITEMS_PER_FACTOR)
    common_means = loadings * means[:, factor_of_item]
    common_variances = loadings**2 * covariances[:, factor_of_item, factor_of_item]
    explained = shares @ (common_variances + common_means**2) - (shares @ common_means) ** 2
    residual = np.asarray(1 - explained - population.acquiescence_sd**2, dtype=np.float64)
    _check_variances("loadings and acquiescence leave", ITEMS, residual)
    return residual


def _pool(shares: Array, means: Array, covariances: Array) -> Array:
    """Covariance matrix of a mixture of locations, shape (k, k)."""
    deviations = means - shares @ means
    within = np.tensordot(shares, covariances, axes=1)
    return np.asarray(within + (deviations.T * shares) @ deviations, dtype=np.float64)


def _check_variances(cause: str, names: tuple[str, ...], variances: Array) -> None:
    for name, variance in zip(names, variances, strict=True):
        if variance <= 0:
            raise OptionError(
                f"{cause} no variance for the disturbance of {name} ({variance:.3f}); "
                "make them smaller"
            )


class _Level:
    """Moments by location, built one variable after the other in the order of `_ORDER`.

    Used for the total population and for the part between schools. The latter is what
    remains of the same equations if nothing varies within schools, up to a constant.

    Attributes
    ----------
    means, covariances : array, shape (2, 9) and (2, 9, 9)
    disturbances : array, shape (4, 4)
    product_mean : float
    """

    def __init__(
        self,
        population: TeacherPopulation,
        shares: Array,
        context_variance: float,
        count_location: bool,
    ) -> None:
        self.population = population
        self.shares = shares
        self.count_location = count_location
        self.rural = np.array([0.0, 1.0]) - shares[1]
        self.means = np.zeros((2, len(_ORDER)))
        self.covariances = np.zeros((2, len(_ORDER), len(_ORDER)))
        for variable in range(len(CONTEXT)):
            self.covariances[:, variable, variable] = context_variance
        self.disturbances = np.zeros((len(FACTORS), len(FACTORS)))
        self.product_mean = 0.0

    def solve(self, variances: Mapping[str, float]) -> None:
        """Add the factors, each with the variance asked for.

        `variances` counts differences between locations if `count_location`, else it is
        the variance within locations.
        """
        population = self.population
        self._add_factor("NPC", variances)
        correlation = population.npc_ksse_disturbance_correlation
        self._add_factor("KSSE", variances, partner="NPC", correlation=correlation)
        self._add_product()
        self._add_factor("KS", variances)
        correlation = population.ks_kr_disturbance_correlation
        self._add_factor("KR", variances, partner="KS", correlation=correlation)

    def _add_factor(
        self,
        factor: str,
        variances: Mapping[str, float],
        partner: str | None = None,
        correlation: float = 0.0,
    ) -> None:
        position = _ORDER.index(factor)
        rural_path, paths = path_coefficients(self.population, factor)
        weights = np.array([paths.get(name, 0.0) for name in _ORDER])
        self.means[:, position] = self.means @ weights + rural_path * self.rural
        covariances = self.covariances @ weights
        explained = covariances @ weights
        disturbance = variances[factor] - self._total(explained, self.means[:, position])
        if disturbance < 0:
            raise OptionError(
                f"the paths into {factor} explain more than the variance it has between "
                f"{'teachers' if self.count_location else 'schools'}; make them smaller"
                f"{'' if self.count_location else ', or its school_icc larger'}"
            )
        self.covariances[:, position, :] = covariances
        self.covariances[:, :, position] = covariances
        self.covariances[:, position, position] = explained + disturbance
        self._add_disturbance(factor, disturbance, partner, correlation)

    def _total(self, variances: Array, means: Array) -> float:
        total = float(self.shares @ variances)
        if self.count_location:
            total += float(self.shares @ means**2 - (self.shares @ means) ** 2)
        return total

    def _add_disturbance(
        self, factor: str, variance: float, partner: str | None, correlation: float
    ) -> None:
        row = FACTORS.index(factor)
        self.disturbances[row, row] = variance
        if partner is None:
            return
        column = FACTORS.index(partner)
        covariance = correlation * np.sqrt(variance * self.disturbances[column, column])
        self.disturbances[row, column] = self.disturbances[column, row] = covariance
        # Nothing lies between partners but the path that a correlation replaces, so their
        # disturbances covary as they themselves do, beyond common causes.
        position, other = _ORDER.index(factor), _ORDER.index(partner)
        self.covariances[:, position, other] += covariance
        self.covariances[:, other, position] += covariance

    def _add_product(self) -> None:
        """Moments of NPC x KSSE. Bohrnstedt & Goldberger (1969), normal variables."""
        npc, ksse, product = (_ORDER.index(name) for name in ("NPC", "KSSE", PRODUCT))
        covariances = self.covariances
        mean_npc, mean_ksse = self.means[:, npc], self.means[:, ksse]
        covariance = covariances[:, npc, ksse]
        raw_means = mean_npc * mean_ksse + covariance
        self.product_mean = float(self.shares @ raw_means)
        self.means[:, product] = raw_means - self.product_mean
        with_others = (
            mean_npc[:, None] * covariances[:, ksse] + mean_ksse[:, None] * (covariances[:, npc])
        )
        variance = (
            mean_npc**2 * covariances[:, ksse, ksse]
            + mean_ksse**2 * covariances[:, npc, npc]
            + 2 * mean_npc * mean_ksse * covariance
            + covariances[:, npc, npc] * covariances[:, ksse, ksse]
            + covariance**2
        )
        covariances[:, product, :] = with_others
        covariances[:, :, product] = with_others
        covariances[:, product, product] = variance


def path_coefficients(
    population: TeacherPopulation, factor: str
) -> tuple[float, Mapping[str, float]]:
    """Coefficient of rural, and coefficients of the other causes of a factor by name."""
    p = population
    equations: Mapping[str, tuple[float, Mapping[str, float]]] = {
        "NPC": (p.npc_on_rural, {"mentoring": p.npc_on_mentoring, "change": p.npc_on_change}),
        "KSSE": (p.ksse_on_rural, {"NPC": p.ksse_on_npc, "comparison": p.ksse_on_comparison}),
        "KS": (
            0.0,
            {
                "NPC": p.ks_on_npc,
                "KSSE": p.ks_on_ksse,
                "f2f": p.ks_on_f2f,
                PRODUCT: p.ks_on_product,
            },
        ),
        "KR": (
            p.kr_on_rural,
            {
                "NPC": p.kr_on_npc,
                "KSSE": p.kr_on_ksse,
                "KS": p.kr_on_ks,
                "f2f": p.kr_on_f2f,
                PRODUCT: p.kr_on_product,
            },
        ),
    }
    return equations[factor]
