"""What is said aloud of common method beside the paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from ..drawing import p_phrase
from .marker_steps import HELD, METHOD_C, METHOD_R, MarkerSteps
from .method_border import border_notes
from .method_fitting import PROPER, state_of
from .method_models import BIFACTOR
from .method_question import MethodQuestion
from .method_verdicts import correlation_text

_LEVEL = 0.05


def share_sentences(tables: Mapping[str, pd.DataFrame], marked: MarkerSteps) -> Iterator[str]:
    """How much of the items is method, and what the marker says."""
    parts = [
        f"{100.0 * row['method']:.0f}% ({name[0]}{f', {name[1]}' if name[1] else ''})"
        for name, row in tables["shares"].iterrows()
        if name[0] != BIFACTOR
    ]
    if parts:
        yield f"Mean share of method in the variance of an item: {', '.join(parts)}."
    if len(tables["marker_tests"]):
        yield _marker_sentence(tables["marker_tests"], marked)


def _marker_sentence(tests: pd.DataFrame, marked: MarkerSteps) -> str:
    presence = tests.loc[f"{HELD} vs {METHOD_C}"]
    if presence["reason"]:
        return f"Marker: cannot tell, for {presence['reason']}."
    found = (
        f"χ²({presence['df_diff']:.0f}) = {presence['chisq_diff']:.2f}, "
        f"{p_phrase(presence['p_value'])}"
    )
    if presence["p_value"] >= _LEVEL:
        return f"The items share nothing with the marker that can be told from zero: {found}."
    said = f"The items share variance with the marker: {found}"
    bias = f"{METHOD_R} vs {marked.chosen}"
    if bias not in tests.index or tests.loc[bias, "reason"]:
        return f"{said}; whether it changes the correlations of the constructs cannot be told."
    row = tests.loc[bias]
    verb = "changes" if row["p_value"] < _LEVEL else "does not change"
    how = "" if row["p_value"] < _LEVEL else " so that it can be told"
    return (
        f"{said}; it {verb} the correlations of the constructs{how} "
        f"(χ²({row['df_diff']:.0f}) = {row['chisq_diff']:.2f}, {p_phrase(row['p_value'])})."
    )


def method_notes(
    question: MethodQuestion,
    tables: Mapping[str, pd.DataFrame],
    marked: MarkerSteps,
    no_partial: str,
) -> Iterator[str]:
    """What must be known before any of it is used."""
    state, reason = state_of(question.baseline)
    if state != PROPER:
        yield f"The substantive model itself is {state}: {reason} Mend it before you ask of method."
    for label, row in tables["single_factor"].iterrows():
        where = f" in {label}" if label else ""
        yield (
            f"Harman's single factor{where}: the first component has "
            f"{correlation_text(row['share'])} of the items' variance. That neither proves nor "
            "excludes common method: related constructs have a large first component without any, "
            "and method may hide in a small one."
        )
    yield (
        "A method factor of the same items cannot be told from what constructs really share: a "
        "path that shrinks may have been method, or may have been taken for it."
    )
    yield from border_notes(tables["models"])
    if question.marker and marked.reason:
        yield f"No steps with the marker: {marked.reason.removesuffix('.')}."
    if no_partial:
        yield f"No partial correlations of scales (in every group): {no_partial}."
    elif question.is_ordinal:
        yield "Partial correlations of scales are of codes as numbers, not of latent responses."
    if question.baseline.samples.cluster_labels and len(tables["partial"]):
        yield "Intervals of partial correlations resample rows, not clusters: they are too narrow."
    if question.options.data.sampling_weights and len(tables["partial"]):
        yield (
            "Correlations of scales are weighted by the sampling weights; their tests and "
            "intervals take the weights as given and count rows: unequal weights make them too "
            "narrow."
        )
