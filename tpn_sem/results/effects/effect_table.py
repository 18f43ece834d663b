"""Direct, indirect and total effects with errors and intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...arguments import check_range, read_seed
from ...errors import DataError, NotAvailableError, OptionError, choose
from ...estimation import Estimation
from ...numerics import Array
from ...specification import parts_of
from ..delta_method import LEVEL, delta_method
from .effect_paths import Effect, all_effects, edges_of, has_loop
from .effect_values import EffectValues

INTERVALS = ("delta", "monte_carlo", "bootstrap")
_DRAWS, _CHUNK, _FEWEST = 20_000, 2_000, 50
_NUMBERS = ("estimate", "se", "z", "p_value", "ci_lower", "ci_upper")


def effects_of(
    estimation: Estimation,
    interval: str,
    n: int | None,
    seed: int | None,
    replicates: pd.DataFrame | None,
) -> pd.DataFrame:
    """The table of `Fit.effects`."""
    _check_options(interval, n, seed, replicates)
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: it has no effects.")
    specification = estimation.specification
    groups = range(len(specification.patterns))
    effects = tuple(one for group in groups for one in all_effects(specification, group))
    if not effects:
        raise NotAvailableError(
            "the model has no regressions among its variables: there are no effects."
        )
    apart = _turning_apart(estimation)
    quantity = EffectValues(specification, effects, _pairs(effects, apart))
    numbers = delta_method(estimation, quantity, as_estimates=True)
    notes = _loop_notes(estimation, quantity) + _product_notes(estimation)
    if apart:
        notes.append(
            f"each group turns {', '.join(sorted(apart))} by itself, so that they are not the same "
            "factors: their effects are not compared. Hold loadings equal (group_equal) to do so."
        )
    if interval != "delta":
        if replicates is None:
            points = _draws(estimation, n or _DRAWS, seed or 0)
        else:
            points = _replicated(estimation, replicates)
        values, lost = _values(estimation, quantity, points)
        numbers |= _percentiles(values, numbers["estimate"])
        if lost:
            notes.append(f"{lost} of {len(points)} draws give no effects and are left out.")
    k, m = len(effects), len(quantity.pairs)
    labels = list(estimation.samples.labels)
    own = [labels[one.group] for one in effects]
    later = [effects[place] for place, _ in quantity.pairs]
    against = [f"{labels[one.group]} - {labels[0]}" for one in later]
    table = pd.concat(
        [
            _rows(effects, own, numbers, (slice(0, k), slice(k, 2 * k))),
            _rows(later, against, numbers, (slice(2 * k, 2 * k + m), slice(2 * k + m, None))),
        ][: 2 if m else 1],
        ignore_index=True,
    )
    table.attrs["notes"] = notes
    return table


def _check_options(
    interval: str, n: int | None, seed: int | None, replicates: pd.DataFrame | None
) -> None:
    choose("interval", interval, INTERVALS)
    for name, value in (("n", n), ("seed", seed)):
        if value is not None and interval != "monte_carlo":
            raise OptionError(f"{name}= is without effect: give interval='monte_carlo' too.")
    if n is not None:
        check_range("n", n, 1000, 10_000_000)
    if seed is not None:
        read_seed(seed)
    if (interval == "bootstrap") != (replicates is not None):
        raise OptionError(
            "interval='bootstrap' and replicates= go together: "
            "replicates=tpn_sem.bootstrap(fit).replicates."
        )


def _turning_apart(estimation: Estimation) -> set[str]:
    """Factors of exploratory blocks that groups rotate by themselves."""
    specification = estimation.specification
    n_groups = len(specification.patterns)
    return {
        factor
        for rotated in specification.restrictions.rotations
        if len(rotated.groups) < n_groups and rotated.n_factors > 1
        for factor in rotated.block.factors
    }


def _pairs(effects: tuple[Effect, ...], apart: set[str]) -> tuple[tuple[int, int], ...]:
    """Places of each effect of a later group, and of the same one in the first.

    Not of effects that factors have which are not the same in all groups, or that go through them.
    """
    first = {
        (one.predictor, one.outcome, one.kind, one.through): place
        for place, one in enumerate(effects)
        if one.group == 0
    }
    return tuple(
        (place, first[one.predictor, one.outcome, one.kind, one.through])
        for place, one in enumerate(effects)
        if one.group > 0
        and (one.predictor, one.outcome, one.kind, one.through) in first
        and not apart.intersection((one.predictor, one.outcome, *one.through.split(" → ")))
    )


def _product_notes(estimation: Estimation) -> list[str]:
    """What effects of factors are that are multiplied."""
    rows = estimation.specification.table.rows
    names = estimation.specification.roles.all
    products = [row.rhs for row in rows if row.operator == "~" and parts_of(row.rhs, names)]
    if not products:
        return []
    listing = ", ".join(dict.fromkeys(products))
    return [
        f"the model has a product ({listing}): effects of what is multiplied are those where the "
        "other factor is at zero, its mean where that is zero; ts.interaction has the others."
    ]


def _loop_notes(estimation: Estimation, quantity: EffectValues) -> list[str]:
    """What loops do to sums of effects."""
    specification = estimation.specification
    groups = range(len(specification.patterns))
    if not any(has_loop(edges_of(specification, group)) for group in groups):
        return []
    largest = max(quantity.loop_sizes(estimation.implied))
    if largest >= 1.0:
        return [
            "the model has a loop whose effects grow from round to round (largest absolute "
            f"eigenvalue {largest:.2f}, not below 1): total and total indirect effects are no sums "
            "of anything, and are not to be read (Bollen, 1989, p. 381)."
        ]
    return [
        "the model has a loop: total effects sum up all its rounds (largest absolute eigenvalue "
        f"{largest:.2f}, below 1), indirect effects by path go round once."
    ]


def _draws(estimation: Estimation, n: int, seed: int) -> Array:
    """Parameters from the normal distribution of their estimates, shape (n, n_free)."""
    covariance = estimation.covariance
    if not np.isfinite(covariance).all():
        raise NotAvailableError("the fit has no standard errors: there is nothing to draw from.")
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    generator = np.random.default_rng(seed)
    return np.asarray(estimation.parameters + generator.standard_normal((n, len(values))) @ root.T)


def _replicated(estimation: Estimation, replicates: pd.DataFrame) -> Array:
    """The free parameters of replicates that converged, shape (r, n_free)."""
    lacking = [name for name in estimation.names if name not in replicates.columns]
    if lacking:
        raise DataError(
            f"replicates= lacks the column {lacking[0]!r}: give those of a bootstrap of this fit, "
            "ts.bootstrap(fit).replicates."
        )
    good = replicates[estimation.names].dropna()
    if len(good) < _FEWEST:
        raise DataError(f"replicates= has {len(good)} good rows: take {_FEWEST} or more.")
    return good.to_numpy(float)


def _values(estimation: Estimation, quantity: EffectValues, points: Array) -> tuple[Array, int]:
    """The quantity at many parameters, and at how many it has no values."""
    parts = [
        quantity(estimation.objective.imply(points[start : start + _CHUNK]))
        for start in range(0, len(points), _CHUNK)
    ]
    values = np.concatenate(parts)
    good = np.isfinite(values).all(axis=1)
    return values[good], int((~good).sum())


def _percentiles(values: Array, estimate: Array) -> dict[str, Array]:
    """Errors, percentile intervals and two-sided p-values of draws."""
    tail = 0.5 * (1.0 - LEVEL)
    lower, upper = np.quantile(values, (tail, 1.0 - tail), axis=0)
    below = (np.sum(values <= 0.0, axis=0) + 1.0) / (len(values) + 1.0)
    above = (np.sum(values >= 0.0, axis=0) + 1.0) / (len(values) + 1.0)
    errors = values.std(axis=0, ddof=1)
    constant = errors <= 1e-9 * np.maximum(np.abs(estimate), 1e-6)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(constant, np.nan, estimate / errors)
    return {
        "se": np.where(constant, 0.0, errors),
        "z": z,
        "p_value": np.where(constant, np.nan, np.minimum(1.0, 2.0 * np.minimum(below, above))),
        "ci_lower": lower,
        "ci_upper": upper,
    }


def _rows(
    effects: Sequence[Effect],
    groups: list[str],
    numbers: dict[str, Array],
    parts: tuple[slice, slice],
) -> pd.DataFrame:
    """A row per effect: names, numbers, standardised numbers."""
    words = {
        "group": groups,
        "from": [one.predictor for one in effects],
        "to": [one.outcome for one in effects],
        "through": [one.through for one in effects],
        "kind": [one.kind for one in effects],
    }
    plain = {name: numbers[name][parts[0]] for name in _NUMBERS}
    standard = {f"std_{name}": numbers[name][parts[1]] for name in _NUMBERS}
    return pd.DataFrame(words | plain | standard)
