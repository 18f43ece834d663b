"""What the page shows of the groups: the ladder, its exceptions, and what schools allow to say."""

from __future__ import annotations

import pandas as pd

from ...data import Samples
from ...groups import GroupInference
from ...numerics import adjusted_p_values
from ...results import MEANS
from ..comparison import Comparison
from .html_tables import html_table

_LADDER = [
    *("chisq", "df", "pvalue", "cfi", "rmsea", "srmr"),
    *("chisq_diff", "df_diff", "p_diff", "delta_cfi", "delta_rmsea", "delta_srmr", "decision"),
]
_STEPS = ["df_diff", "p_value", "p_adjusted", "rule"]
_ALL = ["p_naive", "p_clustered", "p_permutation"]
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
        tables["groups_standardized_paths"] = (found.differences.standardized_paths, False)
        tables["groups_r_squared"] = (found.differences.r_squared, False)
    return tables


def comparison_figures(found: Comparison | None) -> dict[str, str]:
    """Curves of the items that differ, as SVG by name."""
    if found is None or found.effect_sizes is None or not found.ladder.freed:
        return {}
    return {"item_curves": str(found.effect_sizes.plot())}


def comparison_html(found: Comparison | None) -> dict[str, str]:
    """The tables as the page shows them; empty where they are not there."""
    names = ("ladder", "steps", "all_steps", "contrasts", "all_contrasts", "sums", "paths")
    shown = dict.fromkeys(names, "")
    if found is None:
        return shown
    shown["ladder"] = html_table(found.ladder.table[_LADDER])
    if found.inference is not None:
        steps = found.inference.steps
        rule = steps["rule"].map(in_schools)
        shown["steps"] = html_table(steps[_STEPS].assign(rule=rule))
        shown["all_steps"] = html_table(steps[_present(steps, ["df_diff", *_ALL])])
        shown["contrasts"] = _contrasts(found.inference.contrasts)
        shown["all_contrasts"] = _all_contrasts(found.inference.contrasts)
    if found.effect_sizes is not None:
        shown["sums"] = html_table(found.effect_sizes.scales, index=False)
    if found.differences is not None and len(found.differences.standardized_paths):
        paths = found.differences.standardized_paths
        adjusted = adjusted_p_values(paths["p_value"].to_numpy(), "holm")
        columns = [*(["group"] if paths["group"].nunique() > 1 else []), "effect", "kind"]
        shown["paths"] = html_table(
            paths[[*columns, *_INTERVAL]].assign(p_adjusted=adjusted), index=False
        )
    return shown


def _present(table: pd.DataFrame, columns: list[str]) -> list[str]:
    return [column for column in columns if column in table]


def _contrasts(table: pd.DataFrame) -> str:
    """Factors and exceptions, with one p-value each; residual variances stand in the fold."""
    residual = [_is_residual(str(name), table.index) for name in table.index]
    shown = table[[not own for own in residual]]
    columns = ["estimate", "scale", "ci_lower", "ci_upper", "p_value", "p_adjusted"]
    columns += ["family"] if table["family"].nunique() > 1 else []
    named = shown[columns].assign(rule=shown["rule"].map(in_schools))
    named.insert(0, "effect", _effects(shown))
    return html_table(named, index=False)


def _all_contrasts(table: pd.DataFrame) -> str:
    columns = _present(table, ["estimate", "se", "df", "p_value", "p_adjusted", "se_naive", *_ALL])
    named = table[columns].copy()
    named.insert(0, "effect", _effects(table))
    return html_table(named, index=False)


def _effects(table: pd.DataFrame) -> list[str]:
    pairs = zip(table.index, table["scale"], strict=True)
    return [effect_words(str(name), str(scale)) for name, scale in pairs]


def effect_words(name: str, scale: str) -> str:
    """A contrast as a person names it: ``NPC~~NPC`` is the variance of NPC."""
    name, bracket, groups = name.partition(" (")
    words = _one_effect(name, scale)
    return f"{words}{bracket}{groups}"


def _one_effect(name: str, scale: str) -> str:
    left, operator, right = name.partition("~~")
    if operator and left == right:
        return f"{left}: {'residual variance' if 'residual' in scale else 'variance'}"
    if operator:
        return f"{left} with {right}: correlation"
    if "=~" in name:
        factor, _, item = name.partition("=~")
        return f"{item}: loading on {factor}"
    if "|" in name:
        item, _, cut = name.partition("|")
        return f"{item}: threshold {cut}"
    if name.endswith("~1"):
        return f"{name.removesuffix('~1')}: {'mean' if scale == MEANS else 'intercept'}"
    if "~*~" in name:
        return f"{name.partition('~*~')[0]}: scale"
    outcome, _, cause = name.partition("~")
    return f"{cause} → {outcome}"


def in_schools(text: str) -> str:
    """What is said of clusters and rows, of schools and teachers."""
    for general, own in (("cluster", "school"), ("Cluster", "School"), ("Rows", "Teachers")):
        text = text.replace(general, own)
    return text.replace("rows", "teachers")


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
        "design": _design(found.group, first),
        "units": f"{schools} schools as units" if schools else "teachers as independent",
        "inference": "schools" if schools else "",
        "rule": ladder.rule,
        "reached": ladder.reached or "",
        "freed": ", ".join(ladder.freed),
        "step": "" if found.inference is None else found.inference.step,
        **_rules(found.inference),
    }


def _rules(inference: GroupInference | None) -> dict[str, str]:
    """What chose the p-values, and what was dealt; empty where nothing was."""
    if inference is None:
        return {"contrast_rule": "", "step_rule": "", "resampled": ""}
    notes = " ".join(inference.notes)
    return {
        "contrast_rule": in_schools(inference.rule),
        "step_rule": in_schools(inference.step_rule),
        "resampled": in_schools(notes),
    }


def _design(group: str, samples: Samples) -> str:
    """Whether schools have teachers of one group only."""
    schools, mixed = len(samples.cluster_labels), len(samples.crossed)
    if not schools:
        return ""
    if not mixed:
        return f"Each school is of one group: {group} is a property of the school."
    return f"{mixed} of {schools} schools have teachers of several groups of {group}."
