"""Parameter tables as users edit them in pandas, as model text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from ..errors import ModelError
from ..language import OPERATORS, PHANTOM, is_plain_name, quoted, write_relation
from .parameter_frame import with_lines

_RESTRICTIONS = ("==", "<", ">")
_VALUES = ("fixed", "ustart", "estimate", "est", "start")  # where the value of a fixed row stands
_STARTS = ("start", "ustart")
_INTERCEPTS = ("", "1")


def edited_table_text(table: pd.DataFrame) -> str:
    """The model text of a parameter table, to be read with ``defaults="none"``.

    Parameters
    ----------
    table : DataFrame
        A row a parameter: columns lhs, op, rhs, and where there are any group, level (or block),
        label, free, fixed (or ustart, estimate), start, lower, upper, exogenous (or exo), as
        `Model.parameter_table`, `Fit.parameter_table` and lavaan's ``parTable`` have them. Rows of
        ``:=``, ``==``, ``<`` and ``>`` are lines of their own.

    Raises
    ------
    ModelError
        Naming the row and what is wrong there.
    """
    if missing := [name for name in ("lhs", "op", "rhs") if name not in table.columns]:
        raise ModelError(
            f"a parameter table has columns lhs, op and rhs; {missing[0]!r} is missing."
        )
    table = with_lines(table)
    one_group = "group" in table.columns and table["group"].nunique() < 2
    if one_group:
        table = table.drop(columns="group")
    rows = [_Row(table, place) for place in range(len(table))]
    names = _written_labels(rows)
    lines: list[str] = []
    block: tuple[Any, Any] = (None, None)
    for row in rows:
        if row.is_line or row.is_given:
            continue
        if row.block != block:
            lines += _heads(block, row.block)
            block = row.block
        lines.append(row.line(names))
    lines += [_line(row, names) for row in rows if row.is_line and not row.is_idle(names)]
    return "\n".join(lines)


class _Row:
    """One row of such a table."""

    def __init__(self, table: pd.DataFrame, place: int):
        self._cells = table.iloc[place]
        self.place = place
        self.lhs, self.operator, self.rhs = (self._word(name) for name in ("lhs", "op", "rhs"))
        if self.operator == "~" and self.rhs in _INTERCEPTS:
            self.operator, self.rhs = "~1", ""
        if self.operator not in (*OPERATORS, "~1"):
            raise self.error(f"op {self.operator!r} is none of {' '.join(OPERATORS)} and ~1")

    def error(self, problem: str) -> ModelError:
        """What is wrong in the row."""
        written = f"{self.lhs} {self.operator} {self.rhs}".strip()
        return ModelError(f"row {self.place} of the parameter table ({written}): {problem}.")

    @property
    def is_line(self) -> bool:
        """Whether it is a definition or a constraint."""
        return self.operator in (":=", *_RESTRICTIONS)

    @property
    def is_given(self) -> bool:
        """Whether it is taken from the sample, or follows from other rows."""
        return any(bool(self._number(name)) for name in ("exogenous", "exo", "follows"))

    def is_idle(self, names: dict[str, str]) -> bool:
        """Whether it holds a label equal to itself, as lavaan's tables do over groups."""
        sides = [names.get(side, side) for side in (self.lhs, self.rhs)]
        return self.operator == "==" and sides[0] == sides[1]

    @property
    def block(self) -> tuple[Any, Any]:
        """Its group and its level; None where the table has none, or one."""
        return self._block("group"), self._block("level")

    def _block(self, name: str) -> Any:
        value = self._cells.get(name)
        if value is None or pd.isna(value) or value == "":
            return None
        return value if isinstance(value, str) else int(value)

    @property
    def label(self) -> str:
        """Its label."""
        return self._word("label")

    @property
    def own_name(self) -> str:
        """How constraints call it where it has no label."""
        return self._word("plabel") or f".p{self.place + 1}."

    @property
    def _is_free(self) -> bool:
        fixed, free = self._number("fixed"), self._number("free")
        if "fixed" in self._cells.index:
            if fixed is not None and free:
                raise self.error(
                    f"free={free:g} and fixed={fixed:g} contradict; set free to 0, or fixed to NaN"
                )
            if fixed is None and free == 0.0:
                raise self.error("free=0 needs a number in fixed")
            return fixed is None
        return free is None or free > 0

    def line(self, names: dict[str, str]) -> str:
        """The row as a statement."""
        if (self.operator, self.rhs) == ("=~", "0"):
            return write_relation(self.lhs, PHANTOM, "")
        modifiers = ["NA" if self._is_free else self._fixed_value()]
        if label := names.get(self.label or self.own_name, self.label):
            modifiers.append(label)
        start = next((v for v in map(self._number, _STARTS) if v is not None), None)
        if start is not None and self._is_free:
            modifiers.append(f"start({start!r})")
        for name in ("lower", "upper"):
            bound = self._number(name)
            if bound is not None and abs(bound) != float("inf"):
                modifiers.append(f"{name}({bound!r})")
        return write_relation(self.lhs, self.operator, self.rhs, modifiers)

    def _fixed_value(self) -> str:
        for name in _VALUES:
            value = self._number(name)
            if value is not None:
                return repr(value)
        raise self.error("it is fixed, but no column fixed, ustart or estimate says at what")

    def _word(self, name: str) -> str:
        value = self._cells.get(name, "")
        return "" if pd.isna(value) else str(value).strip()

    def _number(self, name: str) -> float | None:
        value = self._cells.get(name)
        if value is None or pd.isna(value) or value == "":
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            raise self.error(f"{name}={value!r} is no number") from None


def _written_labels(rows: list[_Row]) -> dict[str, str]:
    """Labels as a text can have them: those that begin with a point are given other names."""
    used = " ".join(f"{row.lhs} {row.rhs}" for row in rows if row.is_line)
    wanted = {row.label for row in rows if row.label and not row.is_line}
    wanted |= {row.own_name for row in rows if not row.is_line and _mentions(used, row.own_name)}
    found: dict[str, str] = {}
    for label in sorted(wanted):
        name = label
        while not is_plain_name(name) or name.startswith(".") or name in found.values():
            name = "p_" + re.sub(r"[^\w.]+", "_", name).strip("._")
        found[label] = name
    return found | {row.own_name: found[row.label] for row in rows if row.label and not row.is_line}


def _mentions(text: str, label: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(label)}(?![\w.])", text) is not None


def _heads(before: tuple[Any, Any], now: tuple[Any, Any]) -> Iterator[str]:
    if now[0] != before[0] and now[0] is not None:
        yield f"group: {now[0]}"
    if now[1] is not None:
        yield f"level: {now[1]}"


def _line(row: _Row, names: dict[str, str]) -> str:
    """A definition or a constraint, with labels as they are written."""
    left, right = row.lhs, row.rhs
    for label, name in names.items():
        pattern = rf"(?<![\w.]){re.escape(label)}(?![\w.])"
        left, right = (re.sub(pattern, name, side) for side in (left, right))
    return f"{left if row.operator != ':=' else quoted(left)} {row.operator} {right}"
