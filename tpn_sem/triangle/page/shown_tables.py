"""Tables of the study as a report shows them: headings in the study's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ...drawing import Table

HEADINGS = {
    "p_diff": "p of Δχ²",
    "p_naive": "p, teachers",
    "p_clustered": "p, schools",
    "p_permutation": "p, permutation",
    "p_permutation_cfi": "p of ΔCFI, permutation",
    "p_adjusted": "p, adjusted",
    "p_set": "p of its difference tests, adjusted",
    "p_support": "p of the opposite",
    "p_against": "p against",
    "correlation": "Correlation of what is left",
    "correlation_limit": "Its limit",
    "e_value": "E-value",
    "e_value_limit": "E-value of the limit",
    "says": "Claim",
    "t_size": "T-size",
    "p_indistinguishable": "p of no difference",
    "p_first": "p, first no closer",
    "p_second": "p, second no closer",
    "rank_lower": "Place from",
    "rank_upper": "Place to",
    "exact_p": "p of exact fit",
    "close_p": "p of close fit",
    "p_lowest": "p at the lowest",
    "p_highest": "p at the highest",
    "n_residuals": "Residuals",
    "n_factors": "Factors",
    "n_items": "Items",
    "srmr": "SRMR",
    "usrmr": "Unbiased SRMR",
    "usrmr_lower": "95% CI lower",
    "usrmr_upper": "95% CI upper",
    "item_1": "Item",
    "item_2": "And item",
    "se_naive": "SE, teachers",
    "d_impact": "d without the items that differ",
    "ci_lower": "95% CI lower",
    "ci_upper": "95% CI upper",
    "alpha_lower": "α lower",
    "alpha_upper": "α upper",
    "omega_lower": "ω lower",
    "omega_upper": "ω upper",
    "ave_lower": "AVE lower",
    "ave_upper": "AVE upper",
    "kappa_lower": "κ lower",
    "kappa_upper": "κ upper",
    "alpha": "α",
    "omega": "ω",
    "kappa": "κ",
    "icc": "ICC",
    "by": "By",
    "of": "Of",
    "to": "To",
}
EDGE = (
    "“Edge”: the restricted model fixes a variance, or a covariance matrix, where it cannot be "
    "smaller, and the distribution is a mixture of chi-squares; where parameters vanish there is "
    "no test."
)
FORMATS = {
    **dict.fromkeys(("chisq", "chisq_diff", "z"), "statistic"),
    **dict.fromkeys(("aic", "bic", "delta_bic"), "criterion"),
    **dict.fromkeys(("df", "df_diff", "variants", "of", "step", "flagged", "left_out"), "count"),
    **dict.fromkeys(("n", "missing", "n_items", "n_factors", "n_residuals"), "count"),
    **dict.fromkeys(("rank_lower", "rank_upper"), "count"),
    **dict.fromkeys(("correlation", "correlation_limit"), "correlation"),
    **dict.fromkeys(("observed", "bound", "detected"), "correlation"),
    "share": "percent",
}


def table(
    frame: pd.DataFrame,
    title: str,
    *notes: str,
    columns: Sequence[str] | None = None,
    headings: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | str | None = None,
    **more: Any,
) -> Table:
    """A table of the report; further options are those of `Table`.

    Parameters
    ----------
    columns : sequence of str, optional
        Those that are shown, where the table has them.
    headings, formats : mapping, optional
        Beside those that all tables of the report have.
    """
    shown = frame if columns is None else frame[[name for name in columns if name in frame]]
    known = {*map(str, shown.columns), *map(str, shown.index.names)}
    own_headings = {**HEADINGS, **(headings or {})}
    own: Any = formats
    if not isinstance(formats, str):
        wanted = {**FORMATS, **(formats or {})}
        own = {name: kind for name, kind in wanted.items() if name in known}
    return Table(
        shown,
        title,
        notes=[note for note in notes if note],
        headings={name: text for name, text in own_headings.items() if name in known},
        formats=own,
        **more,
    )


def lower_half(matrix: pd.DataFrame) -> pd.DataFrame:
    """A symmetric matrix, or one for each group, without what stands above its diagonal."""
    order = {name: place for place, name in enumerate(matrix.columns)}
    rows = [order[name] for name in matrix.index.get_level_values(-1)]
    shown = matrix.astype(object)
    for name, column in order.items():
        shown[name] = [
            value if column <= row else "" for value, row in zip(matrix[name], rows, strict=True)
        ]
    return shown


def in_schools(text: str) -> str:
    """What is said of clusters and rows, of schools and teachers."""
    for general, own in (("cluster", "school"), ("Cluster", "School"), ("Rows", "Teachers")):
        text = text.replace(general, own)
    return text.replace("rows", "teachers")
