"""Tests that the tetrads a model makes vanish do vanish: each, and an independent set jointly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..equations import GenericStructure
from ..estimation import Estimation
from ..numerics import Indices, adjusted_p_values, chi_square_tail, f_tail, vech
from .observed_covariances import ObservedCovariances
from .residual_sampling import p_values_of
from .vanishing_tetrads import Tetrads, implied_tetrads, spanned

_NONE = "the model makes no such tetrad vanish"
_JOINT = ["group", "scope", "n_tetrads", "chisq", "df", "df_2", "p_value", "reason"]
ALL = "all variables"


@dataclass(frozen=True)
class JointTest:
    """A chi-square of an independent set of tetrads; NaN where `reason` says why.

    Attributes
    ----------
    chisq, df : float
    df_2 : float
        Denominator degrees of freedom where the covariance matrix comes from the data, and the
        p-value from F (Yuan & Bentler, 1998); infinite where it is that of normal data.
    p_value : float
    """

    chisq: float = float("nan")
    df: float = float("nan")
    df_2: float = float("nan")
    p_value: float = float("nan")
    reason: str = ""


def tetrad_tests(
    estimation: Estimation,
    structures: Sequence[GenericStructure],
    groups: Sequence[ObservedCovariances],
    adjustment: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Joint tests by group and scope, and a row per vanishing tetrad, largest z first."""
    joint, single = [], []
    for structure, observed in zip(structures, groups, strict=True):
        tetrads = implied_tetrads(structure)
        scopes = _scopes(structure, tetrads)
        for scope, places in scopes.items():
            count = tetrads.n_found if scope == ALL else len(places)
            test = joint_test(tetrads.part(places), observed)
            joint.append((observed.label, scope, count, *vars(test).values()))
        if not observed.problem:
            single.append(_single_tests(estimation, tetrads, observed))
    tests = _with_adjusted(pd.DataFrame(joint, columns=_JOINT), adjustment)
    table = pd.concat(single, ignore_index=True) if single else pd.DataFrame()
    if not table.empty:
        table = _with_adjusted(table, adjustment)
        order = np.argsort(-np.abs(table["z"].to_numpy(float)), kind="stable")
        table = table.iloc[order].reset_index(drop=True)
    return tests, table


def _with_adjusted(table: pd.DataFrame, adjustment: str) -> pd.DataFrame:
    p_values = adjusted_p_values(table["p_value"].to_numpy(float), adjustment)
    table.insert(table.columns.get_loc("p_value") + 1, "p_adjusted", p_values)
    return table


def _scopes(structure: GenericStructure, tetrads: Tetrads) -> dict[str, Indices]:
    """Places of all tetrads, and of those of the items of each factor that has four or more."""
    found = {ALL: np.arange(len(tetrads))}
    names = structure.pattern.names
    for factor, items in structure.measured_items.items():
        own = [names.index(item) for item in items]
        if len(own) >= 4:
            found[factor] = np.flatnonzero(np.isin(tetrads.items, own).all(axis=1))
    return found


def joint_test(tetrads: Tetrads, observed: ObservedCovariances) -> JointTest:
    """Test that tetrads vanish jointly: t'(G C G')^-1 t of an independent set of them.

    Bollen & Ting (1993), with t = G (s - sigma) for the tetrads of the sample, G their derivatives
    at the implied covariances sigma, where all are zero, and C the covariances' sampling covariance
    matrix. It is the same whatever independent set is taken, so that none is: a basis of what they
    span serves. With the sample's own tetrads the choice decides where there are dozens of them.
    """
    if observed.problem or not len(tetrads):
        return JointTest(reason=observed.problem or _NONE)
    basis = spanned(tetrads, observed.implied, observed.spread)
    count, units = len(basis), observed.units
    if not observed.is_normal and units - 1 <= count:
        why = f"{count} tetrads are too many for {units} independent units to be tested together"
        return JointTest(df=count, reason=why)
    values = basis @ vech(observed.covariance - observed.implied)
    spread = basis @ observed.spread @ basis.T
    scale = 1.0 / np.sqrt(np.diag(spread))
    matrix = scale[:, None] * spread * scale
    statistic = float((values * scale) @ np.linalg.solve(matrix, values * scale))
    if observed.is_normal:
        return JointTest(statistic, count, np.inf, chi_square_tail(statistic, count))
    ratio = statistic * (units - count) / ((units - 1) * count)
    return JointTest(statistic, count, units - count, f_tail(ratio, count, units - count))


def _single_tests(
    estimation: Estimation, tetrads: Tetrads, observed: ObservedCovariances
) -> pd.DataFrame:
    """Each tetrad of correlations, with its error and test."""
    values = tetrads.values(observed.covariance)
    errors = tetrads.errors(observed.covariance, observed.spread)
    unit = np.prod(observed.deviations[tetrads.items], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(errors > 0.0, values / errors, np.nan)
    names = np.array(observed.names, dtype=object)[tetrads.items].reshape(-1, 4)
    told = [f"r({a},{b}) r({c},{d}) = r({a},{c}) r({b},{d})" for a, b, c, d in names]
    columns = {
        "group": np.full(len(tetrads), observed.label, dtype=object),
        "tetrad": np.array(told, dtype=object),
        **{f"item_{place + 1}": names[:, place] for place in range(4)},
        "difference": values / unit,
        "se": errors / unit,
        "z": z,
        "p_value": p_values_of(estimation, z),
    }
    return pd.DataFrame(columns)
