"""The groups of the study compared: measurement, factors, paths; by teachers and by schools."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..drawing import Shown
from ..errors import NotAvailableError, TpnSemError, TpnSemWarning
from ..groups import GroupInference, group_inference
from ..groups.differences import GroupDifferences, group_differences
from ..groups.effect_sizes import EffectSizes, effect_sizes
from ..groups.invariance import InvarianceLadder, invariance
from ..language import grouped
from ..model import Model
from ..survey import Instrument
from .measurement_models import ALL_CONSTRUCTS
from .variants import Variant

SEED = 2020


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Shown):
    """What the groups have in common, and what they differ in.

    Attributes
    ----------
    group : str
        The column.
    ladder : InvarianceLadder
        Measurement, with a search for exceptions where a step fails.
    effect_sizes : EffectSizes or None
        What the exceptions amount to.
    inference : GroupInference or None
        Each difference with its interval, its p-value and the rule that chose it.
    differences : GroupDifferences or None
        Factors and paths of the main variant by group, with the exceptions.
    notes : tuple of str
        What could not be had, and why.
    """

    group: str
    ladder: InvarianceLadder
    effect_sizes: EffectSizes | None
    inference: GroupInference | None
    differences: GroupDifferences | None
    notes: tuple[str, ...]


def compare_groups(
    data: pd.DataFrame,
    instrument: Instrument,
    group: str,
    main: Variant | None,
    options: dict[str, Any],
    permutations: int,
) -> Comparison:
    """Climb the ladder with exceptions, and compare the groups as far as it goes.

    Parameters
    ----------
    main : Variant or None
        Whose paths are compared.
    options : dict
        Of every fit.
    permutations : int
        Of whole schools between groups; 0 for none.

    Raises
    ------
    TpnSemError
        Where not even the ladder can be fitted.
    """
    notes: list[str] = []
    if "ordered" in options:  # a category that some group lacks is joined with its neighbour
        options = {**options, "empty_categories": "collapse"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        text = ALL_CONSTRUCTS.text(instrument)
        ladder = invariance(Model(text), data, group=group, partial=True, **options)
        dealt = permutations if options.get("cluster") else 0  # schools change places, if any
        sizes = _tried(lambda: effect_sizes(ladder), "effect sizes", notes)
        inference = _tried(
            lambda: group_inference(ladder, n_permutations=dealt, seed=SEED if dealt else None),
            "tests of differences",
            notes,
        )
        differences = None
        if main is not None:
            differences = _tried(
                lambda: _paths(data, instrument, group, main, ladder, options),
                "paths by group",
                notes,
            )
    return Comparison(group, ladder, sizes, inference, differences, tuple(notes))


def _paths(
    data: pd.DataFrame,
    instrument: Instrument,
    group: str,
    main: Variant,
    ladder: InvarianceLadder,
    options: dict[str, Any],
) -> GroupDifferences:
    """The main variant in all groups, loadings and intercepts equal but for the exceptions."""
    exceptions = [text for text in ladder.freed if "~~" not in text]
    labels = ladder.fits["configural"].group_labels
    model = Model(grouped(main.model(instrument).statements, len(labels)))
    fit = model.fit(
        data,
        group=group,
        group_equal=["loadings", "thresholds" if "ordered" in options else "intercepts"],
        group_partial=exceptions,
        std_lv=True,
        **options,
    )
    if not fit.converged:
        raise NotAvailableError(f"{main.name} did not converge in the groups.")
    return group_differences(fit)


def _tried(make: Any, what: str, notes: list[str]) -> Any:
    try:
        return make()
    except TpnSemError as error:
        notes.append(f"No {what}: {error}")
        return None
