"""What a path diagram says in words: its caption, and its description."""

from __future__ import annotations

from collections.abc import Sequence

from ...languages import said
from ...specification import Roles
from .diagram_options import DiagramOptions
from .drawn_rows import DrawnRows
from .panel import Panel


def caption_of(
    note: str, drawn: Sequence[DrawnRows], options: DiagramOptions, differences: bool
) -> list[str]:
    """What the caption says, a sentence each."""
    untested = " or not tested" if any(one.rows["p_value"].isna().any() for one in drawn) else ""
    rows = [part for one in drawn for part in (one.rows, one.intercepts)]
    has_fixed = not all(part["free"].astype(bool).all() for part in rows)
    left_out = sum(one.left_out for one in drawn)
    given = any(one.given for one in drawn)
    larger = "differences" if differences else "estimates"
    parts = [
        note,
        f"Solid: p\xa0<\xa0.05{untested}; dashed grey: p\xa0≥\xa0.05.",
        f"Wider arrows: larger {larger}; paths are drawn heavier than loadings.",
        "Arcs at variables that arrows lead to: covariances of their residuals."
        if any(one.residual_arcs for one in drawn)
        else "",
        "†\xa0Fixed in estimation." if has_fixed else "",
        "Parameters fixed at zero are not drawn." if any(one.zeros for one in drawn) else "",
        "Covariances among predictors, taken from the data, are not drawn." if given else "",
        f"{left_out} covariances are left out: so many arcs cannot be read." if left_out else "",
        "Indicators and their loadings are not drawn." if options.structure_only else "",
        _not_drawn(options),
    ]
    return [said(part) for part in parts if part]


def _not_drawn(options: DiagramOptions) -> str:
    names = ["variances", "residual variances"] if not options.residuals else []
    names += ["intercepts"] if not options.intercepts else []
    if not names:
        return ""
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{listed.capitalize()} are not drawn."


def description_of(parts: Sequence[Roles], panels: Sequence[Panel]) -> str:
    """What the diagram shows, in a sentence without a full stop."""
    latent = sum(len(part.latent) for part in parts)
    observed = sum(len(part.observed) for part in parts)
    count = sum(len(panel.arrows) for panel in panels[: len(parts)])
    text = f"{latent} latent and {observed} observed variables, "
    text += f"{count} arrows with their estimates"
    labels = [panel.label for panel in panels if panel.label]
    where = "panels" if len(parts) > 1 else "groups"
    return text + (f", in {where} {', '.join(labels)}" if labels else "")
