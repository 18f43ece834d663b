"""How many factors: rules side by side, each a function of one evidence that anyone can write.

Import from here: `number_of_factors`, its result, `FactorEvidence` and `RuleAnswer` to
write a rule, the shipped rules, sampling adequacy.
"""

from .comparison_data import ComparisonData
from .count_factors import number_of_factors
from .counted_factors import NumberOfFactors
from .factor_evidence import FactorEvidence, Rule, RuleAnswer, leading
from .hull import Hull
from .null_eigenvalues import NullData, component_eigenvalues
from .rules_verdict import rule_words
from .sampling_adequacy import Sphericity, bartlett_sphericity, kaiser_meyer_olkin
from .shipped_rules import SHIPPED_RULES, NamedRule
from .very_simple_structure import VerySimpleStructure

__all__ = [
    "SHIPPED_RULES",
    "ComparisonData",
    "FactorEvidence",
    "Hull",
    "NamedRule",
    "NullData",
    "NumberOfFactors",
    "Rule",
    "RuleAnswer",
    "Sphericity",
    "VerySimpleStructure",
    "bartlett_sphericity",
    "component_eigenvalues",
    "kaiser_meyer_olkin",
    "leading",
    "number_of_factors",
    "rule_words",
]
