"""Rules that say whether a step of the ladder holds: chosen before, applied to every step alike.

A rule is any function of a `StepEvidence` to a `Verdict`; the shipped ones also have names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from ...drawing import format_below_one, p_phrase, without_zero
from ...errors import OptionError, choose
from ...numerics import noncentrality


def _change(value: float) -> str:
    """A change of an index of fit."""
    return format_below_one(value, 4)


def _limit(value: float) -> str:
    """A limit of an index of fit, with the digits that were given."""
    return without_zero(f"{value:g}")


@dataclass(frozen=True)
class StepEvidence:
    """What a rule sees of a step.

    Attributes
    ----------
    step, before : str
        Names of the step and of the one it is compared with.
    chi_square, degrees_of_freedom, p_value : float
        Of the difference test.
    delta_cfi, delta_rmsea, delta_srmr, delta_mfi : float
        The step's index less that of the step before.
    n_observations, n_groups : int
    smallest_share : float
        Of all observations, in the smallest group.
    """

    step: str
    before: str
    chi_square: float
    degrees_of_freedom: float
    p_value: float
    delta_cfi: float
    delta_rmsea: float
    delta_srmr: float
    delta_mfi: float
    n_observations: int
    n_groups: int
    smallest_share: float


@dataclass(frozen=True)
class Verdict:
    """Whether a step holds, and why."""

    holds: bool
    reason: str


Rule = Callable[[StepEvidence], Verdict]


@dataclass(frozen=True)
class DifferenceTest:
    """A step holds unless the difference test rejects it.

    Attributes
    ----------
    level : float
    """

    level: float = 0.05

    def __str__(self) -> str:
        return f"a step holds unless its difference test has p < {without_zero(f'{self.level:g}')}"

    def __call__(self, seen: StepEvidence) -> Verdict:
        """Judge a step."""
        holds = not seen.p_value < self.level
        limit = without_zero(f"{self.level:g}")
        return Verdict(holds, f"{p_phrase(seen.p_value)}, the limit is {limit}")


@dataclass(frozen=True)
class CheungRensvold:
    """A step holds unless CFI falls by more than .01. Cheung & Rensvold (2002)."""

    drop: float = 0.01

    def __str__(self) -> str:
        most = _limit(self.drop)
        return f"a step holds unless CFI falls by more than {most} (Cheung & Rensvold, 2002)"

    def __call__(self, seen: StepEvidence) -> Verdict:
        """Judge a step."""
        holds = seen.delta_cfi >= -self.drop
        sign = ">=" if holds else "<"
        return Verdict(
            holds, f"change of CFI {_change(seen.delta_cfi)} {sign} {_limit(-self.drop)}"
        )


@dataclass(frozen=True)
class Chen:
    """A step fails if CFI falls too far and RMSEA or SRMR rises too far. Chen (2007).

    With more than 300 observations and groups of like size: CFI by .010, RMSEA by .015, SRMR by
    .030 for loadings and .010 for intercepts and residuals; else by .005, .010, .025 and .005.
    Groups are taken to be alike in size where the smallest has 80% of an equal share.
    """

    def __str__(self) -> str:
        return "a step fails if CFI falls, and RMSEA or SRMR rises, beyond Chen's (2007) limits"

    def __call__(self, seen: StepEvidence) -> Verdict:
        """Judge a step."""
        large = seen.n_observations > 300 and seen.smallest_share * seen.n_groups >= 0.8
        cfi, rmsea = (0.010, 0.015) if large else (0.005, 0.010)
        loadings = seen.step in ("metric", "loadings")
        srmr = (0.030 if loadings else 0.010) if large else (0.025 if loadings else 0.005)
        fell = seen.delta_cfi <= -cfi
        rose = seen.delta_rmsea >= rmsea or seen.delta_srmr >= srmr
        reason = (
            f"changes of CFI {_change(seen.delta_cfi)} (limit {_limit(-cfi)}), RMSEA "
            f"{_change(seen.delta_rmsea)} ({_limit(rmsea)}), SRMR {_change(seen.delta_srmr)} "
            f"({_limit(srmr)})"
        )
        return Verdict(not (fell and rose), reason)


@dataclass(frozen=True)
class Equivalence:
    """A step holds if the data show that its misfit is small. Yuan & Chan (2016).

    The upper bound of the misfit's RMSEA, at the level, must be below what is tolerated. Few
    observations cannot show that. The adjusted limits of that paper are left out, since they let
    through far more than their level (Counsell, Cribbie & Flora, 2020).

    Attributes
    ----------
    tolerated : float
        RMSEA of the step alone.
    level : float
    """

    tolerated: float = 0.05
    level: float = 0.05

    def __str__(self) -> str:
        return (
            "a step holds if the RMSEA of its own misfit is shown to be below "
            f"{_limit(self.tolerated)} at level {self.level:g} (Yuan & Chan, 2016)"
        )

    def bound(self, seen: StepEvidence) -> float:
        """The RMSEA of the step alone that is not exceeded, at the level ("T-size")."""
        excess = noncentrality(seen.chi_square, seen.degrees_of_freedom, self.level)
        misfit = excess / (seen.n_observations - seen.n_groups)
        return sqrt(seen.n_groups * misfit / seen.degrees_of_freedom)

    def __call__(self, seen: StepEvidence) -> Verdict:
        """Judge a step."""
        bound = self.bound(seen)
        holds = bound < self.tolerated
        sign = "<" if holds else ">="
        told = f"{format_below_one(bound)} {sign} {_limit(self.tolerated)}"
        return Verdict(holds, f"RMSEA of the step is at most {told}")


RULES: dict[str, Rule] = {
    "difference_test": DifferenceTest(),
    "cheung_rensvold": CheungRensvold(),
    "chen": Chen(),
    "equivalence": Equivalence(),
}


def find_rule(rule: object) -> Rule:
    """A rule by name, or the function itself."""
    if isinstance(rule, str):
        return RULES[choose("rule", rule, RULES)]
    if isinstance(rule, type):
        raise OptionError(f"rule={rule.__name__} is a class: write rule={rule.__name__}().")
    if callable(rule):
        return rule
    raise OptionError(f"rule is a name ({', '.join(RULES)}) or a function, not {rule!r}.")
