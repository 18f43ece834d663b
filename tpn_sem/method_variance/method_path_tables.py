"""The same paths in models with and without method, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import NotAvailableError, choose
from ..estimation import Estimation
from ..results import estimates_table, standardized_table
from .method_models import BASELINE

_SHOWN = ("estimate", "se", "p_value")


def chosen_paths(estimation: Estimation, asked: Sequence[str] | None) -> tuple[str, ...]:
    """Names of paths, as ``KS~NPC``: regressions, or else correlations of factors.

    Raises
    ------
    OptionError
        For a name that is none, naming the nearest.
    NotAvailableError
        Where the model has neither.
    """
    rows = estimation.specification.table.free_rows
    latent = set(estimation.specification.roles.latent)
    regressions = [row.name for row in rows if row.operator == "~"]
    between = [
        row.name
        for row in rows
        if row.operator == "~~" and row.lhs != row.rhs and {row.lhs, row.rhs} <= latent
    ]
    known = list(dict.fromkeys([*regressions, *between]))
    if asked is not None:
        plain = {name: name for name in known}
        plain |= {"~~".join(reversed(name.split("~~"))): name for name in between}
        wanted = [name.replace(" ", "") for name in asked]
        if not wanted:
            raise NotAvailableError("paths= is empty: name paths, as 'KS ~ NPC', or leave it out.")
        return tuple(dict.fromkeys(plain[choose("paths", name, plain)] for name in wanted))
    if not known:
        raise NotAvailableError(
            "common_method: the model has neither paths nor correlations of factors, so that there "
            "is nothing that a common method could feign."
        )
    return tuple(dict.fromkeys(regressions or between))


def arrow(name: str) -> str:
    """A path as people read it: ``NPC → KS``, or ``NPC ↔ KS``."""
    if "~~" in name:
        return name.replace("~~", " ↔ ")
    outcome, predictor = name.split("~", 1)
    return f"{predictor} → {outcome}"


def path_table(models: Mapping[str, Estimation], paths: Sequence[str]) -> pd.DataFrame:
    """A row per path, group and model: raw and standardised, and the change by the method."""
    frames = [_one_model(name, found, paths) for name, found in models.items()]
    table = pd.concat(frames)
    order = pd.MultiIndex.from_tuples(
        [
            (path, group, model)
            for path in paths
            for group in dict.fromkeys(table.index.get_level_values("group"))
            for model in models
            if (path, group, model) in table.index
        ],
        names=["path", "group", "model"],
    )
    table = table.loc[order]
    first = table.xs(BASELINE, level="model")["standardized"]
    before = first.reindex(table.index.droplevel("model")).to_numpy()
    table["change"] = table["standardized"] - before
    with np.errstate(divide="ignore", invalid="ignore"):
        table["percent"] = 100.0 * np.where(before != 0.0, table["change"] / before, np.nan)
    return table


def _one_model(name: str, found: Estimation, paths: Sequence[str]) -> pd.DataFrame:
    raw, scaled = estimates_table(found), standardized_table(found, "all")
    labels = raw["lhs"] + raw["op"] + raw["rhs"]
    turned = raw["rhs"] + raw["op"] + raw["lhs"]
    labels = labels.where(labels.isin(paths) | (raw["op"] != "~~"), turned)
    mine = labels.isin(paths).to_numpy()
    table = raw.loc[mine, list(_SHOWN)].reset_index(drop=True)
    own = scaled.loc[mine].reset_index(drop=True)
    table["standardized"], table["standardized_se"] = own["estimate"], own["se"]
    table["standardized_p"] = own["p_value"]
    groups = raw.loc[mine, "group"].astype(str).tolist()
    table.index = pd.MultiIndex.from_arrays(
        [labels[mine].tolist(), groups, [name] * len(table)], names=["path", "group", "model"]
    )
    return table
