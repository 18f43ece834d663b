"""What the study reports of its main variant: paths, indirect effects, explained variance."""

from __future__ import annotations

import pandas as pd

from ..fit import Fit
from .defined_effects import names_in_words

_PATHS = ["parameter", "estimate", "se", "ci_lower", "ci_upper", "p_value"]
_EXPLAINED = ["factor", "r_squared", "se", "ci_lower", "ci_upper"]


def standardized_effects(fit: Fit | None, operator: str) -> pd.DataFrame:
    """Standardised estimates of paths or defined effects, with their own errors and p-values."""
    if fit is None or not fit.converged:
        return pd.DataFrame(columns=_PATHS)
    table = fit.standardized()
    table = table[table["op"] == operator].copy()
    words = names_in_words(fit)
    table["parameter"] = [
        words[row.lhs if row.op == ":=" else f"{row.lhs}~{row.rhs}"] for row in table.itertuples()
    ]
    return _marked(table[_PATHS].reset_index(drop=True), fit)


def explained(fit: Fit | None) -> pd.DataFrame:
    """R² of the dependent factors with 95% intervals, from their standardised residuals."""
    if fit is None or not fit.converged:
        return pd.DataFrame(columns=_EXPLAINED)
    table = fit.standardized()
    dependent = set(table.loc[table["op"] == "~", "lhs"])
    own = table[
        (table["op"] == "~~") & (table["lhs"] == table["rhs"]) & table["lhs"].isin(dependent)
    ]
    table = pd.DataFrame(
        {
            "factor": own["lhs"],
            "r_squared": 1.0 - own["estimate"],
            "se": own["se"],
            "ci_lower": 1.0 - own["ci_upper"],
            "ci_upper": 1.0 - own["ci_lower"],
        }
    ).reset_index(drop=True)
    return _marked(table, fit)


def _marked(table: pd.DataFrame, fit: Fit) -> pd.DataFrame:
    """The table as it is, or with a column that says that the solution is improper."""
    return table if fit.admissible else table.assign(state="improper")


def largest_change(fit: Fit | None, other: Fit | None) -> tuple[str, float] | None:
    """The standardised path that differs most between two fits, and by how much."""
    one, two = (standardized_effects(own, "~").set_index("parameter") for own in (fit, other))
    if one.empty or two.empty:
        return None
    change = (two["estimate"] - one["estimate"]).dropna()
    name = str(change.abs().idxmax())
    return name, float(change[name])
