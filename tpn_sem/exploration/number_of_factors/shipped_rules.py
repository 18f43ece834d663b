"""Rules by name: which are counted in the verdict, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import OptionError, TpnSemError, choose
from .comparison_data import ComparisonData
from .eigenvalue_rules import (
    empirical_kaiser,
    kaiser,
    parallel,
    parallel_mean,
    parallel_reduced,
    parallel_reduced_mean,
)
from .factor_evidence import FactorEvidence, Rule, RuleAnswer
from .hull import Hull
from .likelihood_rules import bic, chi_square, rmsea
from .minimum_average_partial import map_fourth, map_squared
from .very_simple_structure import VerySimpleStructure


@dataclass(frozen=True)
class NamedRule:
    """A rule as the table shows it.

    Attributes
    ----------
    rule : function of a FactorEvidence
    counted : bool
        Whether the verdict listens to it.
    source : str
    """

    rule: Rule
    counted: bool
    source: str


# Counted are two rules that see factors that correlate strongly, and minor ones, and three that see
# neither: simulations/number_of_factors.py.
SHIPPED_RULES = {
    "parallel": NamedRule(parallel, True, "Horn (1965); Glorfeld (1995)"),
    "parallel_mean": NamedRule(parallel_mean, False, "Horn (1965)"),
    "parallel_reduced": NamedRule(parallel_reduced, False, "Humphreys & Montanelli (1975)"),
    "parallel_reduced_mean": NamedRule(
        parallel_reduced_mean, False, "Humphreys & Montanelli (1975)"
    ),
    "comparison_data": NamedRule(ComparisonData(), True, "Ruscio & Roche (2012)"),
    "empirical_kaiser": NamedRule(empirical_kaiser, True, "Braeken & van Assen (2017)"),
    "hull": NamedRule(Hull("cfi"), True, "Lorenzo-Seva, Timmerman & Kiers (2011)"),
    "hull_caf": NamedRule(Hull("caf"), False, "Lorenzo-Seva, Timmerman & Kiers (2011)"),
    "map": NamedRule(map_squared, True, "Velicer (1976)"),
    "map_fourth": NamedRule(map_fourth, False, "Velicer, Eaton & Fava (2000)"),
    "vss": NamedRule(VerySimpleStructure(1), False, "Revelle & Rocklin (1979)"),
    "vss_2": NamedRule(VerySimpleStructure(2), False, "Revelle & Rocklin (1979)"),
    "chi_square": NamedRule(chi_square, False, "Lawley (1940)"),
    "rmsea": NamedRule(rmsea, False, "Preacher, Zhang, Kim & Mels (2013)"),
    "bic": NamedRule(bic, False, "Schwarz (1978)"),
    "kaiser": NamedRule(kaiser, False, "Guttman (1954); Kaiser (1960)"),
}


def read_rules(given: Sequence[str | Rule] | None) -> dict[str, NamedRule]:
    """Rules by name or as functions; all shipped ones by default.

    A rule that a user names or passes is counted.

    Raises
    ------
    OptionError
        For a name that is not known, or two rules of one name.
    """
    if given is None:
        return SHIPPED_RULES
    found: dict[str, NamedRule] = {}
    for one in given:
        if isinstance(one, str):
            name = choose("rules", one, SHIPPED_RULES)
            named = NamedRule(SHIPPED_RULES[name].rule, True, SHIPPED_RULES[name].source)
        elif callable(one):
            name = str(getattr(one, "__name__", None) or one)
            named = NamedRule(one, True, "")
        else:
            raise OptionError(f"rules= takes names and functions of a FactorEvidence, not {one!r}.")
        if name in found:
            raise OptionError(f"rules= has {name!r} twice.")
        found[name] = named
    if not found:
        raise OptionError("rules= is empty: name rules, or leave it out for all of them.")
    return found


def ask(name: str, rule: Rule, evidence: FactorEvidence) -> RuleAnswer:
    """A rule's answer, or the reason why it has none.

    Raises
    ------
    OptionError
        Where a rule gives anything but a `RuleAnswer` or a whole number from 0.
    """
    try:
        found = rule(evidence)
    except TpnSemError as error:
        return RuleAnswer(None, str(error))
    if isinstance(found, int | np.integer) and not isinstance(found, bool) and found >= 0:
        return RuleAnswer(int(found), "")
    if isinstance(found, RuleAnswer):
        return found
    raise OptionError(
        f"rule {name!r} gave {found!r}: a rule gives a RuleAnswer, or a whole number from 0."
    )
