"""Findings about labels: the same to the eye, and value labels that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from ...data import alike_labels, plain_form
from .finding import Finding, Repair, counted, listed, places
from .surveyed import Surveyed

_MOST = 2000  # different labels of a column that are compared


def label_findings(survey: Surveyed) -> Iterator[Finding]:
    """Labels alike but for blanks, capitals or letters of another script."""
    for name in map(str, survey.frame.columns):
        if name in survey.items:
            continue
        column = survey.frame[name]
        if not isinstance(column, pd.Series) or pd.api.types.is_numeric_dtype(column):
            continue
        labels = column.dropna()
        known = labels.unique()
        if len(known) > _MOST or len(known) == len(labels):
            continue
        counts = labels.value_counts()
        for same in alike_labels(known):
            yield _alike(survey, name, column, sorted(same, key=lambda one: -counts[one]))


def _alike(survey: Surveyed, name: str, column: pd.Series, same: list[object]) -> Finding:
    kept, others = same[0], same[1:]
    rows = places(column.isin(others))
    matters = name in (survey.group, survey.school)
    return Finding(
        "labels alike",
        "error" if matters else "warning",
        name,
        f"{listed([repr(label) for label in others])} and {kept!r} differ only by blanks, capitals "
        f"or look-alike letters, and count as different ({counted(len(rows), 'row')}).",
        f"give them one spelling; the repair takes {kept!r}.",
        rows,
        Repair(f"{name}: {listed(others)} written as {kept!r}", rows, name, [kept] * len(rows)),
    )


def value_label_findings(survey: Surveyed) -> Iterator[Finding]:
    """Items whose value labels run the other way than those of their construct."""
    labels: Mapping[str, Mapping[str, str]] = survey.frame.attrs.get("value_labels", {})
    for own in survey.constructs.values():
        known = {item: _by_text(labels[item]) for item in own if labels.get(item)}
        if len(known) < 3:
            continue
        directions = {item: _direction(known, item) for item in known}
        for item, direction in directions.items():
            if direction < 0 and sum(value > 0 for value in directions.values()) > 1:
                yield Finding(
                    "value labels turned",
                    "error" if not survey.is_reversed(item) else "note",
                    item,
                    "its value labels run the other way than those of the other items.",
                    "was it coded the other way round? Name it in reversed= of the instrument.",
                )


def _by_text(labels: Mapping[str, str]) -> dict[str, float]:
    """Code of each label; where one label stands for several codes, the last."""
    return {plain_form(text): float(code) for code, text in labels.items()}


def _direction(known: Mapping[str, Mapping[str, float]], item: str) -> float:
    """Whether labels shared with the other items have codes in the same order."""
    total = 0.0
    own = known[item]
    for other, theirs in known.items():
        shared = [text for text in own if text in theirs] if other != item else []
        for place, one in enumerate(shared):
            for two in shared[place + 1 :]:
                total += (own[one] - own[two]) * (theirs[one] - theirs[two])
    return total
