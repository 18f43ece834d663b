"""What estimators that go step by step take: a model, data and some of the options of a fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ..data import Data
from ..errors import NotEstimatedError, OptionError
from ..estimation import Estimation, estimate
from ..fit import refuse_levels
from ..model import Model
from ..specification import (
    OPTION_NAMES,
    Specification,
    find_roles,
    has_products,
    read_options,
    refuse_composites,
)

_ORDINAL = ("ordered", "parameterization", "link", "nodes", "auto_th", "auto_delta")


def read_joint(
    caller: str,
    model: Model | str,
    data: Data,
    given: Mapping[str, Any],
    allowed: Collection[str],
    defaults: Mapping[str, Any],
    errors: tuple[str, ...] = ("standard", "none"),
    knows_instruments: bool = False,
) -> Estimation:
    """The whole model with its samples, at start values.

    Parameters
    ----------
    errors : tuple of str
        What se= can be.
    knows_instruments : bool
        Whether the caller heeds those of the text (``|~``).

    Raises
    ------
    OptionError, NotEstimatedError
        For what the caller cannot heed or handle.
    """
    model = model if isinstance(model, Model) else Model(model)
    options = {**model.options, **given}
    known = {name for names in OPTION_NAMES.values() for name in names}
    for name in options:
        if name in known and name not in allowed:
            _refuse(caller, name, allowed)
    statements = model.statements
    if knows_instruments:
        statements = replace(statements, instruments=())
    refuse_levels(statements.has_levels, caller)
    if has_products(statements):
        raise NotEstimatedError(f"{caller} knows no products of variables: fit with products=.")
    refuse_composites(find_roles(statements), caller)
    read = read_options(model.defaults, {**defaults, **options})
    if read.estimation.se not in errors:
        listing = ", ".join(repr(one) for one in errors)
        raise OptionError(f"{caller} has errors of its own: se= is one of {listing}.")
    found = estimate(statements, read.changed(do_fit=False), data)
    _check(caller, found.specification)
    return found


def errors_of_dependent(given: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults that clusters and sampling weights need."""
    dependent = any(given.get(name) is not None for name in ("cluster", "sampling_weights"))
    return {"se": "robust_sem", "information": "expected"} if dependent else {}


def refuse_normal_errors(joint: Estimation) -> None:
    """Refuse errors of normal data where items are ordinal.

    Raises
    ------
    OptionError
    """
    if joint.specification.categories and joint.options.se == "standard":
        raise OptionError(
            "se='standard' rests on normality of what is observed, and ordinal items are not: "
            "leave it out; errors with ordered= are robust ones."
        )


def _refuse(caller: str, name: str, allowed: Collection[str]) -> None:
    if name in _ORDINAL:
        raise NotEstimatedError(
            f"{caller} has no {name}=: leave it out, or fit with sem(..., ordered=...)."
        )
    listing = ", ".join(f"{one}=" for one in sorted(allowed))
    raise OptionError(f"{caller} has no {name}=: leave it out. It takes {listing}.")


def _check(caller: str, specification: Specification) -> None:
    problem = ""
    if specification.restrictions.rotations:
        problem = "exploratory blocks"
    elif specification.has_own_variables:
        problem = "groups with variables of their own"
    if problem:
        raise NotEstimatedError(f"{caller} knows no {problem}: fit with sem.")
