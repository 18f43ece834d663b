"""Sets of parameters and their names, as `group_equal` and `moderated` take them."""

from __future__ import annotations

from .parameter import Parameter
from .roles import Roles

PARAMETER_SETS = (
    "loadings",
    "composite_weights",
    "intercepts",
    "thresholds",
    "means",
    "residuals",
    "residual_covariances",
    "lv_variances",
    "lv_covariances",
    "regressions",
)


def sets_named(names: tuple[str, ...], ordered: bool) -> tuple[str, ...]:
    """Sets by their names, where "all" stands for every one that the data have, "none" for none."""
    if "all" in names:
        return tuple(one for one in PARAMETER_SETS if one != "thresholds" or ordered)
    return () if names == ("none",) else names


def parameter_set(row: Parameter, roles: Roles) -> str:
    """The set that a parameter belongs to; "scales" are no set that anyone can name."""
    latent = row.lhs in roles.latent
    if row.operator == "=~":
        return "loadings"
    if row.operator == "<~":
        return "composite_weights"
    if row.operator == "~":
        return "regressions"
    if row.operator in ("|", "~*~"):
        return "thresholds" if row.operator == "|" else "scales"
    if row.operator == "~1":
        return "means" if latent else "intercepts"
    if row.is_variance:
        return "lv_variances" if latent else "residuals"
    return "lv_covariances" if latent and row.rhs in roles.latent else "residual_covariances"
