"""How well a model fits: the evidence, the baseline model, log-likelihoods.

Import from here: `evidence`. Tests of fit: `tests`. Indices: `indices`. Several models:
`comparison`.
"""

from .gather_evidence import evidence, uncorrected_evidence
from .log_likelihood import log_likelihoods

__all__ = ["evidence", "log_likelihoods", "uncorrected_evidence"]
