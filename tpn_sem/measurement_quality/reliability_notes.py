"""What must be known before a coefficient of reliability is reported, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..drawing import p_phrase
from ..estimation import Estimation
from .measured_constructs import Construct
from .missing_coefficients import improper, parts_of
from .number_words import hundredths

_LEVEL = 0.05


def notes_of(
    found: Estimation, group: int, construct: Construct, row: dict[str, float], name: str
) -> list[str]:
    """Sentences on one construct.

    Parameters
    ----------
    found : Estimation
    group : int
    construct : Construct
    row : dict
        Its row of the table of `reliability`.
    name : str
        What it is called, with its group if there are several.
    """
    if construct.problem:
        return [f"{name}: no reliability: {construct.problem}."]
    notes = list(_of_solution(found, group, construct, name))
    if row["tau_p_value"] < _LEVEL:
        notes.append(f"{name}: {_rejected(row)}")
    return notes


def _of_solution(found: Estimation, group: int, construct: Construct, name: str) -> Iterator[str]:
    parts = parts_of(found, group, construct)
    problem = improper(construct, parts)
    if problem:
        yield f"{name}: {problem}. Nothing that rests on the model is given."
    weak = [] if problem else reversed_items(construct, parts.loadings)
    if weak:
        yield (
            f"{name}: {', '.join(weak)} and the other items load with opposite signs. Reverse "
            "what is worded the other way round before it is summed: alpha and omega are of the "
            "sum as it stands."
        )
    errors = parts.total - parts.common
    off = errors - np.diag(np.diag(errors))
    if np.abs(off).max(initial=0.0) > 1e-8 * np.abs(errors).max(initial=1.0):
        yield f"{name}: what residuals share counts as error in omega, and as reliable in alpha."


def reversed_items(construct: Construct, loadings: np.ndarray) -> list[str]:
    """The items, a minority, whose loadings have another sign than those of the others."""
    signs = np.sign(loadings)
    main = np.sign(signs.sum()) or signs[0]
    return [item for item, sign in zip(construct.items, signs, strict=True) if sign == -main]


def _rejected(row: dict[str, float]) -> str:
    """That alpha's assumption is rejected, and what that does to it."""
    said = f"\N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO}({row['tau_df']:.0f}) = "
    said += f"{row['tau_chisq']:.2f}, {p_phrase(row['tau_p_value'])}"
    alpha, omega = row["alpha"], row["omega"]
    text = f"equal loadings (tau-equivalence), which alpha assumes, are rejected: {said}."
    if np.isnan(alpha) or np.isnan(omega):
        return text
    pair = f"alpha {hundredths(alpha)}, omega {hundredths(omega)}"
    return f"{text} Report omega ({pair})."
