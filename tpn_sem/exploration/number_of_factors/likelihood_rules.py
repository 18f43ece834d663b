"""Rules from fits of maximum likelihood: the test of fit, RMSEA, BIC."""

from __future__ import annotations

from collections.abc import Callable

from ...drawing import format_below_one, p_phrase
from ...errors import NotAvailableError
from ...numerics import chi_square_tail
from .factor_evidence import FactorEvidence, RuleAnswer

_REJECTED, _CLOSE = 0.05, 0.05


def chi_square(evidence: FactorEvidence) -> RuleAnswer:
    """First number of factors that the test of fit does not reject at .05. Lawley (1940)."""
    _refuse(evidence)
    tails = {
        fit.n_factors: float(chi_square_tail(fit.chi_square(evidence.n_rows), fit.df))
        for fit in evidence.fits
        if fit.df > 0
    }
    inside = [number for number, tail in tails.items() if tail > _REJECTED]
    return _first(inside, tails, p_phrase, "rejected with all of")


def rmsea(evidence: FactorEvidence) -> RuleAnswer:
    """First number whose RMSEA may be below .05 (lower end of 90%). Preacher et al. (2013)."""
    _refuse(evidence)
    ends = {fit.n_factors: fit.rmsea_lower(evidence.n_rows) for fit in evidence.fits if fit.df > 0}
    inside = [number for number, end in ends.items() if end < _CLOSE]
    return _first(
        inside, ends, lambda end: f"lower end {format_below_one(end)}", "above .05 with all of"
    )


def bic(evidence: FactorEvidence) -> RuleAnswer:
    """Smallest BIC. Schwarz (1978)."""
    _refuse(evidence)
    values = {fit.n_factors: fit.bic(evidence.n_rows) for fit in evidence.fits}
    number = min(values, key=lambda key: values[key])
    around = [key for key in (number - 1, number, number + 1) if key in values]
    why = "BIC " + ", ".join(f"{values[key]:.1f} with {key}" for key in around)
    return RuleAnswer(number, why, values)


def _first(
    inside: list[int], values: dict[int, float], said: Callable[[float], str], beyond: str
) -> RuleAnswer:
    if not inside:
        return RuleAnswer(None, f"{beyond} 0 to {max(values)} factors: raise most=", values)
    number = inside[0]
    around = [key for key in (number - 1, number) if key in values]
    why = ", ".join(f"{said(values[key])} with {key}" for key in around)
    return RuleAnswer(number, why, values)


def _refuse(evidence: FactorEvidence) -> None:
    """Statistics of fit are those of product-moment correlations of complete rows."""
    if evidence.kind != "pearson":
        how = "ordered=True" if evidence.kind == "polychoric" else "missing='fiml'"
        raise NotAvailableError(
            f"none of {evidence.kind} correlations: see efa(data, range(1, 6), {how})"
        )
