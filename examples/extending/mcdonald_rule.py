"""A rule of invariance by McDonald's index. Cheung & Rensvold (2002)."""

from __future__ import annotations

from tpn_sem.groups.invariance import StepEvidence, Verdict


def mcdonald_rule(seen: StepEvidence) -> Verdict:
    """A step holds unless McDonald's noncentrality index falls by more than .02."""
    holds = seen.delta_mfi >= -0.02
    return Verdict(holds, f"change of McDonald's index {seen.delta_mfi:.4f}")
