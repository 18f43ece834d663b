"""What a row of a table of parameters is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...arguments import checked
from ...errors import OptionError
from ...languages import said, speaking

_SAID = {
    "variance": "{lhs} variance",
    "~~": "{lhs} with {rhs}",
    "=~": "{lhs} measured by {rhs}",
    "<~": "{lhs} made of {rhs}",
    "~": "{lhs} on {rhs}",
    "~1": "{lhs} intercept",
    "|": "{lhs} threshold {rhs}",
    "~*~": "{lhs} scale",
}
STATEMENT = ("lhs", "op", "rhs")
EFFECT = ("kind", "from", "through", "to")


@checked
def words_of(row: Mapping[str, Any] | pd.Series, *, language: str = "en") -> str:
    """A parameter in words: "NPC variance", "indirect effect of NPC on KS through KSSE".

    Parameters
    ----------
    row : mapping
        With lhs, op and rhs; or, of a row of `Fit.effects`, kind, from, through and to.
    language : {"en", "ru", "kk"}

    Returns
    -------
    str
        With the group or level in brackets, where the row has one.

    Raises
    ------
    OptionError
        For what is no such row.
    """
    if not any(all(name in row for name in names) for names in (STATEMENT, EFFECT)):
        raise OptionError(
            f"words_of takes a row of fit.estimates or fit.effects(): {', '.join(STATEMENT)}; or "
            f"{', '.join(EFFECT)}."
        )
    with speaking(language):
        return said_in_words(row)


def said_in_words(row: Mapping[str, Any] | pd.Series) -> str:
    """What `words_of` says, of a row that is known to be one."""
    text = _effect(row) if "kind" in row and "from" in row else _parameter(row)
    marks = [str(row["group"])] if row.get("group") else []
    marks += [said("level {level}").format(level=row["level"])] if row.get("level") else []
    return f"{text} [{', '.join(marks)}]" if marks else text


def _effect(row: Mapping[str, Any] | pd.Series) -> str:
    through = row.get("through", "")
    if not isinstance(through, str):
        through = ", ".join(map(str, through))
    words = said(f"{row['kind']} effect of {{predictor}} on {{outcome}}")
    effect = words.format(predictor=row["from"], outcome=row["to"])
    if not through:
        return effect
    return said("{effect} through {through}").format(effect=effect, through=through)


def _parameter(row: Mapping[str, Any] | pd.Series) -> str:
    lhs, op, rhs = (str(row[name]) for name in STATEMENT)
    if op == "~~":
        op = "variance" if lhs == rhs else op
    if op == ":=":
        return lhs
    words = _SAID.get(op)
    if words is None:
        return f"{lhs} {op} {rhs}".strip()
    return said(words).format(lhs=lhs, rhs=rhs.removeprefix("t") if op == "|" else rhs)


def with_words(table: pd.DataFrame) -> pd.DataFrame:
    """A table of parameters or effects with one column of words for what a row is."""
    said = next((names for names in (STATEMENT, EFFECT) if set(names) <= set(table.columns)), None)
    if said is None or table.columns.nlevels > 1:
        return table
    marks = [name for name in ("group", "level") if name in table]
    words = [said_in_words(row) for row in table[[*said, *marks]].to_dict("records")]
    kept = table.drop(columns=[*said, *marks])
    kept.insert(0, "parameter", words)
    return kept
