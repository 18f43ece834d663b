"""The joint display as tables: a row per entry, what is silent, a form for verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from ..drawing import format_p
from .display_entries import Entry
from .display_paths import Interval, PathDifferences
from .display_verdicts import NOT_JUDGED
from .theme_counts import Quotation

_NUMBERS = ("estimate", "se", "ci_lower", "ci_upper", "p_value")


def entry_table(
    entries: Sequence[Entry], differences: PathDifferences | None, locations: Sequence[str]
) -> pd.DataFrame:
    """All that the display shows, texts and numbers."""
    table = pd.DataFrame([_row(entry, differences, locations) for entry in entries])
    counts = [
        f"{word}{name}" for word in ("n", "of") for name in ("", *map(" {}".format, locations))
    ]
    return table.astype(dict.fromkeys(counts, "Int64"))


def _row(
    entry: Entry, differences: PathDifferences | None, locations: Sequence[str]
) -> dict[str, object]:
    theme = entry.theme
    quotations: tuple[Quotation, ...] = theme.quotations if theme else ()
    row: dict[str, object] = {"path": str(entry.path) if entry.path else ""}
    row |= {name: getattr(entry.estimate, name, math.nan) for name in _NUMBERS}
    if differences is not None:
        row |= _difference_cells(entry, differences)
    row |= {
        "theme": theme.theme if theme else "",
        "link_note": entry.link_note,
        "interviewees": theme.count if theme else "",
        "n": theme.n if theme else math.nan,
        "of": theme.of if theme else math.nan,
    }
    for name in locations:
        n, of = theme.by_location[name] if theme else (math.nan, math.nan)
        row |= {f"n {name}": n, f"of {name}": of}
    for column in ("text", "interviewee", "school", "location"):
        cells = [getattr(quotation, column) for quotation in quotations]
        row["quotation" if column == "text" else column] = " / ".join(cells)
    verdict = entry.verdict
    return row | {
        "silent": entry.silent.removeprefix("silent: "),
        "verdict": verdict_word(entry),
        "verdict_note": verdict.note if verdict else "",
        "who": verdict.who if verdict else "",
    }


def verdict_word(entry: Entry) -> str:
    """What a person entered; "silent" where nothing could be; else that nothing was."""
    if entry.verdict is not None:
        return entry.verdict.word
    return "silent" if entry.silent else NOT_JUDGED


def _difference_cells(entry: Entry, differences: PathDifferences) -> dict[str, object]:
    cells: dict[str, object] = {}
    for group in differences.groups:
        value = differences.values.get((group, entry.path)) if entry.path else None
        suffix = f" {group}" if len(differences.groups) > 1 else ""
        for name in ("estimate", "ci_lower", "ci_upper", "p_value"):
            column = "difference" if name == "estimate" else f"difference_{name}"
            cells[f"{column}{suffix}"] = getattr(value, name, math.nan)
    return cells


def difference_table(differences: PathDifferences | None) -> pd.DataFrame:
    """A row per path and other group: the difference from the reference with its interval."""
    rows = [
        {"path": str(path), "difference": f"{group} − {differences.reference}"}
        | {name: getattr(value, name) for name in _NUMBERS}
        for (group, path), value in (differences.values.items() if differences else ())
        if differences
    ]
    return pd.DataFrame(rows, columns=["path", "difference", *_NUMBERS])


def silent_table(entries: Iterable[Entry]) -> pd.DataFrame:
    """Paths without a theme and themes without a path, and why."""
    rows = [
        {
            "silent": "interviews" if entry.path else "survey",
            "path": str(entry.path) if entry.path else "",
            "theme": entry.theme.theme if entry.theme else "",
            "why": entry.silent.removeprefix("silent: "),
        }
        for entry in entries
        if entry.silent
    ]
    return pd.DataFrame(rows, columns=["silent", "path", "theme", "why"])


def verdict_form(entries: Iterable[Entry]) -> pd.DataFrame:
    """A table for verdicts to be written into: the pairs of a path and a theme that both speak."""
    rows = [
        {
            "path": str(entry.path),
            "theme": entry.theme.theme,
            "verdict": entry.verdict.word if entry.verdict else "",
            "note": entry.verdict.note if entry.verdict else "",
            "who": entry.verdict.who if entry.verdict else "",
        }
        for entry in entries
        if entry.theme and entry.path and not entry.silent
    ]
    return pd.DataFrame(rows, columns=["path", "theme", "verdict", "note", "who"])


def interval_text(value: Interval | None) -> str:
    """An estimate with its interval and p-value, as ".48 [.39, .57], p < .001"."""
    if value is None:
        return "–"
    if not math.isfinite(value.ci_lower) or value.ci_lower == value.ci_upper:
        return f"{_number(value.estimate)} (fixed)"
    p = "" if math.isnan(value.p_value) else f", p {_p_text(value.p_value)}"
    limits = f"[{_number(value.ci_lower)}, {_number(value.ci_upper)}]"
    return f"{_number(value.estimate)} {limits}{p}"


def _p_text(value: float) -> str:
    text = format_p(value)
    return text if text.startswith("<") else f"= {text}"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−").replace("−0.00", "0.00")


def difference_texts(entry: Entry, differences: PathDifferences) -> list[str]:
    """Each group's difference in words; that a path is not compared where it is not."""
    if entry.path is None:
        return ["–"]
    found = []
    for group in differences.groups:
        value = differences.values.get((group, entry.path))
        told = "not compared" if value is None else interval_text(value)
        found.append(f"{group} − {differences.reference}: {told}")
    return found
