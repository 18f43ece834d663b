"""What is true in the synthetic survey of teachers: every parameter, with its documented value.

All values are this library's own, chosen by analogy with published teacher surveys.
None is an estimate or a result of any study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ..arguments import check_range, checked
from ..errors import OptionError, choose
from .checks import check_factor_keys, check_five, check_item_keys, check_shares
from .names import FACTORS


def _by_factor(
    npc: tuple[float, ...], ksse: tuple[float, ...], ks: tuple[float, ...], kr: tuple[float, ...]
) -> Mapping[str, tuple[float, ...]]:
    return MappingProxyType({"NPC": npc, "KSSE": ksse, "KS": ks, "KR": kr})


def _loadings() -> Mapping[str, tuple[float, ...]]:
    return _by_factor(
        npc=(0.68, 0.76, 0.80, 0.72, 0.60),
        ksse=(0.76, 0.84, 0.82, 0.78, 0.70),
        ks=(0.74, 0.82, 0.84, 0.76, 0.66),
        kr=(0.70, 0.78, 0.80, 0.74, 0.62),
    )


def _category_shares() -> Mapping[str, tuple[float, ...]]:
    return _by_factor(
        npc=(0.02, 0.05, 0.14, 0.42, 0.37),
        ksse=(0.03, 0.09, 0.25, 0.43, 0.20),
        ks=(0.06, 0.14, 0.28, 0.36, 0.16),
        kr=(0.02, 0.06, 0.17, 0.44, 0.31),
    )


def _school_icc() -> Mapping[str, float]:
    return MappingProxyType({"NPC": 0.06, "KSSE": 0.06, "KS": 0.07, "KR": 0.05})


def _rural_loading_shifts() -> Mapping[str, float]:
    return MappingProxyType({"npc5": -0.20})


def _rural_threshold_shifts() -> Mapping[str, float]:
    return MappingProxyType({"ksse5": 0.40, "kr3": -0.35})


@dataclass(frozen=True)
class TeacherPopulation:
    """The population from which `teachers` draws: synthetic, and no number is the study's.

    The structural equations, in which `rural` is centred at the share of rural teachers and the
    product at its mean, so that every factor has mean 0 and, by the choice of the disturbance
    variances, variance 1 in the total population::

        NPC  = .30 rural + .20 mentoring + .15 change
        KSSE = .35 NPC - .10 rural + .25 comparison
        KS   = .18 NPC + .48 KSSE + .15 f2f + .08 NPC x KSSE
        KR   = .38 NPC + .20 KSSE + .10 f2f - .10 rural

    Change values with `dataclasses.replace`; ready-made populations come from `variant`.

    Attributes
    ----------
    npc_on_rural, npc_on_mentoring, npc_on_change : float
        Path coefficients into the need for professional connectedness.
        `rural` is 0 or 1, everything else has variance 1, here and below.
    ksse_on_npc, ksse_on_rural, ksse_on_comparison : float
        Path coefficients into knowledge sharing self-efficacy.
    ks_on_npc, ks_on_ksse, ks_on_f2f, ks_on_product : float
        Path coefficients into knowledge sharing; `product` is NPC x KSSE.
    kr_on_npc, kr_on_ksse, kr_on_f2f, kr_on_rural, kr_on_ks, kr_on_product : float
        Path coefficients into knowledge receiving.
    npc_ksse_disturbance_correlation, ks_kr_disturbance_correlation : float
        Correlations of disturbances, in (-1, 1). Each is an alternative to the path between the
        same two factors (`ksse_on_npc`, `kr_on_ks`): one of the two must be 0.
    school_icc : mapping of factor to float
        Variance of the school means within a location (rural or urban), as a share of the
        factor's total variance. What rural and urban schools differ by on average comes on top:
        with the documented values the total intraclass correlations are .08, .06, .07, .05.
    loadings : mapping of factor to 5 floats
        Loadings of the latent responses.
    category_shares : mapping of factor to 5 floats
        Shares of the answers 1 to 5, for an item with no jitter; each sums to 1.
    threshold_jitter : 5 floats
        Added to all thresholds of the first, second, ... item of every factor, so that items of
        one factor differ in difficulty. In standard deviations of the latent response.
    rural_loading_shifts, rural_threshold_shifts : mapping of item to float
        The planted non-invariance: what is added in rural schools.
    acquiescence_sd : float
        Standard deviation of a teacher's random intercept, common to all twenty items.
    item_missing_rate : float
        Share of single answers missing at random.
    item_missing_on_age, item_missing_on_rural : float
        That rate is multiplied by 1 + `item_missing_on_age` x age +
        `item_missing_on_rural` x rural, with age standardised and cut at -2 and 2, rural centred.
    last_page_rate : float
        Share of teachers who leave out the last page, which holds the items of KR.
    no_community_rate : float
        Share of teachers who belong to no community and therefore skip KS and KR by design.
    no_community_on_ks : float
        Correlation, in (-1, 1), of the propensity to belong to a community with KS: those who
        would share least belong to none, so the skipped answers are not missing at random.

    Raises
    ------
    OptionError
        If a value is outside its range or a mapping has other keys than stated.
    """

    npc_on_rural: float = 0.30
    npc_on_mentoring: float = 0.20
    npc_on_change: float = 0.15
    ksse_on_npc: float = 0.35
    ksse_on_rural: float = -0.10
    ksse_on_comparison: float = 0.25
    ks_on_npc: float = 0.18
    ks_on_ksse: float = 0.48
    ks_on_f2f: float = 0.15
    ks_on_product: float = 0.08
    kr_on_npc: float = 0.38
    kr_on_ksse: float = 0.20
    kr_on_f2f: float = 0.10
    kr_on_rural: float = -0.10
    kr_on_ks: float = 0.0
    kr_on_product: float = 0.0
    npc_ksse_disturbance_correlation: float = 0.0
    ks_kr_disturbance_correlation: float = 0.35
    school_icc: Mapping[str, float] = field(default_factory=_school_icc)
    loadings: Mapping[str, tuple[float, ...]] = field(default_factory=_loadings)
    category_shares: Mapping[str, tuple[float, ...]] = field(default_factory=_category_shares)
    threshold_jitter: tuple[float, ...] = (-0.30, 0.10, 0.20, 0.05, -0.05)
    rural_loading_shifts: Mapping[str, float] = field(default_factory=_rural_loading_shifts)
    rural_threshold_shifts: Mapping[str, float] = field(default_factory=_rural_threshold_shifts)
    acquiescence_sd: float = 0.18
    item_missing_rate: float = 0.015
    item_missing_on_age: float = 0.40
    item_missing_on_rural: float = 0.40
    last_page_rate: float = 0.03
    no_community_rate: float = 0.08
    no_community_on_ks: float = 0.30

    def __post_init__(self) -> None:
        _check_mappings(self)
        _check_numbers(self)
        _check_alternatives(self)

    @staticmethod
    @checked
    def variant(name: str) -> TeacherPopulation:
        """Population in which the named structural model of the four factors is true.

        Measurement, clustering and missing answers are the same in all. Only "partial
        mediation", the documented population, and "told apart" have the product NPC x KSSE and a
        direct path from rural to KR: in the others they would contradict the model's claim. In
        "told apart" partial mediation is true, too, and 440 teachers can see that efficacy acts on
        receiving not through sharing alone, which in the documented population they cannot.

        Parameters
        ----------
        name : {"partial mediation", "full mediation", "additive", "chain", "told apart"}

        Raises
        ------
        OptionError
            If there is no variant of that name.
        """
        return _VARIANTS[choose("variant", name, _VARIANTS)]


def with_icc(population: TeacherPopulation, icc: float) -> TeacherPopulation:
    """The same population with one intraclass correlation for all factors."""
    check_range("icc", icc, 0.0, 0.9)
    return replace(population, school_icc=MappingProxyType(dict.fromkeys(FACTORS, icc)))


def _check_mappings(population: TeacherPopulation) -> None:
    check_factor_keys("school_icc", population.school_icc)
    check_factor_keys("loadings", population.loadings)
    check_factor_keys("category_shares", population.category_shares)
    for factor in FACTORS:
        check_range(f"school_icc[{factor!r}]", population.school_icc[factor], 0.0, 0.9)
        check_five(f"loadings[{factor!r}]", population.loadings[factor])
        check_shares(f"category_shares[{factor!r}]", population.category_shares[factor])
    check_item_keys("rural_loading_shifts", population.rural_loading_shifts)
    check_item_keys("rural_threshold_shifts", population.rural_threshold_shifts)
    check_five("threshold_jitter", population.threshold_jitter)


def _check_numbers(population: TeacherPopulation) -> None:
    for name in (
        "npc_ksse_disturbance_correlation",
        "ks_kr_disturbance_correlation",
        "no_community_on_ks",
    ):
        check_range(name, getattr(population, name), -0.99, 0.99)
    for name in ("item_missing_rate", "last_page_rate", "no_community_rate"):
        check_range(name, getattr(population, name), 0.0, 0.3)
    check_range("acquiescence_sd", population.acquiescence_sd, 0.0, 1.0)


def _check_alternatives(population: TeacherPopulation) -> None:
    for path, correlation in (
        ("ksse_on_npc", "npc_ksse_disturbance_correlation"),
        ("kr_on_ks", "ks_kr_disturbance_correlation"),
    ):
        if getattr(population, path) != 0 and getattr(population, correlation) != 0:
            raise OptionError(
                f"{path} and {correlation} link the same two factors; set one of them to 0"
            )


_VARIANTS: Mapping[str, TeacherPopulation] = MappingProxyType(
    {
        "partial mediation": TeacherPopulation(),
        "full mediation": TeacherPopulation(
            ks_on_npc=0.0,
            ks_on_ksse=0.55,
            ks_on_product=0.0,
            kr_on_npc=0.0,
            kr_on_ksse=0.45,
            kr_on_rural=0.0,
        ),
        "additive": TeacherPopulation(
            ksse_on_npc=0.0,
            npc_ksse_disturbance_correlation=0.38,
            ks_on_product=0.0,
            kr_on_rural=0.0,
        ),
        # Face-to-face collaboration acts on sharing alone: were it a cause of both, sharing and
        # receiving would covary beyond the path between them, and the chain would be false.
        "chain": TeacherPopulation(
            ks_on_npc=0.0,
            ks_on_ksse=0.55,
            ks_on_product=0.0,
            kr_on_npc=0.0,
            kr_on_ksse=0.0,
            kr_on_f2f=0.0,
            kr_on_rural=0.0,
            kr_on_ks=0.50,
            ks_kr_disturbance_correlation=0.0,
        ),
        # As documented, but that efficacy acts more on receiving, and sharing and receiving have
        # less in common beyond their causes: sharing then does not explain what efficacy does, and
        # a survey of this size can see it.
        "told apart": TeacherPopulation(kr_on_ksse=0.30, ks_kr_disturbance_correlation=0.10),
    }
)

VARIANTS = tuple(_VARIANTS)
"""Names that `TeacherPopulation.variant` knows."""
