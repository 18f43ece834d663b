"""What must be known before numbers of cross-validation are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ..errors import DataWarning
from ..estimation import Estimation
from ..numerics import Mask
from .held_out_deviances import HeldOut
from .held_out_units import HeldOutUnits, used_rows

_FEW = 10  # units below which a standard error over them is little more than a guess


def notes_of(
    found: HeldOut,
    estimations: Mapping[str, Estimation],
    units: HeldOutUnits,
    kept: Mask,
    level: float,
) -> tuple[str, ...]:
    """All notes, what concerns the rule first."""
    return (
        *_of_the_rule(estimations, units, level),
        *_of_folds(found, kept),
        *_of_models(estimations),
        *dict.fromkeys(note for one in estimations.values() for note in one.samples.notes),
    )


def _of_the_rule(
    estimations: Mapping[str, Estimation], units: HeldOutUnits, level: float
) -> Iterator[str]:
    ordinal = any(one.specification.categories for one in estimations.values())
    what = (
        "-2 log-likelihood of all pairs of a row's ordinal answers, a composite likelihood"
        if ordinal
        else "-2 log-likelihood of a row's answers, joint over all observed variables"
    )
    yield (
        f"deviance: {what}, at the moments of a model fitted without the row. A model is said to "
        f"predict better where the {level:.0%} interval of the difference excludes zero: errors "
        f"are over {len(units)} {units.word}s, with {len(units) - 1} degrees of freedom."
    )
    if ordinal:
        yield (
            "of ordinal items the standard errors of differences are too small where both models "
            "are wrong: see docs/cross_validation.md, and ask for a higher level=."
        )
    if len(units) < _FEW:
        yield (
            f"{len(units)} {units.word}s are few: the standard error over them is little more than "
            "a guess."
        )


def _of_folds(found: HeldOut, kept: Mask) -> Iterator[str]:
    for k, name in enumerate(found.names):
        lost = int((~found.has[:, k]).sum())
        if lost > len(kept) / 2:
            yield (
                f"{name} could not be fitted in {lost} of {len(kept)} folds and is not ranked: see "
                "reason in the table."
            )
        elif lost:
            yield f"{name} could not be fitted in {lost} of {len(kept)} folds."
        improper = sum(bool(one.improper[k]) for one in found.folds)
        if improper:
            yield (
                f"{name}: {improper} of {len(kept)} solutions are improper (a negative variance, "
                "or the like); their predictions count all the same."
            )
    if not kept.all():
        yield f"models are compared in the {int(kept.sum())} of {len(kept)} folds that all have."


def _of_models(estimations: Mapping[str, Estimation]) -> Iterator[str]:
    for name, one in estimations.items():
        for kind, note in one.remarks:
            if kind is not DataWarning:
                yield f"{name}, fitted to all rows: {note}"
    used = [used_rows(one) for one in estimations.values()]
    if any((other != used[0]).any() for other in used[1:]):
        shared = int(np.logical_and.reduce(used).sum())
        yield (
            "models are fitted to different rows, because they take different variables as given; "
            f"they are judged on the {shared} rows that all use."
        )
    given = {
        tuple(sorted({name for p in one.specification.patterns for name in p.exogenous}))
        for one in estimations.values()
    }
    if len(given) > 1:
        yield (
            "models take different variables as given: held-out deviances are joint and can be "
            "compared, AIC, BIC and ECVI of the fits to all rows cannot."
        )
