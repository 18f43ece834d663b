"""The bootstrap: refits to data drawn from the rows, or from the fitted model."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd

from ..arguments import check_level, checked
from ..drawing import Shown, Table
from ..errors import (
    NotAvailableError,
    OptionError,
    TpnSemWarning,
    choose,
    of_users,
)
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..numerics import Array, Mask
from ..redraws import (
    INTERVALS,
    Refitter,
    RowDraws,
    Units,
    acceleration,
    bootstrap_draws,
    check_bootstrap,
    checkpoint_of,
    intervals,
    joined_batches,
    read_strata,
    refit_draws,
    replicate,
    replicate_names,
    stack_size,
    usual_kind,
    warn_of_failures,
    without_each,
)

KINDS = ("case", "cluster", "bayesian", "parametric", "bollen_stine")
_MOST_DELETIONS = 1000
Statistic = Callable[[Fit], pd.Series | float]
Asked = Callable[[Estimation], Array]


@dataclass(frozen=True, eq=False, repr=False)
class Bootstrap(Shown):
    """Refits to resampled data.

    Attributes
    ----------
    replicates : DataFrame
        A row per replicate, a column per free and defined parameter, or per number that
        ``statistic=`` gave; NaN where a refit did not converge.
    chi_square : array
        Of each replicate; NaN where it did not converge.
    estimates : Series
        Of the data themselves.
    statistic : float
        Chi-square of the data themselves.
    kind : str
        How data were drawn.
    problems : Series
        How many replicates failed, by reason.
    n_asked : int
        Number of replicates asked for; `replicates` has fewer where the user interrupted.
    """

    replicates: pd.DataFrame
    chi_square: Array
    estimates: pd.Series
    statistic: float
    kind: str
    problems: pd.Series
    n_asked: int
    _without_each: Callable[[], pd.DataFrame]

    @property
    def n_failed(self) -> int:
        """Number of replicates that did not converge; they are left out of everything below."""
        return int((~self._is_good).sum())

    @cached_property
    def _is_good(self) -> Mask:
        return np.asarray(self.replicates.notna().all(axis=1))

    @property
    def _good(self) -> pd.DataFrame:
        good = self.replicates[self._is_good]
        if len(good) < 2:
            raise NotAvailableError(
                f"{len(good)} of {len(self.replicates)} replicates converged: there is nothing to "
                "say. See .problems."
            )
        return good

    @property
    def table(self) -> pd.DataFrame:
        """Estimate, bootstrap se, bias, and percentile and bias-corrected 95% intervals.

        Efron & Tibshirani (1993).
        """
        good = self._good
        rows = {"estimate": self.estimates, "se": good.std(), "bias": good.mean() - self.estimates}
        found = pd.DataFrame(rows)
        corrected = self.intervals("bias_corrected").set_axis(["bc_lower", "bc_upper"], axis=1)
        return found.join(self.intervals("percentile")).join(corrected)

    @checked
    def intervals(self, kind: str = "percentile", level: float = 0.95) -> pd.DataFrame:
        """Confidence intervals, a row per parameter.

        Parameters
        ----------
        kind : {"percentile", "bias_corrected", "bca", "basic", "normal"}
            "bca" also corrects for skewness, by refits without each row or cluster (at most 1000
            refits; Efron, 1987). "normal" is estimate - bias -+ z se.
        level : float

        Returns
        -------
        DataFrame
            Columns ci_lower and ci_upper.
        """
        choose("kind", kind, INTERVALS)
        check_level(level)
        bend = self._acceleration if kind == "bca" else None
        return intervals(self._good, self.estimates, kind, level, bend)

    @cached_property
    def _acceleration(self) -> pd.Series:
        return acceleration(self._without_each())

    @property
    def p_value(self) -> float:
        """Share of replicates whose chi-square is as large as the data's. Bollen & Stine (1992).

        Raises
        ------
        NotAvailableError
            Where the model is not true of what was drawn from (kind="bollen_stine" or
            "parametric").
        """
        if self.kind not in ("bollen_stine", "parametric"):
            raise NotAvailableError("a test of fit needs bootstrap(fit, kind='bollen_stine').")
        values = self.chi_square[self._is_good]
        return float((1 + (values >= self.statistic).sum()) / (1 + len(values)))

    def _views(self) -> list[Table]:
        return [Table(self.table)]


@checked
def bootstrap(
    fit: Fit,
    n: int = 1000,
    *,
    seed: int | None = None,
    kind: str | None = None,
    strata: object = None,
    statistic: Statistic | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    checkpoint: str | Path | None = None,
) -> Bootstrap:
    """Refit the model to resampled data.

    Parameters
    ----------
    fit : Fit
        Of rows of data, converged.
    n : int
        Number of replicates.
    seed : int, optional
        The same seed gives the same numbers, whatever the number of workers.
    kind : {"case", "cluster", "bayesian", "parametric", "bollen_stine"}, optional
        What is drawn, within each group. "case": rows, with replacement. "cluster": whole clusters,
        the default for fits with clusters. "bayesian": nothing; rows, or clusters where there are
        any, get random weights (Rubin, 1981). "parametric": new rows from the fitted model, with
        the same predictors and gaps. "bollen_stine": rows of data that were changed to fit the
        model exactly, for a test of fit (Bollen & Stine, 1992; complete continuous data).
        Sampling weights go with their rows.
    strata : Series or sequence, optional
        A value for each row of the data: rows, or clusters, are drawn within these.
    statistic : callable, optional
        Of each replicate's `Fit`, to a number or a Series: what to look at instead of the
        parameters, as ``lambda fit: fit.r_squared``. Slower, as each replicate becomes a `Fit`.
    workers : int, optional
        Processes, -1 for one a core; if not given, those of a surrounding
        ``joblib.parallel_config``, else none but this.
    progress : bool, optional
        Whether to show a progress bar; by default where it takes more than two seconds and a
        person is watching. Ctrl-C stops early, and what is done is returned.
    checkpoint : path, optional
        A folder that finished shares are written to: the same call goes on where it was broken off,
        and gives the numbers that it would have given. Recognised by its fits and options.

    Returns
    -------
    Bootstrap

    Raises
    ------
    NotAvailableError
        Where the fit cannot be bootstrapped that way.

    Warns
    -----
    ConvergenceWarning
        Where refits did not converge; they are left out and counted. Where it was interrupted.
    """
    found = read_fit(fit, "bootstrap", levels=True)
    chosen = usual_kind(found) if kind is None else kind
    check_bootstrap(found, n, chosen, strata)
    names, asked = _asked(fit, statistic)
    refitter = Refitter(found, asked)
    draws, units = bootstrap_draws(found, chosen, strata)
    done = replicate(
        partial(refit_draws, refitter, draws),
        n,
        size=stack_size(found),
        seed=seed,
        workers=workers,
        progress=progress,
        title="bootstrap",
        checkpoint=checkpoint_of(
            checkpoint,
            {"": found},
            what="bootstrap",
            kind=chosen,
            strata=read_strata(strata, found.samples),
            statistic=(list(names), statistic is None),
            own=refitter.own,
        ),
    )
    refits = joined_batches(done.parts)
    problems = refits.reasons
    done.warn("replicates")
    warn_of_failures(problems, done.n_done, "replicates")
    return Bootstrap(
        pd.DataFrame(refits.values[:, :-1], columns=names),
        refits.values[:, -1],
        pd.Series(refitter.own, index=names),
        found.chi_square,
        chosen,
        problems,
        n,
        partial(_without_each, refitter, units, names),
    )


def _asked(fit: Fit, statistic: Statistic | None) -> tuple[pd.Index, Asked | None]:
    """The names of the numbers that each replicate gives, and how to get them."""
    found = fit.estimation
    if statistic is None:
        return pd.Index(replicate_names(found)), None
    if not callable(statistic):
        raise OptionError(f"statistic= is a function of a Fit, not {statistic!r}.")
    own = of_users("statistic", statistic, fit)
    _numbers(own)
    names = own.index if isinstance(own, pd.Series) else pd.Index(["statistic"])
    return names, partial(_evaluate, statistic, len(names))


def _evaluate(statistic: Statistic, size: int, estimation: Estimation) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        values = _numbers(of_users("statistic", statistic, Fit(estimation)))
    if values.shape != (size,):
        raise OptionError(f"statistic= gave {values.size} numbers for a replicate, not {size}.")
    return values


def _numbers(found: object) -> Array:
    """What a statistic gave, as numbers, shape (k,)."""
    try:
        values = np.atleast_1d(np.asarray(found, dtype=float))
    except (TypeError, ValueError) as error:
        raise OptionError(f"statistic= gives a number or a Series, not {found!r:.60}.") from error
    if values.ndim != 1 or not len(values):
        raise OptionError(f"statistic= gives a number or a Series, not an array {values.shape}.")
    return values


def _without_each(refitter: Refitter, units: Units, names: pd.Index) -> pd.DataFrame:
    """Estimates without each unit."""
    draws = RowDraws(refitter.estimation, refitter.estimation.samples, units)
    parts = [
        refitter.fit(drawn)
        for weights in without_each(units, _MOST_DELETIONS)
        for drawn in draws.weighted(weights)
    ]
    return pd.DataFrame(joined_batches(parts).values[:, :-1], columns=names).dropna()
