"""Who answered: which rows a study uses, which not, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..data import numeric_columns, skipped_answers
from ..drawing import Shown
from ..errors import DataError
from ..numerics import Array, Mask
from ..survey import Instrument, prepared


@dataclass(frozen=True, eq=False, repr=False)
class Respondents(Shown):
    """The rows of a study.

    Attributes
    ----------
    data : DataFrame
        Rows that are used, prepared for the instrument.
    table : DataFrame
        By group and in total: rows, no school, no answer, no control (a control variable is
        missing), incomplete (where only complete rows are used), used, complete, skipping (rows
        without any answer to some construct), schools.
    skipping : bool array, shape (n,)
        Of the rows used: without any answer to some construct, but to another.
    complete : bool array, shape (n,)
        Of the rows used.
    skipped_codes : int
        Answers that a code or a column calls skipped by design.
    """

    data: pd.DataFrame
    table: pd.DataFrame
    skipping: Mask
    complete: Mask
    skipped_codes: int

    @property
    def left_out(self) -> dict[str, int]:
        """Why rows were left out, and how many for each reason."""
        total = self.table.loc["total"]
        reasons = ("no school", "no answer", "no control", "incomplete")
        return {why: int(total[why]) for why in reasons if total.get(why)}


def respondents(
    data: pd.DataFrame,
    instrument: Instrument,
    group: str | None,
    *,
    skipped: Mapping[str, str],
    by_school: bool,
    complete_only: bool,
    controls: Sequence[str] = (),
) -> Respondents:
    """Prepare the rows, leave out those that cannot be used, and count.

    Raises
    ------
    DataError
        Where an item is not in the data or holds texts, or no row can be used.
    """
    found = prepared(data, instrument)
    frame, items = found.data, list(instrument.all_items)
    marks = skipped_answers(frame, tuple(items), tuple(skipped.items()))
    if marks.any():
        frame = frame.assign(**frame[items].mask(marks))
    values = numeric_columns(frame, tuple(items))
    answered: Mask = ~np.isnan(values)
    skipping = _skipping(answered, instrument)
    complete: Mask = np.asarray(answered.all(axis=1))
    reasons = {}
    if by_school and instrument.school is not None:
        reasons["no school"] = frame[instrument.school].isna().to_numpy()
    reasons["no answer"] = ~answered.any(axis=1)
    if controls:
        reasons["no control"] = frame[list(controls)].isna().any(axis=1).to_numpy()
    if complete_only:
        reasons["incomplete"] = ~complete
    used = np.ones(len(frame), dtype=bool)
    for why, mask in reasons.items():
        reasons[why] = mask & used  # each row is left out for one reason
        used &= ~mask
    _check_variation(values[used], items)
    if not used.any():
        raise DataError("no row can be used: none has an answer (or a school). Is it the file?")
    marks_by_row = {**reasons, "used": used, "complete": used & complete}
    if skipping.any():
        marks_by_row["skipping"] = used & skipping
    table = _counts(frame, marks_by_row, used, instrument.school, group)
    kept = [c for c in table if c in ("rows", "used", "complete", "schools") or table[c].any()]
    codes = int(marks.sum() + found.skipped.to_numpy().sum())
    own = frame[used]
    own.attrs = frame.attrs
    return Respondents(own, table[kept], skipping[used], complete[used], codes)


def _check_variation(values: Array, items: list[str]) -> None:
    """Refuse items that nobody answered, or all alike: no variant could be fitted."""
    for item, own in zip(items, values.T, strict=True):
        answers = np.unique(own[~np.isnan(own)])
        if len(values) > 1 and len(answers) < 2:
            said = f"has one value, {answers[0]:g}," if len(answers) else "has no answer"
            raise DataError(
                f"item {item!r} {said} in all {len(values)} rows: it tells nobody from another. "
                "Leave it out of the instrument."
            )


def _skipping(answered: Mask, instrument: Instrument) -> Mask:
    """Rows without any answer to some construct, but to another."""
    place = {item: number for number, item in enumerate(instrument.all_items)}
    parts = [
        answered[:, [place[item] for item in own]].any(axis=1) for own in instrument.items.values()
    ]
    return np.asarray(np.logical_or.reduce(parts) & ~np.logical_and.reduce(parts))


def _counts(
    frame: pd.DataFrame,
    marks: dict[str, Mask],
    used: Mask,
    school: str | None,
    group: str | None,
) -> pd.DataFrame:
    keys: pd.Series | Sequence[str] = ["all"] * len(frame)
    if group is not None:
        keys = frame[group].astype(object).where(frame[group].notna(), "no group").astype(str)
    table = pd.DataFrame({"rows": 1, **{why: m.astype(int) for why, m in marks.items()}})
    table.index = frame.index
    keys = pd.Series(list(keys), index=frame.index)
    counts = table.groupby(keys, sort=False).sum()
    if school is not None and school in frame:
        counts["schools"] = frame[used].groupby(keys[used], sort=False)[school].nunique()
        counts["schools"] = counts["schools"].fillna(0).astype(int)
    total = counts.sum()
    if "schools" in counts:
        total["schools"] = frame.loc[used, school].nunique()
    counts.loc["total"] = total
    counts.index.name = group or "group"
    return counts
