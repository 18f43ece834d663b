"""Hypotheses written down before fitting: parsed, kept with date and digest, judged on a fit.

Import from here: `Hypotheses`, `hypotheses`, `read_hypotheses`, and the words of verdicts.
"""

from .hypotheses import Hypotheses, hypotheses, read_hypotheses
from .hypothesis_text import Hypothesis
from .hypothesis_verdicts import CONTRADICTED, NOT_ASKED, SUPPORTED, UNTOLD

__all__ = [
    "CONTRADICTED",
    "NOT_ASKED",
    "SUPPORTED",
    "UNTOLD",
    "Hypotheses",
    "Hypothesis",
    "hypotheses",
    "read_hypotheses",
]
