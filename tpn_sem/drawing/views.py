"""How results are shown: as text, in notebooks, and as documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd

from ..arguments import checked
from ..languages import said, speaking, spoken
from .tables import Forms, Table, Written, on_a_screen, text_of, wrapped

_LONG = 40  # rows of a table that notebooks fold away


class Shown(Forms):
    """A result that can be printed, shown in a notebook and put into a document.

    `_views` are its sentences and tables, in order; where a class says nothing else, those of its
    fields. What stands in its ``notes`` comes first in documents.
    """

    def _views(self) -> Iterable[str | Table]:
        return field_views(self)

    def _text(self) -> str:
        return "\n\n".join(map(str, self._views()))

    def _parts(self) -> list[str | Written]:
        """Warnings, then what was asked."""
        shown = list(self._views())
        given = getattr(self, "notes", ())
        notes = set(given) if isinstance(given, tuple | list) else set()
        warned = [one for one in shown if isinstance(one, str) and _is_warning(one, notes)]
        others = [one for one in shown if not (isinstance(one, str) and _is_warning(one, notes))]
        first = [one if one.startswith("! ") else f"! {one}" for one in warned]
        return [*first, *map(_part, others)]

    def __repr__(self) -> str:
        return on_a_screen(self.to_text(), "print(result.to_text()) shows all")

    @checked
    def to_text(self, *, language: str | None = None) -> str:
        """All of it as plain text that fits the terminal's width."""
        with speaking(language or self._language, self._names):
            return wrapped(self._text() if spoken() == "en" else self._translated())

    def _translated(self) -> str:
        """Sentences and tables in the language that is spoken."""
        parts = self._parts()
        return "\n\n".join(one if isinstance(one, str) else text_of(one) for one in parts)


def _is_warning(text: str, notes: set[str]) -> bool:
    return text in notes or text.startswith("! ")


def _part(view: str | Table) -> str | Written:
    if isinstance(view, str):
        return said(view)
    written = view.written()
    return written.folded_away() if len(written.body) > _LONG else written


def field_views(result: Any) -> Iterable[str | Table]:
    """What the fields of a result hold: notes and sentences, then tables under their names."""
    assert is_dataclass(result)
    values = {one.name: getattr(result, one.name) for one in fields(result)}
    public = {name: value for name, value in values.items() if not name.startswith("_")}
    yield from public.get("notes") or ()
    small = {
        name.replace("_", " "): value
        for name, value in public.items()
        if isinstance(value, str | int | float) and value != ""
    }
    if small:
        yield Table(pd.DataFrame({"value": pd.Series(small, dtype=object)}), formats=None)
    for name, value in public.items():
        title = name.replace("_", " ").capitalize()
        if isinstance(value, pd.Series):
            value = value.to_frame(value.name or "value")
        if isinstance(value, pd.DataFrame) and len(value):
            yield Table(value, title)
        elif isinstance(value, Shown):
            yield f"{title}: see .{name}"
        elif name != "notes" and _are_sentences(value):
            yield from value


def _are_sentences(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and all(isinstance(one, str) for one in value)
        and not (isinstance(value, str))
    )
