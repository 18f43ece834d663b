"""Which character stands between the fields of a text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice

from ...errors import OptionError

SEPARATORS = ("\t", ";", "|", ",")
"""Those that are recognised, the least likely to stand inside an answer first."""

_SAMPLE_ROWS = 300
_STATED = re.compile(r"\A\ufeff?\"?sep=(.)\"?[ ]*(?:\r\n|\n|\r)", re.IGNORECASE)


def check_marks(separator: str | None, decimal: str | None) -> None:
    """See that the two marks can be told apart.

    Raises
    ------
    OptionError
    """
    if separator is not None and (len(separator) != 1 or separator in '"\r\n'):
        raise OptionError(
            f"separator={separator!r}: give one character, such as ',', ';' or '\\t'; it cannot be "
            "a quotation mark or an end of line."
        )
    if decimal is not None and decimal not in (".", ","):
        raise OptionError(f"decimal={decimal!r}: the decimal mark is '.' or ','.")
    if separator is not None and separator == decimal:
        raise OptionError(
            f"separator={separator!r} and decimal={decimal!r} are the same; they cannot be told "
            "apart."
        )


def split_stated(text: str) -> tuple[str | None, str]:
    """The separator that a first line such as ``sep=;`` states, and the text below that line."""
    found = _STATED.match(text)
    return (found.group(1), text[found.end() :]) if found else (None, text)


def recognise_separator(text: str, header: int) -> str | None:
    """The separator by which the rows from the headings on have the same number of fields.

    None where no separator gives more than one.
    """
    best, best_rank = None, (0.0, 0.0, 0)
    for separator in SEPARATORS:
        rank = _rank(_field_counts(text, separator, header))
        if rank > best_rank:
            best, best_rank = separator, rank
    return best


def packed_separator(rows: list[str]) -> str | None:
    """The separator inside rows that stand in one field each; None where they do not.

    Two fields a row are not enough: a comma in every answer is no separator.
    """
    for separator in SEPARATORS:
        sure, agree, n_fields = _rank(_field_counts("\n".join(rows), separator, 1))
        if sure and agree == 1.0 and n_fields > 2:
            return separator
    return None


def _field_counts(text: str, separator: str, header: int) -> list[int]:
    """Numbers of fields, that of the headings first; of the rows that are not empty."""
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        counts = [len(record) for record in islice(records, header - 1, header + _SAMPLE_ROWS)]
    except csv.Error:
        return []
    return [count for count in counts if count]


def _rank(counts: list[int]) -> tuple[float, float, int]:
    """Whether the headings have as many fields as rows; how many rows agree; how many fields."""
    if not counts or max(counts) < 2:
        return (0.0, 0.0, 0)
    usual, times = Counter(counts).most_common(1)[0]
    if usual < 2:  # most rows have one field: a mark inside answers, or rows below a title
        return (0.0, times / len(counts) * 0.1 if counts[0] > 1 else 0.0, counts[0])
    agree = times / len(counts)
    return (float(counts[0] == usual and agree > 0.8), float(round(agree, 1)), usual)
