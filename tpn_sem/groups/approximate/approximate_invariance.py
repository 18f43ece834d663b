"""Approximate invariance: groups' loadings and intercepts differ a little, by a prior."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ...arguments import as_names, checked
from ...data import Data, as_frame
from ...drawing import Shown, Table
from ...errors import (
    DataWarning,
    ModelError,
    NotAvailableError,
    OptionError,
    TpnSemWarning,
    warn_user,
)
from ...estimation import Estimation
from ...model import Model
from ...model_fit import log_likelihoods
from ...specification import Options
from ..invariance import Climb, check_groups
from .approximate_tables import factor_table, flagged_parameters, notes, parameter_table
from .posterior_mode import PosteriorMode, posterior_mode
from .prior_options import SETS, approximate_options, check_sets, check_variance


@dataclass(frozen=True, eq=False, repr=False)
class ApproximateInvariance(Shown):
    """The posterior mode of a model whose item parameters are nearly equal over groups.

    Attributes
    ----------
    parameters : DataFrame
        A row per item parameter that may deviate and group: lhs, op, rhs, group, estimate,
        deviation (from the unweighted average over groups), posterior_sd (of the deviation), z
        (deviation / posterior_sd) and flagged (whether z is beyond 1.96).
    factors : DataFrame
        A row per factor and group: factor, group, mean, mean_sd, mean_lower, mean_upper, variance,
        variance_sd, variance_lower, variance_upper. Intervals are of 95%; that of a variance is
        symmetric in its logarithm. What is fixed has no standard deviation (0).
    variance : float
        Of the prior, in units of the items' variances.
    log_posterior : float
        `log_likelihood` plus the logarithm of the prior density over its highest value.
    log_likelihood : float
        At the posterior mode.
    converged : bool
        Whether a maximum was reached; without one there are no posterior standard deviations.
    notes : tuple of str
        All that must be known before the numbers are used.
    """

    parameters: pd.DataFrame
    factors: pd.DataFrame
    variance: float
    log_posterior: float
    log_likelihood: float
    converged: bool
    notes: tuple[str, ...]
    _exact: Estimation
    _sets: tuple[str, ...]

    @cached_property
    def flagged(self) -> tuple[str, ...]:
        """Parameters flagged in some group, largest z first, as ``group_partial`` takes them."""
        return flagged_parameters(self.parameters)

    @checked
    def sensitivity(self, variances: float | Iterable[float]) -> pd.DataFrame:
        """Means of the factors with other prior variances.

        Parameters
        ----------
        variances : float, or iterable of float

        Returns
        -------
        DataFrame
            A row per variance, a column per factor and group; NaN where nothing converged.
        """
        given = variances if isinstance(variances, Iterable) else [variances]
        chosen = [check_variance(variance) for variance in given]
        if not chosen:
            raise OptionError("sensitivity takes one prior variance or several, as [0.001, 0.1].")
        rows = []
        for variance in chosen:
            found = _warned(posterior_mode(self._exact, self._sets, variance))
            means = factor_table(found)["mean"].to_numpy()
            rows.append(means if found.converged else np.full(len(means), np.nan))
        columns = pd.MultiIndex.from_frame(self.factors[["factor", "group"]])
        return pd.DataFrame(rows, pd.Index(chosen, name="variance"), columns)

    @property
    def _tables(self) -> dict[str, pd.DataFrame]:
        shown = self.parameters.assign(flagged=np.where(self.parameters["flagged"], "*", ""))
        return {"Factors": self.factors, "Item parameters (* flagged)": shown}

    def _views(self) -> list[str | Table]:
        tables = [Table(table, title, index=False) for title, table in self._tables.items()]
        return [*self.notes, *tables]


@checked
def approximate_invariance(
    model: Model | str,
    data: Data,
    *,
    group: str | None = None,
    variance: float = 0.01,
    sets: str | Sequence[str] = SETS,
    **options: Any,
) -> ApproximateInvariance:
    """Fit a model whose loadings and intercepts are nearly, not exactly, equal over groups.

    A sensitivity analysis beside partial invariance and alignment, of continuous items.

    Parameters
    ----------
    model : Model or str
    data : DataFrame
    group : str, optional
        The group column; None where the data are sample moments, one a group.
    variance : float
        Of the normal prior of deviations from the average over groups, for standardised items: a
        loading and an intercept deviate in units of the item's deviation within groups, pooled.
        With .01, 95% of the deviations are within .2 of these units.
    sets : tuple of {"loadings", "intercepts"}
        What may deviate. What is not among them is free in each group: without "loadings" the
        factors' variances are one in all groups, without "intercepts" their means are zero.
    **options
        As for `Model.fit`. `group_partial` names parameters that are free, without a prior.

    Returns
    -------
    ApproximateInvariance

    Raises
    ------
    DataError
        For one group or more than twenty.
    NotEstimatedError
        For ordinal items, dependent rows, and whatever is not maximum likelihood.
    OptionError, ModelError
        Where an option cannot be, or nothing in the model could deviate.

    Warns
    -----
    ConvergenceWarning
        Where no maximum was reached.

    Notes
    -----
    With deviations d of T parameters in G groups, item deviations s and prior variance v,
    log-likelihood - sum d^2 / (2 v s^2) is maximised: the posterior mode of Muthen & Asparouhov
    (2012, Psychological Methods, 17, 313-335; 2013, Mplus Web Note 17) with flat priors for all
    else. Factors have mean 0 and variance 1 in the first group. A prior by which the difference of
    two groups, rather than a deviation from the average, has variance v is this one with v / 2.

    Standard deviations are Laplace's, from the second derivatives at the mode. Nothing is flagged
    as v goes to zero, where deviations vanish faster than their standard deviations, so that z is
    no test of a nominal size.

    A normal prior shrinks all deviations alike. It serves many small differences; of few large ones
    much goes into the factors' means, which a second step with `group_partial` has to undo.

    The prior speaks of loadings in units of the first group's factors, and of intercepts at its
    means, so that loadings that differ push up the variances of later groups, in which they are
    smaller then. Another first group is another prior; the order of the others does not matter.
    """
    chosen, tied = check_variance(variance), check_sets(as_names("sets", sets))
    fitted = model if isinstance(model, Model) else Model(model)
    read = approximate_options(fitted, {**options, "group": group})
    frame = as_frame(data)
    check_groups(frame, read.data)
    exact = _exact(fitted, read, frame, tied)
    for note in exact.samples.notes:
        warn_user(note, DataWarning)
    return _result(_warned(posterior_mode(exact, tied, chosen)), exact, tied, chosen)


def _exact(model: Model, options: Options, data: Data, sets: tuple[str, ...]) -> Estimation:
    """The model with the sets equal, where the search for the mode begins.

    What its fit warns of is not said: users do not see it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        climb = Climb(model.statements, options, data, unit_variances=True)
        found = climb.fit(sets, climb.partial)
    if found.specification.has_own_variables:
        raise ModelError("approximate invariance needs the same variables in all groups.")
    if not found.specification.roles.latent:
        raise ModelError("approximate invariance is of factors' items, and the model has no =~.")
    return found


def _warned(estimation: PosteriorMode) -> PosteriorMode:
    for kind, note in estimation.remarks:
        warn_user(note, kind)
    return estimation


def _result(
    estimation: PosteriorMode, exact: Estimation, sets: tuple[str, ...], variance: float
) -> ApproximateInvariance:
    likelihoods = log_likelihoods(estimation)
    if likelihoods is None:
        raise NotAvailableError("approximate invariance needs a likelihood.")
    parameters = parameter_table(estimation)
    return ApproximateInvariance(
        parameters,
        factor_table(estimation),
        variance,
        likelihoods[0] + estimation.log_prior,
        likelihoods[0],
        estimation.converged,
        (*notes(estimation, parameters, sets, variance), *estimation.notes),
        exact,
        sets,
    )
