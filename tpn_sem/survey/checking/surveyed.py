"""The survey as its checks see it: items as numbers, constructs, schools and groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...data import StrayCode, Tally, plain_form, stray_codes, tallies
from ...numerics import Array, Mask
from ..instrument import Instrument
from ..preparation import Prepared, coded, prepared, waiting_to_turn
from ..scales import Scale

_STEM = re.compile(r"^(.*?[^\W\d])[\W_]*\d+[a-zа-я]?$", re.IGNORECASE)
_NUMBERED = re.compile(r"\W*(\d{1,3})\W")
_FEWEST, _MOST = 3, 11  # points of a rating scale
_MOST_NUMBERS = 0.5  # share of numbers that makes a column of texts one of numbers


@dataclass(frozen=True, eq=False)
class Surveyed:
    """Data and what is known of them.

    Attributes
    ----------
    frame : DataFrame
        As given.
    constructs : dict of str to tuple of str
        Columns of the data, by construct, as given by the instrument or guessed.
    instrument : Instrument or None
    group, school, id : str or None
        Columns.
    """

    frame: pd.DataFrame
    constructs: Mapping[str, tuple[str, ...]]
    instrument: Instrument | None
    group: str | None
    school: str | None
    id: str | None

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Columns of all items."""
        return tuple(item for own in self.constructs.values() for item in own)

    @cached_property
    def _prepared(self) -> Prepared | None:
        return None if self.instrument is None else prepared(self.frame, self.instrument)

    def column(self, item: str) -> pd.Series:
        """The answers to an item as given, but that texts of its scale are points."""
        return coded(self.frame[item], self._scale(item))

    @cached_property
    def raw(self) -> Array:
        """Answers as numbers, shape (n, p), items as given: codes stand, texts are NaN."""
        columns = [as_numbers(self.column(item)) for item in self.items]
        return np.column_stack(columns) if columns else np.empty((len(self.frame), 0))

    @cached_property
    def coded(self) -> Mask:
        """Answers whose codes the instrument explains, shape (n, p)."""
        if self._prepared is None:
            return np.zeros(self.raw.shape, dtype=bool)
        return np.asarray(self._prepared.skipped | self._prepared.not_applicable)

    @cached_property
    def answers(self) -> Array:
        """Answers as numbers, without codes that the instrument explains, not turned."""
        return np.where(self.coded, np.nan, self.raw)

    @cached_property
    def strays(self) -> tuple[StrayCode, ...]:
        """Codes outside the scales: the instrument's, or those that answers show."""
        told = stray_codes(tally for name, tally in self.tallies.items() if not self.scale(name))
        found = {item: [one for one in told if one.column == item] for item in self.items}
        for item, tally in self.tallies.items():
            scale = self.scale(item)
            if scale is None:
                continue
            low, high = scale
            found[item] += [
                StrayCode(item, point, count, low, high, False)
                for point, count in zip(tally.points, tally.counts, strict=True)
                if not low <= point <= high
            ]
        return tuple(one for own in found.values() for one in own)

    @cached_property
    def clean(self) -> Array:
        """Answers without the codes outside the scale, shape (n, p)."""
        values = self.answers.copy()
        for one in self.strays:
            own = values[:, self.place(one.column)]
            own[own == one.code] = np.nan
        return values

    @cached_property
    def turned(self) -> Array:
        """The same, reversed items turned, if they were not yet."""
        values = self.clean.copy()
        waiting = waiting_to_turn(self.frame, self.instrument) if self.instrument else ()
        for place, item in enumerate(self.items):
            scale = self._scale(item)
            if scale is not None and self._short(item) in waiting:
                values[:, place] = scale.low + scale.high - values[:, place]
        return values

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        """How often each answer occurs, by item."""
        return {one.name: one for one in tallies(self.answers, self.items)}

    @cached_property
    def groups(self) -> pd.Series | None:
        """The group of each row, labels alike to the eye as one; None without groups."""
        return None if self.group is None else _one_spelling(self.frame[self.group])

    @cached_property
    def schools(self) -> pd.Series | None:
        """The same of schools."""
        return None if self.school is None else _one_spelling(self.frame[self.school])

    def is_reversed(self, item: str) -> bool:
        """Whether the instrument calls an item reversed."""
        return self.instrument is not None and self._short(item) in self.instrument.reversed

    def scale(self, item: str) -> tuple[float, float] | None:
        """Lowest and highest point of an item, where the instrument says it."""
        found = self._scale(item)
        return None if found is None else (float(found.low), float(found.high))

    def is_in_words(self, item: str) -> bool:
        """Whether the instrument gives the answers of an item as texts."""
        scale = self._scale(item)
        return scale is not None and bool(scale.answers)

    def wording(self, item: str) -> str:
        """What is asked: the instrument's wording, the file's label, or the heading."""
        if self.instrument is not None:
            return self.instrument.text(self._short(item))
        return str(self.frame.attrs.get("headings", {}).get(item, item))

    def place(self, item: str) -> int:
        """Column of an item in the arrays."""
        return self.items.index(item)

    def _scale(self, item: str) -> Scale | None:
        return None if self.instrument is None else self.instrument.scale_of(item)

    def _short(self, item: str) -> str:
        assert self.instrument is not None
        return self.instrument.names.get(item, item)


def _one_spelling(column: pd.Series) -> pd.Series:
    """The most frequent of the spellings that a label has."""
    spelt: dict[str, object] = {}
    usual = {
        label: spelt.setdefault(plain_form(label), label) for label in column.value_counts().index
    }
    return column.map(usual)


def as_numbers(column: pd.Series) -> Array:
    """A column as finite numbers, shape (n,): texts that are none are NaN."""
    if not pd.api.types.is_numeric_dtype(column):
        column = pd.to_numeric(column.astype(object), errors="coerce")
    values = column.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isinf(values), np.nan, values)


def guessed_constructs(
    frame: pd.DataFrame, others: tuple[str | None, ...]
) -> dict[str, tuple[str, ...]]:
    """Columns that look like rating scales, by the stems of their names (npc1, npc2: npc)."""
    found: dict[str, list[str]] = {}
    parts = _Parts()
    for name in map(str, frame.columns):
        if name in others or list(frame.columns).count(name) > 1:
            continue
        if _looks_rated(frame[name]):
            parts.see(name)
            match = None if parts.is_numbered else _STEM.match(name)
            found.setdefault(match.group(1) if match else parts.name, []).append(name)
    found |= _rated_in_words(frame, others)
    single = [item for own in found.values() if len(own) < 2 for item in own]
    blocks = {stem: tuple(own) for stem, own in found.items() if len(own) > 1 and stem}
    rest = [*found.get("", ()), *(item for item in single if item not in found.get("", ()))]
    return {**blocks, **({"": tuple(rest)} if rest else {})}


def _rated_in_words(frame: pd.DataFrame, others: tuple[str | None, ...]) -> dict[str, list[str]]:
    """Columns of texts that have the same few labels, as "agree": three or more together."""
    blocks: list[tuple[set[str], list[str]]] = []
    for name in map(str, frame.columns):
        column = frame[name]
        is_text = isinstance(column, pd.Series) and not pd.api.types.is_numeric_dtype(column)
        if name in others or not is_text:
            continue
        labels = {plain_form(label) for label in column.dropna().unique()[: 2 * _MOST]}
        if not 2 <= len(labels) <= _MOST:
            continue
        for known, own in blocks:
            if len(known & labels) >= 2 and len(known | labels) <= _MOST:
                known |= labels
                own.append(name)
                break
        else:
            blocks.append((labels, [name]))
    return {f"words{k}": own for k, (_, own) in enumerate(blocks, 1) if len(own) > 2}


class _Parts:
    """Parts of a questionnaire whose headings are numbered: "1. ..." begins a new one."""

    def __init__(self) -> None:
        self.part, self.last, self.is_numbered = 0, 0, False

    def see(self, heading: str) -> None:
        """Take notice of the next heading."""
        match = _NUMBERED.match(heading)
        self.is_numbered = match is not None
        if match:
            number = int(match.group(1))
            self.part += number <= self.last or self.part == 0
            self.last = number

    @property
    def name(self) -> str:
        """The part of the last heading; empty where it has no number."""
        return f"part{self.part}" if self.is_numbered else ""


def _looks_rated(column: pd.Series) -> bool:
    """Whether most answers are whole numbers of three to eleven points."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return False
    values = as_numbers(column)
    there = values[~np.isnan(values)]
    if len(there) < max(1.0, _MOST_NUMBERS * column.notna().sum()):
        return False
    if not (there == np.floor(there)).all():
        return False
    points, counts = np.unique(there, return_counts=True)
    frequent = points[counts >= 0.005 * len(there)]
    few = _FEWEST <= len(frequent) <= _MOST + 2
    return bool(few and abs(np.median(there)) <= _MOST)
