"""Where a model fits and where it does not: residuals, equations, tetrads, independence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import check_level, check_range, checked
from ..drawing import Drawing, Shown, Table
from ..equations import generic_structures
from ..errors import choose
from ..fit import Fit, read_fit
from ..numerics import ADJUSTMENTS
from .equation_tests import equation_tests
from .independence_tests import independence_tests
from .local_notes import local_notes
from .local_verdicts import LocalTables, verdict_table
from .observed_covariances import observed_covariances
from .residual_map import draw_residuals
from .residual_moments import residual_moments
from .residual_power import pair_chances
from .residual_sampling import require_testable
from .residual_tests import residual_table
from .srmr_inference import srmr_table
from .tetrad_tests import tetrad_tests

_LARGEST = 8  # rows of a long table that are shown


@dataclass(frozen=True, eq=False, repr=False)
class LocalFit(Shown):
    """Local fit of a model, in each group.

    `group` is "" where there is one group. P-values are adjusted within each table; `reason` says
    why numbers are missing.

    Attributes
    ----------
    residuals : DataFrame
        A row per pair of items, and per variance, mean, threshold or slope that the model
        restricts: group, kind, item_1, item_2, observed, implied, residual (over the sample's
        standard deviations), se, z, p_value, p_adjusted, reason.
    srmr : DataFrame
        A row per group and part (covariances, means or thresholds, total), then of all groups:
        n_residuals, srmr, srmr_se, exact_z, exact_p, usrmr (unbiased) with usrmr_se, usrmr_lower,
        usrmr_upper, close_z, close_p, reason.
    equations : DataFrame
        A row per equation: group, variable, predictors, outcome and scaling (what stands for them),
        instruments, n_instruments, test, chisq, df, p_value, p_adjusted, first_stage_f, reason.
    coefficients : DataFrame
        Two-stage least squares: group, variable, predictor, estimate, se, in units of the scaling
        indicators.
    tetrads : DataFrame
        A row per group and scope (all variables, or the items of one factor): n_tetrads that the
        model makes vanish, chisq of an independent set, df, df_2, p_value, p_adjusted, reason.
    vanishing : DataFrame
        A row per vanishing tetrad, largest z first: group, tetrad, item_1 to item_4, difference (of
        products of correlations), se, z, p_value, p_adjusted.
    independence : DataFrame
        A row per claim of independence, smallest p-value first: group, claim, kind, form (how it is
        tested), lhs, op, rhs (what would be added), estimate (standardised), z, p_value,
        p_adjusted.
    verdicts : DataFrame
        A row per group and factor: group, factor, items, verdict ("misfit", "no test objects",
        "cannot tell"), objected (items), power (to find a covariance of two items' residuals that
        amounts to a correlation of `delta`: the median over pairs of items that load most on the
        factor, 0 where nothing tells it, NaN without such pairs), sentence.
    level : float
    notes : tuple of str
        What must be known before any of it is used.
    """

    residuals: pd.DataFrame
    srmr: pd.DataFrame
    equations: pd.DataFrame
    coefficients: pd.DataFrame
    tetrads: pd.DataFrame
    vanishing: pd.DataFrame
    independence: pd.DataFrame
    verdicts: pd.DataFrame
    level: float
    notes: tuple[str, ...]

    @checked
    def heat_map(self) -> Drawing:
        """Residual correlations as a drawing; those significant after adjustment are framed."""
        return draw_residuals(self.residuals, round(1.0 - self.level, 12))

    def _views(self) -> list[str | Table]:
        order = np.argsort(-np.abs(self.residuals["z"].fillna(0.0).to_numpy()), kind="stable")
        views: list[str | Table] = [*self.verdicts["sentence"], *self.notes]
        views.append(
            Table(_shown(self.srmr), "Standardised root mean square residual", index=False)
        )
        largest = self.residuals.iloc[order[:_LARGEST]]
        views.append(Table(_shown(largest), "Largest residuals", index=False))
        if not self.equations.empty:
            hidden = ["outcome", "scaling", "instruments"]
            views.append(
                Table(_shown(self.equations.drop(columns=hidden)), "Equations", index=False)
            )
        views.append(Table(_shown(self.tetrads), "Vanishing tetrads", index=False))
        if not self.independence.empty:
            first = self.independence.head(_LARGEST).drop(columns=["lhs", "op", "rhs"])
            views.append(Table(_shown(first), "Claims of independence", index=False))
        return views


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Without columns that say nothing."""
    empty = [name for name in ("group", "reason") if name in table and not table[name].any()]
    return table.drop(columns=empty)


@checked
def local_fit(
    fit: Fit,
    *,
    level: float = 0.95,
    adjust: str = "holm",
    close: float = 0.05,
    delta: float = 0.10,
) -> LocalFit:
    """Test where a model fits and where it does not, in each group.

    Residual correlations; SRMR with its error (Maydeu-Olivares, 2017); each equation by its
    model-implied instruments (Bollen, 1996); vanishing tetrads (Bollen & Ting, 1993); claims of
    independence (Thoemmes, Rosseel & Textor, 2018). Errors are the fit's kind: of normal data, of
    rows, of clusters, of incomplete rows, or of polychoric correlations.

    Parameters
    ----------
    fit : Fit
        A model with degrees of freedom.
    level : float
        Of intervals; what has an adjusted p-value below 1 - level is called misfit.
    adjust : {"holm", "fdr", "none"}
        For the number of tests in each table: Holm (1979), Benjamini & Hochberg (1995).
    close : float
        Unbiased SRMR up to which fit is called close.
    delta : float
        Correlation of two items' residuals that would matter: without a chance of three in four
        to find it (Saris, Satorra & van der Veld, 2009), silence is called "cannot tell".

    Returns
    -------
    LocalFit

    Raises
    ------
    NotAvailableError
        Where the fit did not converge, or leaves no degrees of freedom.
    OptionError
    """
    check_level(level)
    choose("adjust", adjust, ADJUSTMENTS)
    check_range("close", close, 0.0, 1.0)
    check_range("delta", delta, 0.001, 1.0)
    found = read_fit(fit, "local_fit")
    require_testable(found)
    residuals, observed = residual_moments(found), observed_covariances(found)
    structures = generic_structures(found.specification)
    equations, coefficients = equation_tests(structures, observed, adjust)
    tetrads, vanishing = tetrad_tests(found, structures, observed, adjust)
    table = residual_table(found, residuals, adjust)
    claims = independence_tests(found, structures, observed, adjust)
    tables = LocalTables(table, equations, tetrads, vanishing, claims)
    alpha = 1.0 - level
    n_claims = max(int(claims["p_value"].notna().sum()), 1)
    chances = pair_chances(found, structures, delta, alpha / (n_claims if adjust != "none" else 1))
    verdicts = verdict_table(structures, found.samples.labels, tables, chances, alpha, delta)
    return LocalFit(
        table,
        srmr_table(found, residuals, level, close),
        equations,
        coefficients,
        tetrads,
        vanishing,
        claims,
        verdicts,
        level,
        tuple(local_notes(found, tables, adjust, fit.admissible)),
    )
