"""What may be concluded: claims of the abstract, hypotheses, effects over the set, confounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..drawing import Shown
from ..errors import TpnSemError
from ..groups.invariance import InvarianceLadder
from ..sensitivity import unmeasured_confounding
from ..stated_hypotheses import Hypotheses
from ..survey import Instrument
from .claims import claim_table
from .contest import Contest
from .context_step import ContextStep, context_step
from .set_effects import averaged_effects, set_effects


@dataclass(frozen=True, eq=False, repr=False)
class Conclusions(Shown):
    """What may be said, and by which models.

    Attributes
    ----------
    claims : DataFrame
        A row per claim of the abstract: sentence, says, model, quantity, estimate, se, ci_lower,
        ci_upper, p_support, p_against (adjusted), verdict, remark. Empty where the instrument has
        not the study's constructs.
    context : ContextStep or None
        The contextual variant, with what differs by location allowed for.
    stated : Hypotheses or None
        Hypotheses that were written down before.
    hypotheses : DataFrame
        What the main variant says of them.
    effects, averaged : DataFrame
        Standardised effects by every variant of the confidence set; their range and average.
    confounding : DataFrame
        How strong an unmeasured common cause would have to be to explain the main variant's paths
        away.
    notes : tuple of str
    """

    claims: pd.DataFrame
    context: ContextStep | None
    stated: Hypotheses | None
    hypotheses: pd.DataFrame
    effects: pd.DataFrame
    averaged: pd.DataFrame
    confounding: pd.DataFrame
    notes: tuple[str, ...]


def draw_conclusions(
    contest: Contest,
    main: str,
    data: pd.DataFrame,
    instrument: Instrument,
    ladder: InvarianceLadder | None,
    group: str | None,
    options: dict[str, Any],
    stated: Hypotheses | None,
) -> Conclusions:
    """Judge claims and hypotheses, and look at the effects over the set.

    Parameters
    ----------
    main : str
        The variant whose paths are reported.
    ladder : InvarianceLadder or None
        Of the groups, whose exceptions the contextual variant allows for.
    stated : Hypotheses or None
    """
    notes: list[str] = []
    context = context_step(contest, data, instrument, ladder, group, options)
    if context is not None:
        notes += context.notes
    judged = _judged(contest, main, stated, notes)
    effects = set_effects(contest)
    fit = contest.fits.get(main)
    confounding = pd.DataFrame()
    if fit is not None and fit.admissible and (fit.estimates["op"] == "~").any():
        confounding = unmeasured_confounding(fit)
    return Conclusions(
        claims=claim_table(instrument, contest, main, context),
        context=context,
        stated=stated,
        hypotheses=judged,
        effects=effects,
        averaged=averaged_effects(contest, effects),
        confounding=confounding,
        notes=tuple(notes),
    )


def _judged(
    contest: Contest, main: str, stated: Hypotheses | None, notes: list[str]
) -> pd.DataFrame:
    """What the main variant says of the hypotheses; why it says nothing."""
    if stated is None:
        return pd.DataFrame()
    if main not in contest.fits:
        notes.append(f"No hypothesis is judged: {main} was refused.")
        return pd.DataFrame()
    try:
        return stated.judge(contest.fits[main])
    except TpnSemError as error:
        notes.append(f"No hypothesis is judged: {error}")
        return pd.DataFrame()
