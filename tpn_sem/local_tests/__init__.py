"""Local fit: residual correlations, unbiased SRMR, equations, tetrads, claims of independence.

Import from here: `local_fit`, `LocalFit`.
"""

from .local_fit import LocalFit, local_fit

__all__ = ["LocalFit", "local_fit"]
