"""The reliability of each construct, taken apart: what it measures, and method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..specification import fill

_COLUMNS = ["total", "substantive", "method", "method_percent", "without_method"]


def reliability_parts(
    plain: Estimation, method: Estimation, constructs: dict[str, tuple[str, ...]], factor: str
) -> pd.DataFrame:
    """A row per group and construct: composite reliability in a model with a method factor.

    Squares of sums of loadings, over these and the residual variances (Williams, Hartman &
    Cavazotte, 2010): total is substantive and method; method_percent is of the total;
    without_method is the reliability in the model `plain`.
    """
    rows = {}
    for group, label in enumerate(method.samples.labels):
        for name, items in constructs.items():
            trait, style, error = _sums(method, group, items, name, factor)
            alone, _, rest = _sums(plain, group, items, name, factor)
            whole = trait + style + error
            rows[label, name] = [
                (trait + style) / whole,
                trait / whole,
                style / whole,
                100.0 * style / (trait + style),
                alone / (alone + rest),
            ]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=_COLUMNS)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["group", "construct"])
    return table


def _sums(
    found: Estimation, group: int, items: Sequence[str], name: str, factor: str
) -> tuple[float, float, float]:
    """Variance of the sum of the items: by their construct, by method, and by their residuals."""
    pattern, implied = found.specification.patterns[group], found.implied[group]
    paths, covariances, _ = fill(pattern, implied.values)
    places = np.array([pattern.names.index(item) for item in items])
    total = np.asarray(implied.all_covariance)

    def explained(latent: str) -> float:
        if latent not in pattern.names:
            return 0.0
        place = pattern.names.index(latent)
        return float(paths[places, place].sum() ** 2 * total[place, place])

    error = float(covariances[np.ix_(places, places)].sum())
    return explained(name), explained(factor), error
