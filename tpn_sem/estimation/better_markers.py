"""Another marker where a factor's first indicator hardly goes with the others.

A marker is an indicator that gives its factor its unit. One that is hardly related to the factor
makes the search hard, and loadings unsure.
"""

from __future__ import annotations

from dataclasses import replace
from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from ..data import Samples
from ..language import Statements, plain_name
from ..numerics import Array
from ..specification import ModelOptions, Parameter, Specification


class Switch(NamedTuple):
    """A factor's first indicator, the one that takes its place, and both correlations."""

    factor: str
    first: str
    better: str
    correlations: tuple[float, float]

    @property
    def note(self) -> str:
        """What is said of it on the fit."""
        factor, first, better = map(plain_name, (self.factor, self.first, self.better))
        weak, strong = self.correlations
        return (
            f"{factor} has its unit from {better} and not from {first}, which hardly goes with the "
            f"others (corrected item-total correlations {strong:.2f} and {weak:.2f}, "
            "bad_marker_crit=)."
        )


def better_markers(
    specification: Specification, samples: Samples, criterion: float
) -> list[Switch]:
    """Factors whose first indicator is poor, with their best indicator.

    An indicator's correlation is that with the sum of the factor's others, without sign and
    averaged over groups. The first is poor where it is below `criterion`; the best must reach it.
    """
    if criterion == 0.0:
        return []
    found = []
    for factor, rows in _switchable(specification).items():
        sizes = _item_totals(specification, samples, factor, [row.rhs for row in rows])
        if sizes is None:
            continue
        plain = [k for k, row in enumerate(rows) if k and _is_plain(row)]
        best = max(plain, key=lambda k: sizes[k], default=0)
        if sizes[0] < criterion <= sizes[best]:
            pair = float(sizes[0]), float(sizes[best])
            found.append(Switch(factor, rows[0].rhs, rows[best].rhs, pair))
    return found


def with_markers(statements: Statements, switches: list[Switch]) -> Statements:
    """The same statements with first indicators free, and better ones fixed at 1."""
    fixed = {(one.factor, one.first): nan for one in switches}
    fixed |= {(one.factor, one.better): 1.0 for one in switches}
    changed = [
        one._replace(modifiers=replace(one.modifiers, fixed=(fixed[one.lhs, one.rhs],)))
        if one.operator == "=~" and (one.lhs, one.rhs) in fixed
        else one
        for one in statements.relations
    ]
    return replace(statements, relations=tuple(changed))


def _switchable(specification: Specification) -> dict[str, list[Parameter]]:
    """Loadings of the first group by factor, where only the first is fixed, and by default."""
    if not _fixes_first(specification.options):
        return {}
    given = {
        (one.lhs, one.rhs)
        for one in specification.statements.relations
        if one.operator == "=~" and one.modifiers.fixed
    }
    found: dict[str, list[Parameter]] = {}
    for row in specification.table.rows:
        if row.operator == "=~" and row.group == 0:
            found.setdefault(row.lhs, []).append(row)
    turned = {name for block in specification.table.blocks for name in block.factors}
    return {
        factor: rows
        for factor, rows in found.items()
        if factor not in turned
        and len(rows) > 2
        and rows[0].free < 0
        and not {(row.lhs, row.rhs) for row in rows} & given
        and all(row.free >= 0 for row in rows[1:])
    }


def _fixes_first(options: ModelOptions) -> bool:
    standard = options.std_lv or "loadings" in options.effect_coding
    return options.switch("auto_fix_first", options.automatic and not standard)


def _is_plain(row: Parameter) -> bool:
    """Whether a loading has no label of the user's and no bounds, which fixing it would break."""
    own = row.label and not row.label.startswith(".")
    return not own and not np.isfinite([row.lower, row.upper]).any()


def _item_totals(
    specification: Specification, samples: Samples, factor: str, items: list[str]
) -> Array | None:
    """Corrected item-total correlations, shape (k,); None where not all items are observed."""
    sizes = []
    for sample, pattern in zip(samples.groups, specification.patterns, strict=True):
        if not (factor in pattern.latent and set(items) <= set(sample.names)):
            return None
        places = [sample.names.index(name) for name in items]
        covariance = sample.start_covariance[np.ix_(places, places)]
        sizes.append([_item_total(covariance, k) for k in range(len(items))])
    return np.asarray(np.mean(sizes, axis=0))


def _item_total(covariance: Array, place: int) -> float:
    others = np.arange(len(covariance)) != place
    total = covariance[np.ix_(others, others)].sum()
    scale = covariance[place, place] * total
    return abs(float(covariance[place, others].sum())) / sqrt(scale) if scale > 0.0 else 0.0
