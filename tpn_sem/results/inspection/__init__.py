"""Parts of a fit by lavaan's words for them: matrices, moments, information, facts.

Import from here: `inspect`, `WORDS`.
"""

from .elsewhere import ELSEWHERE
from .inspect import ALIASES, WORDS, inspect
from .moments import latent_correlation, latent_covariance

__all__ = ["ALIASES", "ELSEWHERE", "WORDS", "inspect", "latent_correlation", "latent_covariance"]
