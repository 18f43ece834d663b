"""Gamma hat, an estimate of the population's goodness of fit. Steiger (1989)."""

from __future__ import annotations

from tpn_sem.model_fit.indices import Evidence, Value


def gamma_hat(evidence: Evidence) -> dict[str, Value]:
    """Gamma hat: p / (p + 2 F0) with p variables and F0 = (chi-square - df) / n, 0 at least."""
    if evidence.n_groups > 1:
        return {"gamma_hat": "it is defined for one group"}
    excess = max(evidence.chi_square - evidence.degrees_of_freedom, 0.0)
    p = evidence.samples[0].n_variables
    return {"gamma_hat": p / (p + 2.0 * excess / evidence.multiplier)}
