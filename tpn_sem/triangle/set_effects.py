"""Effects by all variants that the answers cannot exclude: each, their range and their average."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import TpnSemError
from ..numerics import normal_quantile
from .contest import Contest

_KEYS = ["from", "to", "kind"]
_NUMBERS = ["std_estimate", "std_se", "std_ci_lower", "std_ci_upper", "std_p_value"]


def set_effects(contest: Contest) -> pd.DataFrame:
    """A row per variant of the set and effect among its factors, standardised.

    Columns variant, from, to, through, kind, estimate, se, ci_lower, ci_upper, p_value.
    """
    parts = []
    for name in contest.members:
        fit = contest.fits[name]
        try:
            table = fit.effects()
        except TpnSemError:  # it has no paths
            continue
        parts.append(
            table.assign(variant=name)[["variant", *_KEYS[:2], "through", "kind", *_NUMBERS]]
        )
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True)
    return found.rename(columns=lambda name: name.removeprefix("std_"))


def averaged_effects(contest: Contest, effects: pd.DataFrame) -> pd.DataFrame:
    """Direct and total effects over the set: range, how many variants have them, average.

    Classes are weighted by their information criteria (that of schools where there are any), and
    the variants of a class evenly, since no data can tell them apart; an effect that a variant
    with paths has not is zero in it. The error allows for the choice among variants (Buckland,
    Burnham & Augustin, 1997). Empty without criteria.
    """
    weights = _weights(contest, effects)
    if weights.empty:
        return pd.DataFrame()
    shown = effects[effects["kind"].isin(["direct", "total"])]
    rows = []
    for key, own in shown.groupby(_KEYS, sort=False):
        values = own.set_index("variant")
        estimates = values["estimate"].reindex(weights.index).fillna(0.0)
        errors = values["se"].reindex(weights.index).fillna(0.0)
        mean = float(weights @ estimates)
        se = float(weights @ np.sqrt(errors**2 + (estimates - mean) ** 2))
        margin = normal_quantile(0.975) * se
        rows.append(
            {
                **dict(zip(_KEYS, key, strict=True)),
                "variants": len(values),
                "of": len(weights),
                "lowest": float(values["estimate"].min()),
                "highest": float(values["estimate"].max()),
                "estimate": mean,
                "se": se,
                "ci_lower": mean - margin,
                "ci_upper": mean + margin,
            }
        )
    return pd.DataFrame(rows)


def _weights(contest: Contest, effects: pd.DataFrame) -> pd.Series:
    """Weights of the variants of the set that have effects, which sum to one."""
    choice = contest.choice
    if effects.empty or not len(choice.weights):
        return pd.Series(dtype=float)
    names = list(dict.fromkeys(effects["variant"]))
    shares = {}
    for members in choice.classes:
        own = [name for name in members if name in names]
        for name in own:
            shares[name] = float(choice.weights.loc[members[0], "bic_units"]) / len(own)
    found = pd.Series(shares, dtype=float).reindex(names)
    return found / found.sum()
