"""Log-likelihoods and information criteria. Akaike (1974); Schwarz (1978); Sclove (1987)."""

from __future__ import annotations

from math import log

from .evidence import Evidence, Value


def information_criteria(evidence: Evidence) -> dict[str, Value]:
    """logl, unrestricted_logl, aic, bic, ntotal, bic2 (sample-size adjusted)."""
    n, q = evidence.n_observations, evidence.n_parameters
    names = ("logl", "unrestricted_logl", "aic", "bic", "bic2")
    if evidence.log_likelihood is None or evidence.unrestricted_log_likelihood is None:
        reason = "the discrepancy function is not a likelihood"
        return {**dict.fromkeys(names, reason), "ntotal": float(n)}
    deviance = -2.0 * evidence.log_likelihood
    found: dict[str, Value] = {
        "logl": evidence.log_likelihood,
        "unrestricted_logl": evidence.unrestricted_log_likelihood,
        "aic": deviance + 2.0 * q,
        "bic": deviance + q * log(n),
        "ntotal": float(n),
        "bic2": deviance + q * log((n + 2.0) / 24.0),
    }
    scaling = evidence.likelihood_scaling
    if isinstance(scaling, str):
        found |= {"scaling_factor_h1": scaling, "scaling_factor_h0": scaling}
    elif scaling is not None:
        found["scaling_factor_h1"], found["scaling_factor_h0"] = scaling
    return found
