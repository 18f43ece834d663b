"""Correlation structures: observed variables have variance one in the model, and scales beside it.

The covariance matrix is D P D, with the scales D, deviations of the variables, and a model P whose
variances are one, so that residual variances follow from the rest. Jennrich (1970); Shapiro &
Browne (1990). Loadings, paths and constraints are those of standardised variables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..errors import NotEstimatedError, OptionError
from ..language import Modifiers, Statements, plain_name
from .options import ModelOptions
from .parameter import Key, Parameter, key
from .roles import Roles


def standardised_names(roles: Roles, options: ModelOptions) -> tuple[str, ...]:
    """Observed variables with variance one: all but products, or those that are named."""
    wanted = options.correlation
    if isinstance(wanted, bool):
        return tuple(name for name in roles.observed if wanted and ":" not in name)
    return tuple(name for name in roles.observed if name in wanted)


def check_correlation(
    statements: Statements, roles: Roles, options: ModelOptions, ordered: Iterable[str] = ()
) -> None:
    """Refuse what correlation structures do not go with, or have no room for.

    Raises
    ------
    ModelError, NotEstimatedError, OptionError
    """
    if not options.correlation:
        return
    names = () if isinstance(options.correlation, bool) else options.correlation
    strange = [name for name in names if name not in roles.observed]
    if strange:
        raise OptionError(
            f"correlation= names {strange[0]!r}, which is no observed variable of the model."
        )
    for has, what in (
        (statements.has_levels, "level: blocks"),
        (bool(tuple(ordered)), "ordered=, whose moments are correlations anyway"),
        (bool(roles.composites), "composites (<~)"),
        (bool(roles.products), "products of latent variables"),
        (any(one.modifiers.efa for one in statements.relations), "efa() blocks"),
    ):
        if has:
            raise NotEstimatedError(f"correlation= is not estimated together with {what}.")
    standardised = set(standardised_names(roles, options))
    for relation in statements.relations:
        own = relation.lhs == relation.rhs and relation.lhs in standardised
        if own and relation.operator == "~~" and _says_something(relation.modifiers):
            raise statements.error(
                f"with correlation= the residual variance of {plain_name(relation.lhs)!r} follows "
                "from the rest: leave it out",
                relation.position,
                len(relation.lhs),
            )


def _says_something(modifiers: Modifiers) -> bool:
    """Whether a residual variance is more than mentioned, or freed (NA)."""
    return replace(modifiers, fixed=()) != Modifiers() or any(one == one for one in modifiers.fixed)


def let_scale(rows: dict[Key, Parameter], roles: Roles, options: ModelOptions, group: int) -> None:
    """Add scales, and let residual variances follow; of fixed predictors both are the sample's."""
    for name in standardised_names(roles, options):
        place = key(name, "~~", name)
        variance = rows.get(place, Parameter(name, "~~", name, group))
        taken = variance.exogenous
        if not taken:
            rows[place] = variance._replace(follows=True, free=-1, fixed=float("nan"))
        scale = key(name, "~*~", name)
        rows.setdefault(scale, Parameter(name, "~*~", name, group, exogenous=taken))


def refuse_correlation(options: ModelOptions, caller: str) -> None:
    """Refuse a correlation structure where nothing knows what follows from variances of one.

    Raises
    ------
    NotEstimatedError
    """
    if options.correlation:
        raise NotEstimatedError(
            f"{caller} knows no correlation structures: leave correlation= out, and read "
            "fit.standardized()."
        )
