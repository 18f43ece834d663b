"""Indicators that give a factor its unit, but hardly depend on it."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np

from ..language import plain_name
from .minimum import Minimum

_WEAK = 0.2  # standardised loading; a communality of .04
_BESIDE = 0.5  # share of the largest loading of the same factor


def weak_markers(minimum: Minimum) -> list[str]:
    """What is said of markers whose standardised loading is near zero beside others'.

    The unit of the factor is then nearly unknown: loadings and variances have large errors, and
    Wald tests of them depend on the marker (Gonzalez & Griffin, 2001).
    """
    worst: dict[str, tuple[float, float, str]] = {}
    for group in range(len(minimum.implied)):
        for latent, loadings in _loadings(minimum, group).items():
            fixed = {name: size for name, (size, is_free) in loadings.items() if not is_free}
            free = [size for size, is_free in loadings.values() if is_free]
            if len(fixed) == 1 and free:
                [(marker, size)] = fixed.items()
                worst[latent] = min((size, max(free), marker), worst.get(latent, (inf, inf, "")))
    return [
        f"the marker {plain_name(marker)} of {plain_name(latent)} is weak (standardised loading "
        f"{size:.2f}, others up to {largest:.2f}): it gives {plain_name(latent)} its unit, so that "
        "loadings and variances are known badly. Write another item first, or take std_lv=True."
        for latent, (size, largest, marker) in worst.items()
        if 0.0 < size < min(_WEAK, _BESIDE * largest)
    ]


def _loadings(minimum: Minimum, group: int) -> dict[str, dict[str, tuple[float, bool]]]:
    """By factor and indicator: the size of the standardised loading, and whether it is free."""
    pattern, implied = minimum.specification.patterns[group], minimum.implied[group]
    variances = dict(zip(pattern.names, np.diag(implied.all_covariance), strict=True))
    found: dict[str, dict[str, tuple[float, bool]]] = {}
    for row in minimum.specification.table.rows:
        if row.operator != "=~" or row.group != group:
            continue
        if min(variances.get(row.lhs, 0.0), variances.get(row.rhs, 0.0)) <= 0.0:
            continue
        is_free = row.free >= 0
        value = float(minimum.parameters[row.free]) if is_free else row.fixed
        size = abs(value) * sqrt(variances[row.lhs] / variances[row.rhs])
        found.setdefault(row.lhs, {})[row.rhs] = size, is_free
    return found
