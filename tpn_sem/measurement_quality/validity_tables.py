"""The tables of validity: AVE, tests of correlations, ratios, squares of constructs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..fit import Fit
from ..numerics import Array
from .coefficient_inference import group_coefficients
from .discriminant_tests import class_by_tests, constrained_tests
from .htmt_intervals import Ratios
from .measured_constructs import Construct
from .missing_coefficients import improper, parts_of

PAIR = ["group", "construct_1", "construct_2"]
Groups = Sequence[Sequence[Construct]]


def ave_table(fit: Fit, groups: Groups, level: float) -> pd.DataFrame:
    """A row per group and construct; see `Validity.ave`."""
    found, rows = fit.estimation, {}
    parts = group_coefficients(fit, "delta", 0, None, level)
    for group, (label, own, part) in enumerate(
        zip(found.samples.labels, groups, parts, strict=True)
    ):
        for construct in own:
            row: dict[str, object] = dict.fromkeys(_AVE[:4], np.nan)
            row |= {"weakest_item": "", "weakest_loading": np.nan, "reason": construct.problem}
            if construct in part.constructs:
                place = part.constructs.index(construct)
                row["ave"] = part.values["ave"][place]
                row["ave_lower"] = part.lower["ave"][place]
                row["ave_upper"] = part.upper["ave"][place]
                row["composite"] = part.values["composite"][place]
                row |= _weakest(found, group, construct)
            rows[label, construct.name] = row
    table = pd.DataFrame.from_dict(rows, orient="index", columns=_AVE)
    table.index = pd.MultiIndex.from_tuples(rows, names=["group", "construct"])
    return table


_AVE = ["ave", "ave_lower", "ave_upper", "composite", "weakest_item", "weakest_loading", "reason"]


def _weakest(found: Estimation, group: int, construct: Construct) -> dict[str, object]:
    parts = parts_of(found, group, construct)
    problem = improper(construct, parts)
    if problem:
        return {"reason": problem}
    loadings = parts.loadings * np.sqrt(parts.variance / parts.variances)
    place = int(np.argmin(np.abs(loadings)))
    return {"weakest_item": construct.items[place], "weakest_loading": float(loadings[place])}


def correlation_tests(
    found: Estimation,
    groups: Groups,
    correlations: pd.DataFrame,
    cutoffs: Sequence[float],
) -> pd.DataFrame:
    """A row per group, pair and cut-off; see `Validity.tests`."""
    rows = []
    for group, (label, own) in enumerate(zip(found.samples.labels, groups, strict=True)):
        mine = correlations[correlations["group"] == label]
        known = {(row.construct_1, row.construct_2): row for row in mine.itertuples()}
        estimates = {pair: row.correlation for pair, row in known.items()}
        tested = constrained_tests(found, group, own, estimates, cutoffs) if cutoffs else []
        for row in tested:
            pair = known[row["construct_1"], row["construct_2"]]
            end = pair.ci_upper if pair.correlation >= 0.0 else -pair.ci_lower
            inside = None if np.isnan(end) else bool(end < row["cutoff"])
            rows.append({"group": label, **row, "below_by_interval": inside})
    columns = [*PAIR, "cutoff", "chisq_diff", "df_diff", "p_value", "cfi_drop"]
    columns += ["below_by_interval", "below_by_chisq", "below_by_cfi", "reason"]
    return pd.DataFrame(rows, columns=columns)


def classed(correlations: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """The correlations with the classes that tests give them."""
    by_pair = dict(list(tests.groupby(PAIR)))
    table = correlations.copy()
    for rule in ("chisq", "cfi"):
        table[f"{rule}_class"] = [
            class_by_tests(by_pair[key], f"below_by_{rule}") if key in by_pair else ""
            for key in table[PAIR].itertuples(index=False, name=None)
        ]
    return table


def ratio_pairs(
    found: Estimation,
    groups: Groups,
    ratios: Sequence[dict[str, Ratios]],
) -> pd.DataFrame:
    """A row per group and pair; see `Validity.htmt_intervals`."""
    rows = []
    for label, own, kinds in zip(found.samples.labels, groups, ratios, strict=True):
        for (i, one), (j, two) in combinations(enumerate(own), 2):
            row: dict[str, object] = dict(zip(PAIR, (label, one.name, two.name), strict=True))
            for name, part in kinds.items():
                row[name] = part.values[i, j]
                row[f"{name}_lower"], row[f"{name}_upper"] = part.lower[i, j], part.upper[i, j]
            rows.append(row)
    ends = [f"{name}{end}" for name in ("htmt", "htmt2") for end in ("", "_lower", "_upper")]
    return pd.DataFrame(rows, columns=[*PAIR, *ends])


def fornell_larcker_squares(
    found: Estimation,
    groups: Groups,
    ave: pd.DataFrame,
    correlations: pd.DataFrame,
) -> list[Array]:
    """Roots of AVE on the diagonal, correlations beside it, a square a group."""
    squares = []
    for label, own in zip(found.samples.labels, groups, strict=True):
        names = [construct.name for construct in own]
        square = np.full((len(own),) * 2, np.nan)
        np.fill_diagonal(square, np.sqrt(ave["ave"].loc[[(label, name) for name in names]]))
        for row in correlations[correlations["group"] == label].itertuples():
            i, j = names.index(row.construct_1), names.index(row.construct_2)
            square[i, j] = square[j, i] = row.correlation
        squares.append(square)
    return squares


def square_tables(found: Estimation, groups: Groups, squares: Sequence[Array]) -> pd.DataFrame:
    """Square tables of all groups, under a first index level where there are several."""
    tables = {}
    for label, own, square in zip(found.samples.labels, groups, squares, strict=True):
        names = [construct.name for construct in own]
        tables[label] = pd.DataFrame(square, index=names, columns=names)
    if list(tables) == [""]:
        return tables[""]
    return pd.concat(tables, names=["group", "construct"])
