"""How well a model fits: the evidence, the baseline model, log-likelihoods.

Import from here: `evidence`. Tests of fit: `tests`. Indices: `indices`. Several models:
`comparison`.
"""

from .baseline import baseline, baseline_chi_square
from .equivalence_of_fit import equivalence_of_fit
from .fit_by_level import fit_by_level
from .gather_evidence import evidence, uncorrected_evidence
from .log_likelihood import log_likelihoods

__all__ = [
    "baseline",
    "baseline_chi_square",
    "equivalence_of_fit",
    "evidence",
    "fit_by_level",
    "log_likelihoods",
    "uncorrected_evidence",
]
