"""Tables and words of divisions into halves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ..drawing import format_below_one, with_minus
from ..numerics import Array
from .factor_congruence import EQUAL, congruence_word
from .half_fits import HALVES, Division, ExplorationPlan, fits_by_rules

_COLUMNS = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr")


def fit_table(division: Division, swap: bool) -> pd.DataFrame:
    """Both fits of each explored half, beside each other."""
    rows = []
    for place in range(2 if swap else 1):
        half, name = division.halves[place], HALVES[place]
        other = division.halves[1 - place].n_rows
        for model, n, found in (
            ("exploratory", half.n_rows, half.explored),
            ("confirmatory", other, half.confirmed),
        ):
            row: dict[str, object] = {"explored": name, "model": model, "n_rows": n}
            row |= {column: found.get(column, np.nan) for column in _COLUMNS}
            row["improper"] = bool(found.get("improper", 0.0))
            row["fits"] = fits_by_rules(found)
            rows.append({**row, "reason": "" if found else half.reason})
    return pd.DataFrame(rows)


def division_table(
    divisions: Sequence[Division], plan: ExplorationPlan, swap: bool
) -> pd.DataFrame:
    """A row per division and explored half."""
    whole, rows = plan.pattern(plan.target).salient, []
    for repeat, division in enumerate(divisions):
        same = has_same_pattern(division)
        for place in range(2 if swap else 1):
            half = division.halves[place]
            found = half.confirmed
            pattern = half.pattern
            rows.append(
                {
                    "repeat": repeat + 1,
                    "explored": HALVES[place],
                    "n_rows": half.n_rows,
                    **{name: found.get(name, np.nan) for name in ("cfi", "rmsea", "srmr")},
                    "improper": bool(found.get("improper", 0.0)),
                    "fits": fits_by_rules(found),
                    "same_pattern": same,
                    "as_whole": pattern is not None and bool((pattern.salient == whole).all()),
                    "congruence": float(np.min(division.congruence)),
                    "reason": half.reason,
                }
            )
    return pd.DataFrame(rows)


def has_same_pattern(division: Division) -> bool:
    """Whether both halves suggest the same."""
    first, second = (half.pattern for half in division.halves)
    return (
        first is not None and second is not None and bool((first.salient == second.salient).all())
    )


def congruence_table(divisions: Sequence[Division], plan: ExplorationPlan) -> pd.DataFrame:
    """A row per factor, the first division and all of them."""
    values = np.array([one.congruence for one in divisions])
    known = [column[np.isfinite(column)] for column in values.T]
    nothing = float("nan")
    return pd.DataFrame(
        {
            "congruence": values[0],
            "word": [congruence_word(value) for value in values[0]],
            "median": [float(np.median(one)) if len(one) else nothing for one in known],
            "lowest": [float(one.min()) if len(one) else nothing for one in known],
            "share_equal": [float((one >= EQUAL).mean()) if len(one) else nothing for one in known],
        },
        index=pd.Index(plan.factors, name="factor"),
    )


def salience_table(divisions: Sequence[Division], plan: ExplorationPlan) -> pd.DataFrame:
    """How often each item is salient on each factor, over both halves of all divisions."""
    patterns = [half.pattern.salient for one in divisions for half in one.halves if half.pattern]
    shares: Array = np.mean(patterns, axis=0) if patterns else np.full(plan.target.shape, np.nan)
    return pd.DataFrame(shares, index=pd.Index(plan.items, name="item"), columns=list(plan.factors))


def loading_table(division: Division, plan: ExplorationPlan) -> pd.DataFrame:
    """Loadings of both halves beside each other."""
    index = pd.Index(plan.items, name="item")
    parts = {
        name: pd.DataFrame(
            np.full(plan.target.shape, np.nan) if half.loadings is None else half.loadings,
            index=index,
            columns=list(plan.factors),
        )
        for name, half in zip(HALVES, division.halves, strict=True)
    }
    return pd.concat(parts, axis=1, names=["half", "factor"])


def half_verdicts(
    divisions: Sequence[Division], table: pd.DataFrame, plan: ExplorationPlan
) -> Iterator[str]:
    """What halves say, in words."""
    first = divisions[0]
    words = [congruence_word(value) for value in first.congruence]
    parts = [
        f"{factor} {word} ({with_minus(format_below_one(value, 2))})"
        for factor, word, value in zip(plan.factors, words, first.congruence, strict=True)
    ]
    yield f"factors of both halves: {', '.join(parts)}."
    if has_same_pattern(first):
        yield "both halves suggest the same pattern."
    else:
        yield "the halves suggest different patterns: see loadings and salience."
    for place, half in enumerate(first.halves):
        if half.reason:
            yield f"half {HALVES[place]}: {half.reason.rstrip('.')}."
        elif half.confirmed:
            word = "fits" if fits_by_rules(half.confirmed) else "does not fit"
            improper = ", improper" if half.confirmed["improper"] else ""
            yield (
                f"the pattern of half {HALVES[place]} {word} in half {HALVES[1 - place]} "
                f"({', '.join(_indices(half.confirmed))}{improper})."
            )
    if len(divisions) > 1:
        same = np.mean([has_same_pattern(one) for one in divisions])
        yield (
            f"in {len(divisions)} divisions, {table['fits'].mean():.0%} of the confirmations fit "
            f"by the rules, and in {same:.0%} both halves suggest the same pattern."
        )


def _indices(found: Mapping[str, float]) -> list[str]:
    return [f"{name.upper()} {format_below_one(found[name])}" for name in ("cfi", "rmsea", "srmr")]
