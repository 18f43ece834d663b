"""What a row of a table of parameters is, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from ...arguments import checked
from ...errors import OptionError
from ...languages import said, speaking

_SAID = {
    "variance": "{lhs} variance",
    "residual variance": "{lhs} residual variance",
    "residual": "{name} residual",
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
_ERRORS = ("se", "z", "p_value", "ci_lower", "ci_upper")
EXPLAINED = "explained"
"""Of tables of parameters, in `attrs`: (level, name) of each variable that the model explains."""


@checked
def words_of(
    row: Mapping[str, Any] | pd.Series, *, explained: Collection[str] = (), language: str = "en"
) -> str:
    """A parameter in words: "NPC variance", "indirect effect of NPC on KS through KSSE".

    Parameters
    ----------
    row : mapping
        With lhs, op and rhs; or, of a row of `Fit.effects`, kind, from, through and to.
    explained : collection of str
        Variables that the model explains: their variances and covariances are those of residuals.
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
    level = row.get("level") or 0
    with speaking(language):
        return said_in_words(row, {(level, name) for name in explained})


def said_in_words(
    row: Mapping[str, Any] | pd.Series, explained: Collection[tuple[int, str]] = ()
) -> str:
    """What `words_of` says, of a row that is known to be one.

    Parameters
    ----------
    row : mapping
    explained : collection of (level, name)
        Level 0 where a model has no levels.
    """
    is_effect = "kind" in row and "from" in row
    text = _effect(row) if is_effect else _parameter(row, explained)
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


def explained_in(table: pd.DataFrame) -> set[tuple[int, str]]:
    """Variables that a table's model explains: as it says itself, or else by its own rows."""
    if EXPLAINED in table.attrs:
        return set(table.attrs[EXPLAINED])
    if not set(STATEMENT) <= set(table.columns):
        return set()
    levels = table["level"] if "level" in table else [0] * len(table)
    ends = {"=~": "rhs", "~": "lhs"}
    return {
        (level, str(row[ends[row["op"]]]))
        for level, row in zip(levels, table[list(STATEMENT)].to_dict("records"), strict=True)
        if row["op"] in ends
    }


def _parameter(row: Mapping[str, Any] | pd.Series, explained: Collection[tuple[int, str]]) -> str:
    lhs, op, rhs = (str(row[name]) for name in STATEMENT)
    if op == "~~":
        level = row.get("level") or 0
        left, right = ((level, name) in explained for name in (lhs, rhs))
        if lhs == rhs:
            op = "residual variance" if left else "variance"
        else:
            lhs, rhs = _residual(lhs, left), _residual(rhs, right)
    if op == ":=":
        return lhs
    words = _SAID.get(op)
    if words is None:
        return f"{lhs} {op} {rhs}".strip()
    return said(words).format(lhs=lhs, rhs=rhs.removeprefix("t") if op == "|" else rhs)


def _residual(name: str, explained: bool) -> str:
    return said(_SAID["residual"]).format(name=name) if explained else name


def without_errors_of_fixed(table: pd.DataFrame) -> pd.DataFrame:
    """A table of estimates in which what is fixed has no standard error, test and interval."""
    if "se" not in table:
        return table
    lacking = [name for name in _ERRORS if name in table]
    return table.assign(**{name: table[name].where(table["se"] != 0.0) for name in lacking})


def with_words(table: pd.DataFrame) -> pd.DataFrame:
    """A table of parameters or effects with one column of words for what a row is."""
    said = next((names for names in (STATEMENT, EFFECT) if set(names) <= set(table.columns)), None)
    if said is None or table.columns.nlevels > 1:
        return table
    marks = [name for name in ("group", "level") if name in table]
    known = explained_in(table)
    words = [said_in_words(row, known) for row in table[[*said, *marks]].to_dict("records")]
    kept = without_errors_of_fixed(table.drop(columns=[*said, *marks]))
    kept.insert(0, "parameter", words)
    return kept
