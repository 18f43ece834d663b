"""The contextual variant, with what the ladder finds to differ by location allowed for in it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..drawing import Shown
from ..errors import TpnSemError, TpnSemWarning
from ..fit import Fit, overview
from ..groups.invariance import InvarianceLadder
from ..language import quoted
from ..model import Model
from ..survey import Instrument
from .contest import Contest
from .fit_words import test_change

NAME = "context"
WITH_EXCEPTIONS = "context with exceptions"
_MEASURES = ("df", "chisq", "pvalue", "cfi", "rmsea", "srmr")


@dataclass(frozen=True, eq=False, repr=False)
class ContextStep(Shown):
    """Where need and efficacy come from.

    Attributes
    ----------
    fit : Fit
        With a path from the location to each item that the ladder finds to differ by it.
    plain : Fit
        Without.
    allowed : tuple of str
        These items.
    added : tuple of str
        The paths to them, as "rural → kr3".
    text : str
        The model of `fit`.
    notes : tuple of str
        What was allowed for, what it does to the fit, or why it could not be.
    """

    fit: Fit
    plain: Fit
    allowed: tuple[str, ...]
    notes: tuple[str, ...]
    added: tuple[str, ...] = ()
    text: str = ""

    @property
    def name(self) -> str:
        """What the model of `fit` is called."""
        return WITH_EXCEPTIONS if self.allowed else NAME

    @property
    def models(self) -> pd.DataFrame:
        """The variant as it was fitted first, and as it is reported, by the same test."""
        fits = {NAME: self.plain, self.name: self.fit}
        rows = {name: overview(fit, _MEASURES) for name, fit in fits.items()}
        return pd.DataFrame(rows).T.rename_axis("model")[list(_MEASURES)]

    @property
    def paths(self) -> pd.DataFrame:
        """Standardised paths from the contextual columns, with intervals."""
        table = self.fit.standardized()
        columns = self.fit.estimation.specification.roles.latent
        own = (table["op"] == "~") & ~table["rhs"].isin(columns) & table["lhs"].isin(columns)
        return table[own].reset_index(drop=True)


def context_step(
    contest: Contest,
    data: pd.DataFrame,
    instrument: Instrument,
    ladder: InvarianceLadder | None,
    group: str | None,
    options: dict[str, Any],
) -> ContextStep | None:
    """The contextual variant as it was fitted, or with exceptions; None where it was not fitted."""
    plain = contest.fits.get(NAME)
    if plain is None or not plain.converged:
        return None
    items = differing_items(ladder)
    rural = instrument.context.get("rural")
    if not items:
        return ContextStep(plain, plain, (), ())
    if rural is None or group is None or not _says_the_same(data, rural, group):
        said = f"{', '.join(items)} differ by {group}, which the contextual variant does not know."
        return ContextStep(plain, plain, (), (said,))
    lines = [f"{quoted(item)} ~ {quoted(rural)}" for item in items]
    allowed = [f"{rural} → {item}" for item in items]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            text = str(contest.variants[NAME].model(instrument))
            model = Model("\n".join([text, *lines]))
            fit = model.fit(data, **options)
    except TpnSemError as error:
        said = f"what differs by {group} could not be allowed for in {NAME}: {error}"
        return ContextStep(plain, plain, (), (said,))
    if not fit.admissible:
        said = f"what differs by {group} could not be allowed for in {NAME}: no proper solution."
        return ContextStep(plain, plain, (), (said,))
    told = _told(fit, plain, allowed, group)
    return ContextStep(fit, plain, tuple(items), (told,), tuple(allowed), str(model))


def differing_items(ladder: InvarianceLadder | None) -> list[str]:
    """Items whose intercept, threshold or loading the ladder gave up."""
    if ladder is None:
        return []
    found = []
    for text in ladder.freed:
        bare = text.replace(" ", "")
        if "~~" in bare:  # a residual variance moves no mean
            continue
        place, sign = next((k, one) for k, one in ((1, "=~"), (0, "|"), (0, "~1")) if one in bare)
        found.append(bare.split(sign)[place])
    return list(dict.fromkeys(found))


def _says_the_same(data: pd.DataFrame, rural: str, group: str) -> bool:
    """Whether a column of two values is the group in other words."""
    pairs = data[[rural, group]].dropna().drop_duplicates()
    return len(pairs) == 2 == pairs[rural].nunique() == pairs[group].nunique()


def _told(fit: Fit, plain: Fit, allowed: Sequence[str], group: str) -> str:
    return (
        f"What the ladder finds to differ by {group} is allowed for in {NAME} "
        f"({'; '.join(allowed)}): {test_change(plain.test(), fit.test())}. Paths from the context "
        f"and claims are of that model, {WITH_EXCEPTIONS}."
    )
