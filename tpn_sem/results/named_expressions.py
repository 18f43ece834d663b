"""Expressions in labels, in definitions, or in parameters as tables of estimates name them."""

from __future__ import annotations

import re
from dataclasses import replace
from math import isnan

import pandas as pd

from ..errors import ModelError, NotAvailableError, nearest
from ..estimation import Estimation
from ..language import Expression, names, parse
from ..numerics import Array
from ..specification import Restrictions, squeezed
from .delta_method import LEVEL, inference
from .estimates import estimates_table
from .named_rows import statements_of
from .shown_levels import with_levels


def with_row_numbers(estimation: Estimation, text: str) -> str:
    """The text with ``.p2.`` for ``f =~ x2``, ``f=~x2.g2`` and ``f =~ x2 [rural]``."""
    rows = estimation.specification.table.rows
    table = with_levels(estimates_table(estimation).iloc[: len(rows)])
    if len(table) != len(rows):  # with random slopes, whose carriers no table shows
        return text
    known: dict[str, str] = {}
    for said in (statements_of(table), statements_of(table, turned=True)):
        for place, (row, name) in enumerate(zip(rows, said, strict=True), 1):
            for one in (name, row.name_in(row.group)):
                known.setdefault(_spaced(one), f".p{place}.")
    pattern = "|".join(sorted(known, key=len, reverse=True))
    lookup = {squeezed(_plain(name)): number for name, number in known.items()}
    return re.sub(
        rf"(?<![\w.])`?(?:{pattern})`?(?![\w.])",
        lambda found: lookup.get(squeezed(found.group().strip("`")), found.group()),
        text,
    )


def _spaced(name: str) -> str:
    """A pattern of a name in which blanks around operators do not matter."""
    parts = re.split(r"\s*(=~|~~|~\*~|~|\|)\s*", name, maxsplit=1)
    return r"\s*".join(re.escape(part) for part in parts)


def _plain(pattern: str) -> str:
    """The name that such a pattern was made of."""
    return re.sub(r"\\(.)", r"\1", pattern.replace(r"\s*", ""))


def with_row_names(estimation: Estimation) -> Restrictions:
    """What expressions may name: labels, definitions, and rows by number, as ``.p2.``."""
    specification = estimation.specification
    rows = {f".p{place}.": row for place, row in enumerate(specification.table.rows, 1)}
    return replace(specification.restrictions, labels=specification.restrictions.labels | rows)


def check_known(vocabulary: Restrictions, expression: Expression) -> None:
    """Refuse names that nothing has, and numbers that are no parameters.

    Raises
    ------
    ModelError
    """
    known = [*vocabulary.labels, *vocabulary.definitions]
    for name in names(expression):
        if name.name not in known:
            said = [one for one in known if not one.startswith(".")]
            advice = nearest(name.name, said) or "; label a parameter first, as a*x"
            raise ModelError(f"no parameter has the label {name.name!r}{advice}")
        row = vocabulary.labels.get(name.name)
        if row is not None and row.free < 0 and isnan(row.fixed):
            why = "is taken from the sample" if row.exogenous else "follows from other parameters"
            raise ModelError(f"{row.name_in(row.group)} {why}: it is in no expression.")


def evaluated(estimation: Estimation, expressions: tuple[str, ...]) -> tuple[Array, Array]:
    """Values of expressions and their slopes in the free parameters, shapes (k,) and (k, n_free).

    Raises
    ------
    ModelError, NotAvailableError
    """
    if not expressions:
        raise ModelError("give expressions, as 'a*b' or 'f =~ x2 - f =~ x3'.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: its numbers are no estimates.")
    vocabulary = with_row_names(estimation)
    parsed = []
    for text in expressions:
        statements = parse(f"expression := {with_row_numbers(estimation, text)}")
        parsed.append(statements.definitions[0].expression)
        check_known(vocabulary, parsed[-1])
    return vocabulary.evaluate(tuple(parsed), estimation.parameters)


def transformed(
    estimation: Estimation, expressions: tuple[str, ...], level: float = LEVEL
) -> pd.DataFrame:
    """A row an expression, with the delta method's inference; see `Fit.transformed`."""
    values, slopes = evaluated(estimation, expressions)
    found = pd.DataFrame(inference(estimation, values, slopes, level=level), index=expressions)
    found.attrs["vcov"] = pd.DataFrame(
        slopes @ estimation.covariance @ slopes.T, expressions, expressions
    )
    return found
