"""Which decimal mark the numbers of a file have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .answer_column import AnswerColumn
from .decisions import Decisions, quoted

_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


def recognise_decimal(
    columns: Sequence[AnswerColumn], separator: str | None, decisions: Decisions
) -> str:
    """The mark that the numbers of more columns have: ``.`` or ``,``.

    What could as well be thousands (``1,250``) counts as decimal only where the separator is a
    semicolon, as in files of programs whose decimal mark is a comma.
    """
    points = [column for column in columns if _is_decimal(column, ".")]
    commas = [column for column in columns if _is_decimal(column, ",")]
    if not commas:
        return "."
    if separator != ";" and all(map(_could_be_thousands, commas)):
        decisions.say(
            f"{quoted(column.name for column in commas)}: '{_example(commas[0])}' may be thousands "
            "or decimals and stays text; give decimal=',' if it is a decimal mark"
        )
        return "."
    mark = (
        ","
        if len(commas) > len(points) or (len(commas) == len(points) and separator == ";")
        else "."
    )
    others = points if mark == "," else commas
    if others:
        decisions.say(
            f"{quoted(column.name for column in others)}: numbers with another decimal mark than "
            f"{mark!r} stay text"
        )
    return mark


def _is_decimal(column: AnswerColumn, mark: str) -> bool:
    return column.has_numbers(mark) and any(mark in text for text in column.answers)


def _could_be_thousands(column: AnswerColumn) -> bool:
    return all(
        _MAYBE_THOUSANDS.fullmatch(text) for text in column.answers if "," in text
    ) and not any(text.lstrip("+-").startswith("0,") for text in column.answers)


def _example(column: AnswerColumn) -> str:
    return next(text for text in column.answers if "," in text)
