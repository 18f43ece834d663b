"""A curve in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from ..drawing import format_estimate, p_phrase
from .curve_decomposition import REST

_STATES = ("not_asked", "refused", "not_converged", "improper")


def curve_sentences(
    summary: pd.DataFrame, parts: pd.DataFrame, test: pd.DataFrame | None, unit: str
) -> Iterator[str]:
    """What is to be said of each path."""
    for path, row in summary.iterrows():
        yield _count(str(path), row)
        if not row["counted"]:
            continue
        yield _curve(str(path), row)
        yield from _moves(str(path), parts[parts["path"] == path])
        if test is not None:
            yield from _tested(str(path), test[test["path"] == path], unit)


def _count(path: str, row: pd.Series) -> str:
    others = [f"{row[s]} {s.replace('_', ' ')}" for s in _STATES if row[s]]
    more = f" ({', '.join(others)})" if others else ""
    return f"{path}: {row['counted']} of {row['specifications']} specifications count{more}."


def _curve(path: str, row: pd.Series) -> str:
    low, high = format_estimate(row["min"]), format_estimate(row["max"])
    return (
        f"{path}: the median estimate is {format_estimate(row['median'])}, from {low} to {high}; "
        f"{_percent(row['share_dominant'])} are {row['dominant']}, "
        f"{_percent(row['share_significant'])} significantly so."
    )


def _percent(share: float) -> str:
    if share in (0.0, 1.0):
        return "all" if share else "none"
    return f"{100.0 * share:.0f}%"


def _moves(path: str, parts: pd.DataFrame) -> Iterator[str]:
    own = parts[parts["choice"] != REST].sort_values("eta_squared", ascending=False, kind="stable")
    if own.empty:
        return
    shown = ", ".join(
        f"{row.choice.replace('_', ' ')} ({100.0 * row.eta_squared:.0f}%)"
        for row in own.head(3).itertuples()
    )
    yield f"{path}: of the variance of the estimates, choices account for: {shown}."


def _tested(path: str, own: pd.DataFrame, unit: str) -> Iterator[str]:
    if own.empty:
        return
    p = own.set_index("statistic")["p_value"]
    first = own.iloc[0]
    yield (
        f"{path}: were it zero in all specifications, a median as far from zero would come with "
        f"{p_phrase(p['median'])}, as large a share of one sign with "
        f"{p_phrase(p['share_dominant'])}, of significant ones with "
        f"{p_phrase(p['share_significant'])}, an averaged z with {p_phrase(p['mean_z'])} "
        f"({first['flips']} flips of {first['units']} {unit}s)."
    )


def curve_notes(
    table: pd.DataFrame, parts: pd.DataFrame, choices: Sequence[str], lost: int
) -> Iterator[str]:
    """What must be known before the curve is read."""
    yield (
        "specifications are not independent, and none is more likely to be true for being one of "
        "many: shares are not probabilities."
    )
    if len(parts) and not parts["balanced"].all():
        yield (
            "not every combination of choices counts: what several choices share of the variance "
            "is nobody's (type II), so that eta_squared need not add up to one."
        )
    for choice in choices:
        for level, own in table.groupby(choice, sort=False):
            if (own["state"] == "not asked").all():
                name, reason = choice.replace("_", " "), own["reason"].iloc[0]
                yield f"{name} {level!r} is never asked: {reason}"
    if lost:
        yield (
            f"{lost} specifications have no contributions of units, and are not in the joint test."
        )
