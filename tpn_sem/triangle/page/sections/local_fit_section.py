"""Where the measurement model does not fit."""

from __future__ import annotations

from ....drawing.documents import Bullets, Figure, Heading, ReportPart, Section
from ...study import Study
from ..contrast_words import in_words
from ..shown_tables import table

_SRMR = ["part", "n_residuals", "srmr", "exact_p", "usrmr", "usrmr_lower", "usrmr_upper", "close_p"]
_RESIDUALS = ["item_1", "item_2", "residual", "se", "z", "p_value", "p_adjusted"]
_MOST = 8  # residuals that are shown


def local_fit(study: Study) -> Section | None:
    """Construct by construct, then residual correlations."""
    if study.scrutiny is None or not study.scrutiny.misfit:
        return None
    found = study.scrutiny.local_fit
    parts: list[ReportPart] = [
        Heading("Where does it not fit?"),
        Bullets([in_words(line) for line in study.scrutiny.misfit]),
    ]
    if found is not None:
        pairs = found.residuals[found.residuals["kind"] == "correlation"]
        largest = pairs.reindex(pairs["z"].abs().sort_values(ascending=False).index)
        parts += [
            table(
                found.srmr,
                "Standardised root mean square residual",
                "The unbiased form with a 95% interval (Maydeu-Olivares, 2017); tests of exact "
                "fit, and of close fit (at most .05).",
                columns=_SRMR,
                index=False,
            ),
            Figure(found.heat_map(), "Residual correlations of the items.", "residuals"),
            table(
                largest.head(_MOST),
                "The largest residual correlations",
                "p: of z; adjusted for the number of residuals (Holm).",
                columns=_RESIDUALS,
                formats=dict.fromkeys(("residual", "se"), "correlation"),
                index=False,
            ),
        ]
    return Section("local_fit", "Local fit", parts)
