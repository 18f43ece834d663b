"""What was read from where, and how: the record that a data frame keeps in its attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


class Reading(dict[str, Any]):
    """How a file was read; prints as a short account, and is a dict that JSON can hold.

    Its keys are path, format, encoding, separator, decimal, sheet (None where the format has
    none), n_rows, n_columns, decisions (list of str), sha256 (of the file's bytes, in hex),
    first_row (where the first answers stand in the file, from 1) and empty_rows (left out since).
    """

    def __str__(self) -> str:
        facts = [
            f"{word} {self[key]!r}"
            for key, word in (
                ("encoding", "encoding"),
                ("separator", "separator"),
                ("decimal", "decimal mark"),
                ("sheet", "sheet"),
            )
            if self.get(key) is not None
        ]
        size = f"{self.get('n_rows')} rows x {self.get('n_columns')} columns"
        name = Path(str(self.get("path"))).name
        head = f"{name}: {', '.join([str(self.get('format')), *facts, size])}"
        return "\n".join([head, *(f"  {note}" for note in self.get("decisions", ()))])


def empty_rows(rows: Sequence[int]) -> list[int]:
    """Rows of the file between those that hold answers."""
    return sorted(set(range(rows[0], rows[-1])) - set(rows)) if len(rows) else []


def file_rows(labels: Iterable[object], attrs: Mapping[str, Any]) -> list[object]:
    """Rows of the file that the labels of an index stand for; the labels where there is no file."""
    reading = attrs.get("reading")
    if not isinstance(reading, Mapping) or "first_row" not in reading:
        return list(labels)
    found: list[object] = []
    for label in labels:
        if not isinstance(label, int) or isinstance(label, bool):
            found.append(label)
            continue
        row = int(reading["first_row"]) + label
        for empty in reading["empty_rows"]:
            row += empty <= row
        found.append(row)
    return found
