"""The groups: the ladder of invariance, its exceptions, and what differs."""

from __future__ import annotations

import pandas as pd

from ....data import Samples
from ....drawing import Table
from ....drawing.documents import Figure, Fold, Heading, ReportPart, Section
from ....groups import GroupInference
from ....numerics import adjusted_p_values
from ...comparison import Comparison
from ...study import Study
from ..contrast_words import effect_words
from ..shown_tables import in_schools, table
from ..study_words import direction, test_words

_LADDER = [
    *("chisq", "df", "pvalue", "cfi", "rmsea", "srmr"),
    *("chisq_diff", "df_diff", "p_diff", "delta_cfi", "delta_rmsea", "delta_srmr", "decision"),
]
_LEVEL = 0.05
_STEPS = ["df_diff", "p_value", "p_adjusted", "rule"]
_ALL = ["p_naive", "p_clustered", "p_permutation"]
_INTERVAL = ["estimate", "se", "ci_lower", "ci_upper", "p_value"]


def groups(study: Study) -> Section | None:
    """Do the same items measure the same in all groups, and what differs where they do?"""
    found = study.comparison
    if found is None:
        return None
    away, words = direction(study), comparison_words(found)
    parts: list[ReportPart] = [_rule_sentence(words), ladder_table(found, words)]
    if found.effect_sizes is not None:
        parts += _sums(found, away)
    if found.inference is not None:
        parts += _differences(found.inference, words, away)
    if found.differences is not None and len(found.differences.standardized_paths):
        parts += [Heading("Paths by group"), _paths(study, found, words, away)]
        if len(found.differences.r_squared):
            parts.append(_r_squared(study, found))
    count = len(found.ladder.fits["configural"].group_labels)
    of_groups = "both groups" if count == 2 else f"{count} groups"
    return Section("groups", f"The same measures in {of_groups}?", parts)


def _rule_sentence(words: dict[str, str]) -> str:
    said = f"The rule, chosen before: {words['rule']}. The tests take {words['units']}."
    said += (
        " The p that decides is “p of Δχ²” in the table of the ladder, which is not adjusted for "
        "the number of steps."
    )
    if words["freed"]:
        return (
            f"{said} Where a step failed, equalities were given up one after the other, by score "
            "tests corrected for their number, with the intercept of an item whose loading was "
            f"given up: {words['freed']}. With that the ladder reaches {words['reached']}."
        )
    return f"{said} The ladder reaches {words['reached']}." if words["reached"] else said


def ladder_table(found: Comparison, words: dict[str, str]) -> Table:
    """A row per step."""
    first = next(iter(found.ladder.fits.values()))
    return table(
        found.ladder.table,
        "The ladder of invariance",
        "Every step is tested against the last one that was not replaced (Δ). “Beyond”: a step "
        "before it failed.",
        test_words(first) if first.converged else "",
        columns=_LADDER,
    )


# How much it matters ---------------------------------------------------------------------------


def _sums(found: Comparison, away: str) -> list[ReportPart]:
    assert found.effect_sizes is not None
    parts: list[ReportPart] = [Heading("How much it matters")]
    if found.ladder.freed:
        drawn = found.effect_sizes.plot()
        caption = "Expected answers to the items that differ, by group, along their factor."
        parts.append(Figure(drawn, caption, "item_curves"))
    scales = found.effect_sizes.scales
    if scales["group"].nunique() == 1:
        scales = scales.drop(columns="group")
    parts.append(
        table(
            scales,
            "Differences of the sums of items",
            f"Difference: {away}. Bias: what of it the items make that are not invariant; impact: "
            "what is left; d: over the pooled standard deviation of the sum.",
            index=False,
        )
    )
    return parts


# What differs ---------------------------------------------------------------------------


def _differences(found: GroupInference, words: dict[str, str], away: str) -> list[ReportPart]:
    steps = found.steps
    shown_steps = steps[_STEPS].assign(rule=steps["rule"].map(in_schools))
    both = "Teachers: every teacher as independent evidence."
    if words["inference"]:
        both += " Schools: allowing for the likeness of their teachers."
    others = [
        _all_contrasts(found.contrasts, both, away),
        table(
            steps,
            "Steps of the ladder by all p-values",
            words["resampled"],
            columns=["df_diff", *_ALL],
        ),
    ]
    return [
        Heading("What differs between the groups"),
        " ".join(filter(None, [words["design"], words["contrast_rule"]])),
        _contrasts(found.contrasts, words, away),
        f"{words['step_rule']} {_another_look(found, words)}",
        table(shown_steps, "Steps of the ladder, tested again"),
        Fold("Other p-values of the same differences", others),
    ]


def _another_look(found: GroupInference, words: dict[str, str]) -> str:
    """What these p-values of steps are beside those that decided, and where they say otherwise."""
    said = "They are another look at the same steps and change no decision of the ladder."
    steps = found.steps
    decided = steps["p_clustered"] if words["inference"] else steps["p_naive"]
    first = {str(step) for step in steps.index[decided < _LEVEL]}
    again = {str(step) for step in steps.index[steps["p_adjusted"] < _LEVEL]}
    other = [str(step) for step in steps.index if str(step) in first ^ again]
    if not other:
        return said
    return f"{said} Of {' and '.join(other)} the adjusted one says otherwise at .05."


def _contrasts(contrasts: pd.DataFrame, words: dict[str, str], away: str) -> Table:
    """Factors and exceptions, with one p-value each; residual variances stand in the fold."""
    residual = [_is_residual(str(name), contrasts.index) for name in contrasts.index]
    shown = contrasts[[not own for own in residual]]
    columns = ["estimate", "scale", "ci_lower", "ci_upper", "p_value", "p_adjusted"]
    columns += ["family"] if contrasts["family"].nunique() > 1 else []
    named, rules = shown[columns].copy(), shown["rule"].map(in_schools)
    named.insert(0, "effect", _effects(shown))
    same = f"All p by {rules.iloc[0]}." if rules.nunique() == 1 else ""
    named = named if same else named.assign(rule=rules)
    return table(
        named,
        f"Differences, {away}",
        f"Factors, and the items given up, in {words['step']}. Scales are such that neither the "
        "order of the groups nor the choice of marker items matters. Residual variances are "
        "adjusted for, too, and stand below. An interval is not adjusted.",
        same,
        index=False,
        headings={"estimate": "Difference"},
    )


def _all_contrasts(contrasts: pd.DataFrame, note: str, away: str) -> Table:
    others = [name for name in _ALL if name in contrasts and not _same(contrasts, name)]
    wanted = ["estimate", "se", "df", "p_value", "p_adjusted", "se_naive", *others]
    named = contrasts[[name for name in wanted if name in contrasts]].copy()
    named.insert(0, "effect", _effects(contrasts))
    rules = contrasts["rule"].map(in_schools)
    own = f"p: by {rules.iloc[0]}." if rules.nunique() == 1 else ""
    return table(
        named,
        f"All differences, {away}, by all p-values",
        note,
        own,
        index=False,
        formats={"df": "criterion"},
        headings={"estimate": "Difference"},
    )


def _same(contrasts: pd.DataFrame, name: str) -> bool:
    """Whether a column says what `p_value` says."""
    return contrasts[name].equals(contrasts["p_value"])


def _effects(contrasts: pd.DataFrame) -> list[str]:
    pairs = zip(contrasts.index, contrasts["scale"], strict=True)
    return [effect_words(str(name), str(scale)) for name, scale in pairs]


def _is_residual(name: str, names: pd.Index) -> bool:
    """Whether a contrast is of an item's residual variance: of one that covaries with nothing."""
    left, _, right = name.partition("~~")
    if not right or left != right:
        return False
    return not any(
        left in str(other).split("~~") for other in names if other != name and "~~" in str(other)
    )


def _paths(study: Study, found: Comparison, words: dict[str, str], away: str) -> Table:
    assert found.differences is not None
    paths = found.differences.standardized_paths
    adjusted = adjusted_p_values(paths["p_value"].to_numpy(), "holm")
    columns = [*(["group"] if paths["group"].nunique() > 1 else []), "effect", "kind"]
    units = "Student’s t with schools as units" if words["inference"] else "teachers as independent"
    return table(
        paths[[*columns, *_INTERVAL]].assign(p_adjusted=adjusted),
        f"Differences of standardised effects, {away}",
        f"In {study.main_variant}; {units}; adjusted for their number (Holm).",
        index=False,
        headings={"estimate": "Difference"},
    )


def _r_squared(study: Study, found: Comparison) -> Table:
    assert found.differences is not None
    every = found.differences.r_squared
    first = every["group"].iloc[0]
    others = every["quantity"] != "R²"
    labels = every["group"].where(~others, every["group"] + f" less {first}")
    return table(
        every.assign(group=labels),
        "Explained variance by group, and its differences",
        f"In {study.main_variant}; 95% intervals.",
        columns=["variable", "group", "estimate", "se", "ci_lower", "ci_upper"],
        index=False,
        headings={"estimate": "R²", "variable": "Factor"},
    )


# Words ---------------------------------------------------------------------------


def comparison_words(found: Comparison) -> dict[str, str]:
    """Sentences about the ladder."""
    ladder = found.ladder
    first = next(iter(ladder.fits.values())).estimation.samples
    schools = len(first.cluster_labels)
    return {
        "design": _design(found.group, first),
        "units": f"{schools} schools as units" if schools else "teachers as independent",
        "inference": "schools" if schools else "",
        "rule": ladder.rule,
        "reached": ladder.reached or "",
        "freed": ", ".join(map(effect_words, ladder.freed)),
        "step": "" if found.inference is None else found.inference.step,
        **_rules(found.inference),
    }


def _rules(inference: GroupInference | None) -> dict[str, str]:
    """What chose the p-values, and what was dealt; empty where nothing was."""
    if inference is None:
        return {"contrast_rule": "", "step_rule": "", "resampled": ""}
    return {
        "contrast_rule": in_schools(inference.rule),
        "step_rule": in_schools(inference.step_rule),
        "resampled": in_schools(" ".join(inference.notes)),
    }


def _design(group: str, samples: Samples) -> str:
    """Whether schools have teachers of one group only."""
    schools, mixed = len(samples.cluster_labels), len(samples.crossed)
    if not schools:
        return ""
    if not mixed:
        return f"Each school is of one group: {group} is a property of the school."
    return f"{mixed} of {schools} schools have teachers of several groups of {group}."
