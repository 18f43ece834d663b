"""Findings about the answers to single items: codes, texts, points of the scale."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...data import StrayCode
from ...numerics import Array, Indices, Mask
from .finding import Finding, Repair, counted, listed, places
from .surveyed import Surveyed, as_numbers

_NUMBER = re.compile(r"[\s'\"]*(-?\d+(?:[.,]\d+)?)(?:\D*)")
_HALF = 0.5
_AT_AN_END = 0.6  # share of answers at an end of the scale that is said
_MUCH_MISSING = 0.2
_WRONG_SCALE = 0.25  # share of answers outside a scale that makes it the scale that is wrong


def text_findings(survey: Surveyed) -> Iterator[Finding]:
    """Texts among numbers: which values, in which rows."""
    for item in survey.items:
        column = survey.column(item)
        numbers = as_numbers(column)
        texts = places((np.isnan(numbers) & column.notna().to_numpy()) | _has_blanks(survey, item))
        if not len(texts):
            continue
        words = [str(survey.frame[item].iloc[row]) for row in texts]
        if len(texts) > _HALF * column.notna().sum():
            yield _all_texts(item, words)
        else:
            yield _some_texts(survey, item, words, texts)


def _has_blanks(survey: Surveyed, item: str) -> Mask:
    """Texts with blanks around them, as " 4", which are no numbers to a fit."""
    column = survey.frame[item]
    if survey.is_in_words(item) or pd.api.types.is_numeric_dtype(column):
        return np.zeros(len(column), dtype=bool)
    return np.array([isinstance(value, str) and value != value.strip() for value in column])


def _all_texts(item: str, words: list[str]) -> Finding:
    known = list(dict.fromkeys(words))
    return Finding(
        "texts",
        "error",
        item,
        f"the answers are texts: {listed([repr(word) for word in known])}.",
        "name them in their order, as scale=['never', 'rarely', ...] of the instrument.",
    )


def _some_texts(survey: Surveyed, item: str, words: list[str], rows: Indices) -> Finding:
    read = [_number_in(word) for word in words]
    known_points = set(survey.tallies[item].points) if item in survey.tallies else set()
    scale = survey.scale(item)
    if scale is None and known_points:  # the ends may be what was written in words
        scale = min(known_points) - 1.0, max(known_points) + 1.0
    if scale is not None:  # a number in a text is a point of the scale, or it is none
        read = [value if scale[0] <= value <= scale[1] else float("nan") for value in read]
    known = list(dict.fromkeys(words))
    kept = sum(value == value for value in read)
    return Finding(
        "text among numbers",
        "error",
        item,
        f"{counted(len(rows), 'text')} among numbers: {listed([repr(word) for word in known])}.",
        "correct them, or apply the repair: numbers in other writing are read, the rest becomes "
        "missing.",
        rows,
        Repair(
            f"{item}: {kept} of {len(rows)} texts read as numbers, the others made missing",
            rows,
            item,
            read,
        ),
    )


def _number_in(text: str) -> float:
    """The number of a text such as " 4,0 ", "5 - yes" or "4 (agree)"; NaN where it has none."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    return float(found.group(1).replace(",", ".")) if found else float("nan")


def code_findings(survey: Surveyed) -> Iterator[Finding]:
    """Codes outside the scale: the instrument's, or the one that the answers show."""
    wrong = {item for item in survey.items if _is_scale_wrong(survey, item)}
    for item in wrong:
        yield _wrong_scale(survey, item)
    for code in survey.strays:
        if code.column not in wrong:
            yield _code_finding(survey, code, certain=survey.scale(code.column) is not None)
    for item in survey.items:
        if survey.scale(item) is not None:
            yield from _between_points(survey, item)


def _is_scale_wrong(survey: Surveyed, item: str) -> bool:
    """Whether much of what people answered is outside the scale that the instrument names."""
    tally = survey.tallies.get(item)
    if survey.scale(item) is None or tally is None:
        return False
    outside = sum(one.count for one in survey.strays if one.column == item)
    codes = {one.code for one in survey.strays if one.column == item}
    return outside > _WRONG_SCALE * tally.n and len(codes) > 1


def _wrong_scale(survey: Surveyed, item: str) -> Finding:
    tally, (low, high) = survey.tallies[item], survey.scale(item) or (0.0, 0.0)
    return Finding(
        "wrong scale?",
        "error",
        item,
        f"answers run from {tally.points[0]:g} to {tally.points[-1]:g}, and many are outside the "
        f"scale {low:g}\N{EN DASH}{high:g} of the instrument.",
        "correct scale= of the instrument, or look at the file.",
    )


def _code_finding(survey: Surveyed, code: StrayCode, certain: bool) -> Finding:
    item = code.column
    rows = places(survey.answers[:, survey.place(item)] == code.code)
    scale = f"the scale {code.scale}" if certain else f"the other answers, {code.scale}"
    kind = "a slip of the hand?" if code.is_slip else "a code for no answer?"
    return Finding(
        "stray code",
        "error",
        item,
        f"{code.code:g} stands {counted(code.count, 'time')} outside {scale}: {kind}",
        "look at the questionnaires, name it in not_applicable= or skipped= of the instrument, or "
        "apply the repair: it becomes missing.",
        rows,
        Repair(
            f"{item}: {{n}} answers of {code.code:g} made missing", rows, item, [np.nan] * len(rows)
        ),
    )


def _between_points(survey: Surveyed, item: str) -> Iterator[Finding]:
    values = survey.answers[:, survey.place(item)]
    with np.errstate(invalid="ignore"):
        rows = places(~np.isnan(values) & (values != np.floor(values)))
    if len(rows):
        yield Finding(
            "between points",
            "warning",
            item,
            f"{counted(len(rows), 'answer')} between the points of the scale, such as "
            f"{values[rows[0]]:g}.",
            "is it a mean of items, or imputed? Ordinal methods need points of the scale.",
            rows,
        )


def variation_findings(survey: Surveyed) -> Iterator[Finding]:
    """Constant items, answers at an end of the scale, points nobody used, much missing."""
    for item in survey.items:
        values = survey.clean[:, survey.place(item)]
        there = values[~np.isnan(values)]
        if not len(there):
            if not survey.frame[item].notna().any() or survey.coded[:, survey.place(item)].any():
                yield _nothing(item)  # else texts, which are another finding
            continue
        yield from _missing(item, values)
        if len(there) > 1 and (there == there[0]).all():
            yield _constant(item, float(there[0]), len(there))
        else:
            yield from _points(survey, item, there)


def _nothing(item: str) -> Finding:
    return Finding("no answers", "error", item, "nobody answered it.", "leave it out.")


def _constant(item: str, value: float, n: int) -> Finding:
    return Finding(
        "constant item",
        "error",
        item,
        f"all {n} answers are {value:g}: it tells nobody from another.",
        "leave it out.",
    )


def _missing(item: str, values: Array) -> Iterator[Finding]:
    share = float(np.isnan(values).mean())
    if share > _MUCH_MISSING:
        yield Finding(
            "much missing",
            "note",
            item,
            f"{share:.0%} of the rows have no answer.",
            "why? Answers skipped by design are named in skipped= of the instrument.",
        )


def _points(survey: Surveyed, item: str, there: Array) -> Iterator[Finding]:
    known = survey.scale(item) or _shared_scale(survey, item)
    if known is None:
        return
    low, high = known
    ends = ((low, "floor", "lowest"), (high, "ceiling", "highest"))
    for point, kind, word in ends:
        share = float((there == point).mean())
        if share >= _AT_AN_END:
            yield Finding(
                kind,
                "note",
                item,
                f"{share:.0%} chose the {word} point, {point:g}: the item hardly tells people "
                "apart there, and its correlations are small.",
                "take items as ordinal (ordered=True), and ask for more difficult wording.",
            )
    unused = [point for point in np.arange(low, high + 1.0) if not (there == point).any()]
    if unused:
        yield Finding(
            "unused points",
            "note",
            item,
            f"nobody chose {listed([f'{point:g}' for point in unused])} of {low:g}\N{EN DASH}"
            f"{high:g}.",
            "nothing, unless groups are compared with items as ordinal: see empty categories.",
        )


def _shared_scale(survey: Surveyed, item: str) -> tuple[float, float] | None:
    """The widest span of answers in the construct, where it is that of a rating scale."""
    own = next(items for items in survey.constructs.values() if item in items)
    values = survey.clean[:, [survey.place(name) for name in own]]
    if len(own) < 2 or np.isnan(values).all():
        return None
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (low, high) if high - low <= 10.0 and low == np.floor(low) else None


def category_findings(survey: Surveyed) -> Iterator[Finding]:
    """Points that some group uses and another does not."""
    if survey.groups is None:
        return
    labels = survey.groups
    known = list(labels.dropna().unique())
    if not 2 <= len(known) <= 20:
        return
    members = [(label, (labels == label).to_numpy()) for label in known]
    for item in survey.items:
        values = survey.clean[:, survey.place(item)]
        points = np.unique(values[~np.isnan(values)])
        if len(points) > 11:
            continue
        empty = [
            f"{point:g} in {str(label)!r}"
            for label, own in members
            for point in points
            if not (values[own] == point).any()
        ]
        if empty:
            yield Finding(
                "empty category",
                "note",
                item,
                f"nobody chose {listed(empty, 3)}.",
                "with items as ordinal, thresholds differ in number: have empty categories joined "
                "with their neighbours.",
            )
