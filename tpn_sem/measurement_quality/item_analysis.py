"""What each item adds to its scale: loadings, item-rest correlations, alpha without it."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from ..arguments import checked
from ..fit import Fit, read_fit
from ..specification import FitOptions, refuse_correlation, shows_options
from .alpha_inference import item_covariance
from .classical_coefficients import alpha, alpha_without_each, item_rest_correlations
from .measured_constructs import constructs_of
from .missing_coefficients import parts_of
from .one_factor_fits import Items
from .reliability import fits_of


@shows_options
@checked
def item_analysis(
    fit: Fit | pd.DataFrame, *, items: Items | None = None, **options: Unpack[FitOptions]
) -> pd.DataFrame:
    """A row for each item of each construct, in each group.

    Parameters
    ----------
    fit : Fit or DataFrame
        See `reliability`.
    items : list of columns, or dict of constructs to these
        Of data only.
    **options
        Of data: as for `Model.fit`.

    Returns
    -------
    DataFrame
        Indexed by (group,) construct and item. loading (standardised; of latent responses where
        items are ordinal), item_rest (correlation with the sum of the other items),
        alpha_if_deleted (NaN without one of two items), and alpha_change, by which that differs
        from alpha. Of ordinal items the last three are of answers as numbers.

    Raises
    ------
    TpnSemError
        As `reliability`.
    """
    parts = [_table(one) for one in fits_of(fit, items, dict(options), "item_analysis")]
    joined = pd.concat(parts)
    labels = list(dict.fromkeys(joined.index.get_level_values("group")))
    joined = joined.loc[labels] if len(parts) > 1 else joined
    return joined.droplevel("group") if labels == [""] else joined


def _table(fit: Fit) -> pd.DataFrame:
    found, rows = read_fit(fit, "item_analysis"), {}
    refuse_correlation(found.specification.options, "item_analysis")
    for group, label in enumerate(found.samples.labels):
        for construct in constructs_of(found, group):
            if construct.problem:
                continue
            covariance = item_covariance(found.samples.groups[group], construct)
            parts = parts_of(found, group, construct)
            unit = np.sqrt(parts.variance / parts.variances)
            without = alpha_without_each(covariance)
            columns = {
                "loading": parts.loadings * unit,
                "item_rest": item_rest_correlations(covariance),
                "alpha_if_deleted": without,
                "alpha_change": without - alpha(covariance),
            }
            for place, item in enumerate(construct.items):
                rows[label, construct.name, item] = {
                    name: float(column[place]) for name, column in columns.items()
                }
    names = ["loading", "item_rest", "alpha_if_deleted", "alpha_change"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    table.index = pd.MultiIndex.from_tuples(rows, names=["group", "construct", "item"])
    return table
