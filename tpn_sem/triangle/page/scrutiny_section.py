"""What a reviewer asks of the fits, as the page shows it."""

from __future__ import annotations

import pandas as pd

from ..scrutiny import Scrutiny
from .html_tables import html_table

_SRMR = ["part", "n_residuals", "srmr", "exact_p", "usrmr", "usrmr_lower", "usrmr_upper", "close_p"]
_RESIDUALS = ["item_1", "item_2", "residual", "se", "p_value", "p_adjusted"]
_MODELS = [
    "chisq",
    "df",
    "p_value",
    "cfi",
    "rmsea",
    "srmr",
    "bic",
    "chisq_diff",
    "df_diff",
    "p_diff",
]
_SHOWN = (
    *("srmr", "residuals", "cutoffs", "influence", "careless", "response"),
    *("method", "methods"),
)
_MOST = 8  # rows of a long table that are shown


def scrutiny_tables(found: Scrutiny | None) -> dict[str, tuple[pd.DataFrame, bool]]:
    """All tables by name, and whether their index is part of them."""
    if found is None:
        return {}
    tables: dict[str, tuple[pd.DataFrame, bool]] = {}
    if found.halves is not None:
        tables["halves_fits"] = (found.halves.table, False)
        tables["halves_congruence"] = (found.halves.congruence, True)
    if found.local_fit is not None:
        for name in ("residuals", "srmr", "equations", "tetrads", "independence"):
            tables[f"local_{name}"] = (getattr(found.local_fit, name), False)
        tables["local_verdicts"] = (found.local_fit.verdicts, False)
    if found.item_response is not None:
        tables["item_response"] = (found.item_response.items, False)
        tables["item_difficulties"] = (found.item_response.difficulties, False)
    if found.cutoffs is not None:
        tables["cutoffs"] = (found.cutoffs.table, True)
    if found.influence is not None:
        tables["influence"] = (found.influence.units, True)
        tables["influence_paths"] = (_plain(found.influence.paths), True)
    if found.careless is not None:
        tables["careless"] = (found.careless.paths, False)
        tables["careless_flags"] = (found.careless.flags, True)
    if found.method is not None:
        tables["common_method_models"] = (found.method.models, True)
        tables["common_method_paths"] = (found.method.paths, True)
        tables["common_method_verdicts"] = (found.method.verdicts, True)
    return tables


def scrutiny_html(found: Scrutiny | None) -> dict[str, str]:
    """The tables that the page shows, empty where there are none."""
    shown = dict.fromkeys(_SHOWN, "")
    if found is None:
        return shown
    if found.cutoffs is not None:
        reached = found.cutoffs.table["reached"].map({True: "yes", False: "no"})
        shown["cutoffs"] = html_table(found.cutoffs.table.assign(reached=reached))
    if found.local_fit is not None:
        shown["srmr"] = html_table(found.local_fit.srmr[_SRMR], index=False)
        pairs = found.local_fit.residuals
        pairs = pairs[pairs["kind"] == "correlation"]
        largest = pairs.reindex(pairs["z"].abs().sort_values(ascending=False).index)
        shown["residuals"] = html_table(largest[_RESIDUALS].head(_MOST), index=False)
    if found.influence is not None:
        columns = ["estimate", "p_value", "lowest", "highest", "p_lowest", "p_highest"]
        shown["influence"] = html_table(found.influence.paths[columns])
    if found.careless is not None and len(found.careless.flags):
        flags = found.careless.flags[["flagged", "left_out", "share", "reason"]]
        shown["careless"] = html_table(flags)
    if found.method is not None:
        shown["method"] = html_table(_by_model(found.method.paths))
        shown["methods"] = html_table(found.method.models[[*_MODELS, "state"]])
    if found.item_response is not None:
        columns = ["item", "factor", "discrimination", "se", "ci_lower", "ci_upper"]
        shown["response"] = html_table(found.item_response.items[columns], index=False)
    return shown


def scrutiny_figures(found: Scrutiny | None) -> dict[str, str]:
    """SVG by name."""
    figures: dict[str, str] = {}
    if found is None:
        return figures
    if found.local_fit is not None:
        figures["residuals"] = str(found.local_fit.heat_map())
    if found.item_response is not None:
        figures["information"] = str(found.item_response.plot_information())
    if found.influence is not None:
        figures["influence"] = str(found.influence.plot())
    return figures


def _by_model(paths: pd.DataFrame) -> pd.DataFrame:
    """Standardised paths, a column for each model."""
    wide = paths["standardized"].unstack("model")
    return wide[list(dict.fromkeys(paths.index.get_level_values("model")))]


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Lists of units as text."""
    return table.assign(turning=[", ".join(map(str, units)) for units in table["turning"]])
