"""What the page shows of conclusions: claims, hypotheses, context, effects over the set."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...stated_hypotheses import Hypotheses
from ..conclusions import Conclusions
from .html_tables import html_table, rows_or_nothing

_INTERVAL = ["estimate", "ci_lower", "ci_upper"]
_CLAIMS = ["says", "model", "quantity", *_INTERVAL, "p_support", "verdict", "remark"]
_CONFOUNDED = ["path", *_INTERVAL, "correlation", "correlation_limit", "e_value", "e_value_limit"]


def conclusions_tables(found: Conclusions) -> dict[str, tuple[pd.DataFrame, bool]]:
    """All tables by name, and whether their index is part of them."""
    tables = {
        "claims": (found.claims, False),
        "hypotheses": (found.hypotheses, True),
        "effects_of_the_set": (found.effects, False),
        "averaged_effects": (found.averaged, False),
        "confounding": (found.confounding, False),
    }
    if found.context is not None:
        tables["context"] = (found.context.fit.standardized(), False)
    return tables


def conclusions_html(found: Conclusions) -> dict[str, Any]:
    """The tables as the page shows them, claims by sentence; empty where they are not there."""
    claims = found.claims
    by_sentence = []
    for sentence, own in claims.groupby("sentence", sort=False) if len(claims) else []:
        by_sentence.append((str(sentence), html_table(own[_CLAIMS], index=False)))
    context = "" if found.context is None else _paths(found.context.paths)
    return {
        "claims": by_sentence,
        "hypotheses": html_table(found.hypotheses) if len(found.hypotheses) else "",
        "context": context,
        "averaged": rows_or_nothing(found.averaged),
        "effects": rows_or_nothing(found.effects),
        "confounding": _confounding(found.confounding),
    }


def _paths(table: pd.DataFrame) -> str:
    shown = table.assign(path=table["rhs"] + " → " + table["lhs"])
    return rows_or_nothing(shown[["path", *_INTERVAL, "p_value"]])


def _confounding(table: pd.DataFrame) -> str:
    if table.empty:
        return ""
    shown = table.assign(path=table["from"] + " → " + table["to"])
    return rows_or_nothing(shown[_CONFOUNDED])


def stated_words(stated: Hypotheses | None) -> str:
    """When they were written, and the digest that shows whether they were changed."""
    if stated is None:
        return ""
    when = f"Written down on {stated.written}" if stated.written else "Without a date"
    return f"{when}; SHA-256 {stated.digest[:16]}…"


def explained_words(r_squared: pd.DataFrame) -> list[str]:
    """How much of each factor is explained, and what is left."""
    found = []
    for row in r_squared.dropna(subset="ci_lower").itertuples():
        left = 100.0 * (1.0 - row.r_squared)
        found.append(
            f"{100.0 * row.r_squared:.0f} % of the variance of {row.factor} are explained "
            f"(95 % interval {100.0 * row.ci_lower:.0f} to {100.0 * row.ci_upper:.0f}); "
            f"{left:.0f} % are left to what the model has not."
        )
    return found
