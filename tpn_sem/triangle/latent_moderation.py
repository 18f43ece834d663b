"""Moderation by the likelihood of rows with latent products, beside products of items.

Products of items have a test of fit and errors for few clusters; the likelihood uses all that rows
tell of a product and needs no choice of pairs. Klein & Moosbrugger (2000).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..drawing import Shown, Table
from ..errors import TpnSemError, TpnSemWarning
from ..fit import Fit
from ..model import Model
from ..product_effects import Interaction, interaction
from ..survey import Instrument
from .contest import Contest
from .progress import Progress, silent

_BY_LIKELIHOOD: dict[str, Any] = {"products": "lms"}
_OF_ERRORS = ("se", "test", "estimator")  # chosen for products of items
_NUMBERS = {
    "std": "estimate",
    "std_se": "se",
    "std_ci_lower": "ci_lower",
    "std_ci_upper": "ci_upper",
    "p_value": "p_value",
    "r_squared_change": "r_squared_change",
}


@dataclass(frozen=True, eq=False, repr=False)
class LatentModeration(Shown):
    """Variants with a product, fitted by its likelihood.

    Attributes
    ----------
    fits : dict of str to Fit
        By variant.
    interactions : dict of (variant, outcome) to Interaction
    refused : dict of str to str
        Why a variant could not be fitted.
    """

    fits: dict[str, Fit]
    interactions: dict[tuple[str, str], Interaction]
    refused: dict[str, str]

    @property
    def paths(self) -> pd.DataFrame:
        """A row per variant and outcome: what the product adds, in standard deviations."""
        rows: list[dict[str, object]] = [
            {"variant": variant, "product": one.product, "outcome": outcome}
            | {new: one.coefficients[old].iloc[0] for old, new in _NUMBERS.items()}
            for (variant, outcome), one in self.interactions.items()
        ]
        return pd.DataFrame(rows, columns=["variant", "product", "outcome", *_NUMBERS.values()])

    @property
    def slopes(self) -> pd.DataFrame:
        """How efficacy acts where the moderator is low, average and high."""
        tables = [
            one.slopes.assign(variant=variant) for (variant, _), one in self.interactions.items()
        ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def _views(self) -> list[str | Table]:
        said: list[str | Table] = [f"{name}: {why}" for name, why in self.refused.items()]
        return [*said, Table(self.paths, "Paths of products, standardised", index=False)]


def latent_moderation(
    contest: Contest,
    data: pd.DataFrame,
    instrument: Instrument,
    options: Mapping[str, Any],
    progress: Progress = silent,
) -> LatentModeration | None:
    """Fit the variants with a product by its likelihood; None where there are none.

    Parameters
    ----------
    contest : Contest
    data : DataFrame
        That the variants were fitted to.
    instrument : Instrument
    options : mapping
        Of every fit; what belongs to products of items is left out.
    progress : callable
        Is told what comes, where something does.
    """
    asked = [name for name, one in contest.variants.items() if "products" in one.options]
    asked = [name for name in asked if name in contest.fits]
    if not asked:
        return None
    progress("moderation by the likelihood of products")
    shared = {name: value for name, value in options.items() if name not in _OF_ERRORS}
    fits: dict[str, Fit] = {}
    refused: dict[str, str] = {}
    for name in asked:
        text = contest.variants[name].model(instrument).text
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", TpnSemWarning)
                fits[name] = Model(text).fit(data, **{**shared, **_BY_LIKELIHOOD})
        except TpnSemError as error:
            refused[name] = str(error)
    return LatentModeration(fits, dict(_interactions(fits)), refused)


def _interactions(fits: Mapping[str, Fit]) -> list[tuple[tuple[str, str], Interaction]]:
    """Each product on each outcome of the fits that converged; efficacy is the predictor."""
    found = []
    for name, fit in fits.items():
        if not fit.converged:
            continue
        rows = fit.estimates
        for row in rows[(rows["op"] == "~") & rows["rhs"].str.contains(":")].to_dict("records"):
            moderator = row["rhs"].split(":")[0]
            one = interaction(fit, row["rhs"], outcome=row["lhs"], moderator=moderator)
            found.append(((name, row["lhs"]), one))
    return found
