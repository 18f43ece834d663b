"""What the page shows of the groups: the ladder, its exceptions, and what schools allow to say."""

from __future__ import annotations

import pandas as pd

from ..comparison import Comparison
from .html_tables import html_table

_LADDER = [
    *("chisq", "df", "pvalue", "cfi", "rmsea", "srmr"),
    *("chisq_diff", "df_diff", "p_diff", "delta_cfi", "delta_rmsea", "delta_srmr", "decision"),
]
_INTERVAL = ["estimate", "se", "ci_lower", "ci_upper", "p_value"]


def comparison_tables(found: Comparison | None) -> dict[str, tuple[pd.DataFrame, bool]]:
    """All tables of the comparison by name, and whether their index is part of them."""
    if found is None:
        return {}
    tables: dict[str, tuple[pd.DataFrame, bool]] = {
        "invariance": (found.ladder.table, True),
        "invariance_search": (found.ladder.search_path, True),
    }
    if found.inference is not None:
        tables["groups_steps"] = (found.inference.steps, True)
        tables["groups_contrasts"] = (found.inference.contrasts, True)
    if found.effect_sizes is not None:
        tables["groups_effect_sizes"] = (found.effect_sizes.items, False)
        tables["groups_sums"] = (found.effect_sizes.scales, False)
    if found.differences is not None:
        tables["groups_factors"] = (found.differences.factors, False)
        tables["groups_standardized"] = (found.differences.standardized, False)
        tables["groups_paths"] = (found.differences.paths, False)
        tables["groups_r_squared"] = (found.differences.r_squared, False)
    return tables


def comparison_figures(found: Comparison | None) -> dict[str, str]:
    """Curves of the items that differ, as SVG by name."""
    if found is None or found.effect_sizes is None or not found.ladder.freed:
        return {}
    return {"item_curves": str(found.effect_sizes.plot())}


def comparison_html(found: Comparison | None) -> dict[str, str]:
    """The tables as the page shows them; empty where they are not there."""
    shown = dict.fromkeys(("ladder", "steps", "contrasts", "sums", "paths", "means"), "")
    if found is None:
        return shown
    shown["ladder"] = html_table(found.ladder.table[_LADDER])
    if found.inference is not None:
        shown["steps"] = html_table(found.inference.steps)
        shown["contrasts"] = _contrasts(found.inference.contrasts)
    if found.effect_sizes is not None:
        shown["sums"] = html_table(found.effect_sizes.scales, index=False)
    if found.differences is not None:
        paths = found.differences.paths
        if len(paths):
            shown["paths"] = html_table(paths[["effect", "kind", *_INTERVAL]], index=False)
        factors = found.differences.standardized
        means = factors[factors["quantity"] == "mean difference"]
        shown["means"] = html_table(means[["group", "factor", *_INTERVAL]], index=False)
    return shown


def _contrasts(table: pd.DataFrame) -> str:
    """Factors and exceptions; residual variances stand in the CSV."""
    residual = [_is_residual(str(name), table.index) for name in table.index]
    return html_table(table[[not own for own in residual]].drop(columns=["df"]))


def _is_residual(name: str, names: pd.Index) -> bool:
    """Whether a contrast is of an item's residual variance: of one that covaries with nothing."""
    left, _, right = name.partition("~~")
    if not right or left != right:
        return False
    return not any(
        left in str(other).split("~~") for other in names if other != name and "~~" in str(other)
    )


def comparison_words(found: Comparison | None) -> dict[str, str]:
    """Sentences about the ladder."""
    if found is None:
        return {}
    ladder = found.ladder
    first = next(iter(ladder.fits.values())).estimation.samples
    schools = len(first.cluster_labels)
    return {
        "units": f"{schools} schools as units" if schools else "teachers as independent",
        "inference": "schools" if schools else "",
        "rule": ladder.rule,
        "reached": ladder.reached or "",
        "freed": ", ".join(ladder.freed),
        "step": "" if found.inference is None else found.inference.step,
        "permutations": (
            "" if found.inference is None else f"{len(found.inference.permutation.replicates)}"
        ),
    }
