"""Tables of what leaving out each unit does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..casewise import RowUnits
from ..errors import attempted
from ..estimation import Estimation
from ..fit import Fit
from ..numerics import Array, Mask
from .chosen_paths import ChosenPaths
from .influence_numbers import InfluenceNumbers

FENCE = 2.0  # interquartile ranges above the upper quartile, of the logarithm
_MEASURES = ("cfi", "rmsea", "srmr")
UNIT_COLUMNS = (
    *("group", "rows", "cook", "displacement", "mahalanobis", "chisq_change", "outlying"),
    *("refitted", "reason"),
)


def unit_table(
    estimation: Estimation, units: RowUnits, paths: ChosenPaths, found: InfluenceNumbers
) -> pd.DataFrame:
    """A row per unit; see `Influence.units`."""
    whole = paths.inference(estimation)["estimate"]
    table = pd.DataFrame(
        {
            "group": units.groups,
            "rows": units.rows.astype(int),
            "cook": found.cook,
            "displacement": found.displacement,
            "mahalanobis": found.mahalanobis,
            "chisq_change": found.chi_square - estimation.chi_square,
            "outlying": is_outlying(found.cook / units.rows),
            "refitted": [unit in found.refits for unit in range(len(units))],
            "reason": found.reasons,
        },
        index=unit_index(units),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = (whole - found.values) / found.errors
    own = pd.DataFrame(changes, table.index, paths.columns(UNIT_COLUMNS))
    return pd.concat([table, own], axis=1)


def unit_index(units: RowUnits) -> pd.Index:
    """Labels of the units."""
    return pd.Index(units.labels, name=units.word, tupleize_cols=False)


def is_outlying(cook: Array) -> Mask:
    """Above Tukey's fence, on the scale of logarithms: units whose distance stands apart."""
    there = np.isfinite(cook) & (cook > 0.0)
    if there.sum() < 4:
        return np.zeros(len(cook), dtype=bool)
    logs = np.log(np.where(there, cook, 1.0))
    lower, upper = np.quantile(logs[there], (0.25, 0.75))
    return np.asarray(there & (logs > upper + FENCE * (upper - lower)))


def is_significant(p_values: Array, alpha: float) -> Mask:
    """Whether p-values are below alpha; False where there is none."""
    return np.asarray(np.nan_to_num(p_values, nan=np.inf) < alpha)


def path_table(
    estimation: Estimation,
    units: RowUnits,
    paths: ChosenPaths,
    found: InfluenceNumbers,
    alpha: float,
) -> pd.DataFrame:
    """A row per path; see `Influence.paths`."""
    whole = paths.inference(estimation)
    rows = []
    for place in range(len(paths.names)):
        own, p_own = found.values[:, place], found.p_values[:, place]
        known = np.isfinite(p_own)
        significant = bool(is_significant(whole["p_value"][place : place + 1], alpha)[0])
        turned = turning_units(found, place, significant, alpha)
        rows.append(
            {
                "estimate": whole["estimate"][place],
                "se": whole["se"][place],
                "p_value": whole["p_value"][place],
                **_extremes(units, own, found),
                "p_lowest": np.nanmin(p_own) if known.any() else np.nan,
                "p_highest": np.nanmax(p_own) if known.any() else np.nan,
                "significant": significant,
                "n_turning": len(turned),
                "n_turning_exact": sum(unit in found.refits for unit in turned),
                "turning": [units.labels[unit] for unit in turned],
            }
        )
    return pd.DataFrame(rows, index=pd.Index(paths.names, name="path"))


def turning_units(
    found: InfluenceNumbers, place: int, significant: bool, alpha: float
) -> list[int]:
    """Numbers of the units without which a path's verdict would be another."""
    own = found.p_values[:, place]
    turned = np.isfinite(own) & (is_significant(own, alpha) != significant)
    return [int(unit) for unit in np.flatnonzero(turned)]


def _extremes(units: RowUnits, values: Array, found: InfluenceNumbers) -> dict[str, object]:
    """The lowest and highest estimate, without which units, and whether by a refit."""
    if not np.isfinite(values).any():
        return {
            **dict.fromkeys(("lowest", "without_lowest", "highest", "without_highest"), np.nan),
            **dict.fromkeys(("lowest_exact", "highest_exact"), False),
        }
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return {
        "lowest": values[low],
        "without_lowest": units.labels[low],
        "highest": values[high],
        "without_highest": units.labels[high],
        "lowest_exact": low in found.refits,
        "highest_exact": high in found.refits,
    }


def exact_table(
    estimation: Estimation, units: RowUnits, paths: ChosenPaths, found: InfluenceNumbers
) -> pd.DataFrame:
    """A row per refitted unit and path; see `Influence.exact`."""
    whole = paths.inference(estimation)
    rows = [
        {
            "estimate": whole["estimate"][place],
            "without": found.values[unit, place],
            "change": found.values[unit, place] - whole["estimate"][place],
            "se_without": found.errors[unit, place],
            "p_value": whole["p_value"][place],
            "p_without": found.p_values[unit, place],
        }
        for unit in found.refits
        for place in range(len(paths.names))
    ]
    columns = ["estimate", "without", "change", "se_without", "p_value", "p_without"]
    labels = pd.Index([units.labels[unit] for unit in found.refits], tupleize_cols=False)
    index = pd.MultiIndex.from_product([labels, paths.names], names=[units.word, "path"])
    return pd.DataFrame(rows, index, columns)


def exact_fit_table(
    estimation: Estimation, units: RowUnits, found: InfluenceNumbers
) -> pd.DataFrame:
    """A row for all rows and for each refit; see `Influence.exact_fits`."""
    labels = ["", *(units.labels[unit] for unit in found.refits)]
    rows = [fit_row(one) for one in (estimation, *found.refits.values())]
    index = pd.Index(labels, name=f"without_{units.word}", tupleize_cols=False)
    return pd.DataFrame(rows, index=index)


def fit_row(estimation: Estimation) -> dict[str, object]:
    """Rows, chi-square as it is and as tested, some measures, admissibility."""
    fit = Fit(estimation)
    measures = fit.measures
    test = attempted(fit.test)
    tested = {"statistic": np.nan, "p_value": np.nan}
    if not isinstance(test, str):
        tested = {"statistic": test.statistic, "p_value": test.p_value}
    return {
        "rows": estimation.n_observations,
        "chisq": estimation.chi_square,
        "df": estimation.degrees_of_freedom,
        **tested,
        **{name: float(measures.get(name, np.nan)) for name in _MEASURES},
        "admissible": fit.admissible,
    }
