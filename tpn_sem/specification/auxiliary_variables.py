"""Auxiliary variables: they say more about missing answers without changing the model."""

from __future__ import annotations

from itertools import combinations, product

from ..errors import OptionError
from ..language import Statements, parse, write_relation
from .roles import find_roles


def with_auxiliary(statements: Statements, auxiliary: tuple[str, ...]) -> Statements:
    """The model with saturated correlates. Graham (2003).

    Auxiliary variables covary with each other, with every observed predictor, and with the
    residual of every other observed variable, so that they explain nothing and restrict nothing.

    Raises
    ------
    OptionError
        Where one of them is a variable of the model.
    """
    if not auxiliary:
        return statements
    roles = find_roles(statements)
    for name in auxiliary:
        if name in roles.all:
            raise OptionError(f"auxiliary= names {name!r}, which is a variable of the model.")
    return parse("\n".join([statements.text, *correlates(roles.observed, auxiliary)]))


def correlates(observed: tuple[str, ...], auxiliary: tuple[str, ...]) -> list[str]:
    """Lines of model text that let auxiliary variables covary with everything."""
    pairs = [(name, name) for name in auxiliary]
    pairs += combinations(auxiliary, 2)
    pairs += product(auxiliary, observed)
    return [write_relation(one, "~~", other) for one, other in pairs]
