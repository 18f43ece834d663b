"""Notes on an aligned solution."""

from __future__ import annotations

from ...errors import ConvergenceWarning, IdentificationWarning
from .aligned import Aligned

_MOST = 0.25  # share of non-invariant parameters up to which alignment is trusted
_DRIFT = 3.0  # how much less certain the level of free means may be than their differences


def problems(aligned: Aligned, starts: int) -> list[tuple[type[Warning], str]]:
    """What must be said aloud of the solution."""
    found: list[tuple[type[Warning], str]] = []
    parts = {"loadings": aligned.deviations, "intercepts and thresholds": aligned.shifts}
    once = [name for name, part in parts.items() if part.n_reached == 1]
    if once:
        note = (
            f"only one of {starts} starts reached the lowest minimum of the simplicity function "
            f"of the {' and of the '.join(once)}: there may be a lower one. Raise starts="
        )
        found.append((ConvergenceWarning, note + " and compare."))
    if aligned.method == "free" and aligned.drift > _DRIFT:
        note = (
            "method='free' is poorly identified: the level of the means is "
            f"{aligned.drift:.1f} times as uncertain as their differences. Take method='fixed'."
        )
        found.append((IdentificationWarning, note))
    return found


def description(aligned: Aligned, reference: str | None, total: float, starts: int) -> str:
    """What was minimised, and how surely."""
    simplicity = aligned.simplicity
    metric = (
        "the product of each factor's variances is 1"
        if reference is None
        else f"factors have mean 0 and variance 1 in group {reference!r}"
    )
    return (
        f"Alignment, {aligned.method}: {metric}. Simplicity function "
        f"(d^2 + {simplicity.epsilon:g})^{simplicity.power / 2.0:g}, {total:.3f} at its minimum, "
        f"which {aligned.deviations.n_reached} (loadings) and {aligned.shifts.n_reached} "
        f"(intercepts, thresholds) of {starts} starts reached."
    )


def trust(outside: float) -> list[str]:
    """The rule of thumb of Muthen & Asparouhov (2014)."""
    note = f"{100.0 * outside:.0f}% of the item parameters are not invariant"
    if outside <= _MOST:
        return [note + "."]
    return [
        f"{note}, which is more than the 25% up to which alignment is trusted (Muthen & "
        "Asparouhov, 2014): check the means by a simulation of data like these."
    ]
