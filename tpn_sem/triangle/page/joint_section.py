"""What the page shows of interviews beside the main variant."""

from __future__ import annotations

import pandas as pd

from ...mixed_methods import JointDisplay
from .html_tables import html_table

_AGREEMENT = [
    *("n", "agreement", "kappa", "kappa_lower", "kappa_upper"),
    *("alpha", "alpha_lower", "alpha_upper", "reason"),
]


def joint_tables(found: JointDisplay | None) -> dict[str, tuple[pd.DataFrame, bool]]:
    """All tables of the joint display by name, and whether their index is part of them."""
    if found is None:
        return {}
    return {
        "joint_display": (found.table, False),
        "joint_display_silent": (found.silent, False),
        "joint_display_verdicts": (found.verdict_form, False),
        "coder_agreement": (found.agreement, True),
    }


def joint_html(found: JointDisplay | None) -> dict[str, str]:
    """The display and the agreement of coders as the page shows them; empty where not there."""
    if found is None:
        return {"display": "", "agreement": ""}
    titles = {f"{name}_lower": "95 % from" for name in ("kappa", "alpha")}
    titles |= {f"{name}_upper": "to" for name in ("kappa", "alpha")}
    agreement = found.agreement[_AGREEMENT].rename(columns=titles)
    return {
        "display": found.html(),
        "agreement": html_table(agreement) if len(agreement) else "",
    }
