"""Moderated nonlinear factor analysis: parameters of a factor model that depend on moderators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...arguments import checked
from ...data import Data
from ...drawing import Shown, Table
from ...errors import NotEstimatedError, OptionError, choose, nearest
from ...estimation import check_identification
from ...model import Model
from ...results import HypothesisTest
from ...specification import (
    FitOptions,
    Options,
    Specification,
    has_products,
    read_options,
    refuse_composites,
    refuse_correlation,
    specify,
)
from .design import build_design
from .estimation import ModeratedEstimation, fit_rows
from .likelihood_ratio import difference_test
from .moderated_rows import read_names, read_rows
from .moderation_tables import estimates_table, parameters_at
from .terms import Asked, check_model, read_terms

OPTIONS = ("missing", "orthogonal", "start", "max_iterations")


@dataclass(frozen=True, eq=False, repr=False)
class ModeratedFit(Shown):
    """A fitted moderated factor model.

    Attributes
    ----------
    estimates : DataFrame
        A row per parameter where the moderators are zero (`moderator` is empty), followed by its
        coefficients, a row per moderator. Columns lhs, op, rhs, moderator, scale ("linear", "log"
        or "fisher_z": what a coefficient is added to), estimate, se (0 where fixed, NaN where not
        available), z, p_value (two-sided), ci_lower, ci_upper (95%).
    logl : float
        Log-likelihood of all rows, given the moderators.
    npar : int
        Number of free parameters, after constraints.
    aic, bic : float
    converged : bool
    notes : tuple of str
        All that must be known before the numbers are used; also issued as warnings.
    n_observations, n_dropped : int
        Rows used, and rows left out because something was missing.
    estimation : ModeratedEstimation
        The evidence that everything here is computed from.
    """

    estimates: pd.DataFrame
    logl: float
    npar: int
    aic: float
    bic: float
    converged: bool
    notes: tuple[str, ...]
    n_observations: int
    n_dropped: int
    estimation: ModeratedEstimation

    @checked
    def at(self, **values: float) -> pd.DataFrame:
        """The parameters of a respondent with given moderators.

        Parameters
        ----------
        **values : float
            By moderator; those that are not named are zero.

        Returns
        -------
        DataFrame
            A row per loading, intercept, factor mean (``f ~1``), variance and covariance. Columns
            lhs, op, rhs, estimate, se (delta method; 0 where fixed), ci_lower, ci_upper (95%).

        Raises
        ------
        OptionError
            Where a name is no moderator, or a value no number.
        """
        found = self.estimation
        point = np.zeros((1, len(found.names)))
        for name, value in values.items():
            if name not in found.names:
                listing = ", ".join(map(repr, found.names))
                advice = nearest(name, found.names) or f"; the moderators are {listing}."
                raise OptionError(f"at: {name!r} is no moderator of the fit{advice}")
            if not (isinstance(value, (int, float, np.number)) and np.isfinite(value)):
                raise OptionError(f"at: {name}={value!r} is not a number.")
            point[0, found.names.index(name)] = float(value)
        return parameters_at(found, point)

    @checked
    def likelihood_ratio(self, other: ModeratedFit) -> HypothesisTest:
        """Likelihood-ratio test between this model and one that moderates less, or more.

        Which of the two is the restricted one is seen from the number of parameters. With clusters
        the statistic is scaled (Satorra & Bentler, 2001).

        Raises
        ------
        OptionError
            Where the two were fitted to other rows or are not nested.
        NotAvailableError
            Where one did not converge, or the scaling factor is negative.
        """
        if not isinstance(other, ModeratedFit):
            raise OptionError(
                f"likelihood_ratio takes another moderated fit, not {type(other).__name__}."
            )
        return difference_test(self.estimation, other.estimation)

    def _views(self) -> list[str | Table]:
        state = "" if self.converged else ", not converged"
        head = (
            f"moderated by {', '.join(self.estimation.names)}: {self.n_observations} rows, "
            f"{self.npar} parameters, log-likelihood {self.logl:.3f}, AIC {self.aic:.3f}, "
            f"BIC {self.bic:.3f}{state}"
        )
        notes = [f"! {note}" for note in self.notes]
        return [head, *notes, Table(self.estimates, index=False)]


@checked
def moderated(
    model: Model | str,
    data: Data,
    *,
    moderators: str | Sequence[str],
    moderated: Asked = None,
    cluster: str | None = None,
    **options: Any,
) -> ModeratedFit:
    """Fit a factor model whose parameters depend on moderators, by maximum likelihood.

    Parameters
    ----------
    model : Model or str
        A factor model of continuous items; parameters are added as `tpn_sem.cfa` does.
    data : DataFrame
    moderators : str or sequence of str
        Numeric columns, such as age or a 0/1 variable. They are used as they are: centre them, as
        baselines are taken where they are zero.
    moderated : sequence of str, or dict from moderator to sequences of str, optional
        What is moderated, by all moderators or by each: sets of parameters ("means",
        "lv_variances", "lv_covariances", "loadings", "intercepts", "residuals",
        "residual_covariances", "regressions"), and single parameters as model text, such as
        ``"NPC =~ npc5"`` and ``"npc5 ~ 1"``. By default factor means and variances by all
        moderators (impact). What is given takes the place of the default: name "means" and
        "lv_variances" along with items that function differently.
    cluster : str, optional
        A column; standard errors are then robust to dependence within clusters.
    **options
        ``missing`` ("listwise", or "fiml" for answers missing at random), ``orthogonal``,
        ``start`` (of baseline parameters) and ``max_iterations``, as for `Model.fit`.

    Returns
    -------
    ModeratedFit

    Raises
    ------
    TpnSemError
        Saying what was wrong, where, and what to do.

    Warns
    -----
    TpnSemWarning
        For dropped rows, moderators far from zero, few clusters, failed convergence and solutions
        that are not admissible.

    Notes
    -----
    Bauer & Hussong (2009); Bauer (2017). With moderators z of a row, loadings, intercepts and
    factor means are b + g'z, and variances b exp(g'z). Factors have mean 0 and variance 1 where
    all moderators are zero. A correlation of factors r stays what it is where their variances
    change, unless "lv_covariances" are moderated: then it is tanh(artanh(r) + g'z). Covariances of
    residuals are b + g'z. Labels and ``==`` hold where the moderators are zero. Where a factor's
    mean (variance) is moderated, one item or more must have an intercept (loading) that the same
    moderator leaves alone.

    Standard errors come from the observed information; with C clusters from the sandwich with the
    clusters' scores, C / (C - 1) times.
    """
    specification, chosen = _specify(model, options, cluster)
    names = read_names(moderators, specification)
    terms = read_terms(moderated, names, specification.table)
    design = build_design(specification, terms, len(names))
    rows = read_rows(data, specification, chosen.data, names, design.size)
    found = fit_rows(design, names, rows, chosen.estimation)
    count, logl = len(rows.answers), found.log_likelihood
    return ModeratedFit(
        estimates_table(found),
        logl,
        design.size,
        -2.0 * logl + 2.0 * design.size,
        -2.0 * logl + design.size * float(np.log(count)),
        found.converged,
        rows.notes + tuple(note for _, note in found.remarks),
        count,
        rows.n_dropped,
        found,
    )


def _specify(
    model: Model | str, given: dict[str, Any], cluster: str | None
) -> tuple[Specification, Options]:
    """The model with standardised factors, its options checked."""
    _check_options(given)
    known = {name: given[name] for name in OPTIONS if given.get(name) is not None}
    if cluster is not None:
        known["cluster"] = cluster
    options = read_options("cfa", {**known, "std_lv": True, "mean_structure": True})
    choose("missing", options.data.missing, ("listwise", "fiml"))
    statements = (model if isinstance(model, Model) else Model(model)).statements
    if has_products(statements):
        raise NotEstimatedError(
            "products of variables are not estimated with moderators: leave the product out, or "
            "fit the model by ts.sem."
        )
    specification = specify(statements, options.model, ("",), True)
    refuse_composites(specification.roles, "a moderated model")
    refuse_correlation(options.model, "a moderated model")
    check_model(specification)
    check_identification(specification, ("",))
    return specification, options


def _check_options(given: dict[str, Any]) -> None:
    """Refuse what a moderated model does not know."""
    asked = {name: value for name, value in given.items() if not _asks_nothing(value)}
    if "ordered" in asked:
        raise NotEstimatedError(
            "ordered= is not estimated with moderators: ordinal items would need marginal maximum "
            "likelihood, with numerical integration over the factors. Items with five categories "
            "or more and little skew may be treated as continuous: leave ordered= out."
        )
    if "group" in asked:
        raise OptionError(
            f"a moderated model has one group: code {given['group']!r} as 0 and 1 (one column for "
            "each group but the first) and name it in moderators=."
        )
    for name in asked:
        if name not in OPTIONS:
            advice = "" if name in FitOptions.__annotations__ else nearest(name, OPTIONS)
            raise OptionError(
                f"moderated does not take {name}={advice or '.'} Its options are cluster, "
                f"{', '.join(OPTIONS)}."
            )


def _asks_nothing(value: object) -> bool:
    return value is None or value is False or (isinstance(value, (list, tuple)) and not value)
