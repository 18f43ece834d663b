"""Permutation tests of groups: one model, or a ladder of them, with the groups dealt anew."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import Shown, Table
from ..errors import NotAvailableError, OptionError, TpnSemWarning, attempted, of_users
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..model_fit import uncorrected_evidence
from ..model_fit.comparison import check_same_data, compare_estimations
from ..model_fit.indices import (
    comparative,
    error_of_approximation,
    noncentrality_index,
    residual_based,
)
from ..numerics import Array, Indices
from ..redraws import (
    Batch,
    PermutedGroups,
    PermutedScores,
    Refitter,
    checkpoint_of,
    joined_batches,
    permuted_groups,
    replicate,
    stack_size,
    warn_of_failures,
)
from ..results import ScaledContrasts, inference, scaled_contrasts
from .studentised_permutation import permuted_scores


@runtime_checkable
class HasFits(Protocol):
    """What holds fits by name, in their order, as a ladder of invariance does."""

    @property
    def fits(self) -> Mapping[str, Fit]:
        """The fits."""


Fits = Fit | HasFits | Mapping[str, Fit] | Sequence[Fit]
Statistic = Callable[[dict[str, Fit]], pd.Series | float]
MEASURES = ("chisq", "cfi", "rmsea", "srmr", "mfi")
_BETTER_LARGE = ("cfi", "mfi")


@dataclass(frozen=True, eq=False, repr=False)
class Permutation(Shown):
    """What the fits say of the data, and of data whose groups were dealt anew.

    Attributes
    ----------
    table : DataFrame
        A row per model and statistic: observed; p_value (of the fit's own test, where there is
        one); p_permutation (share of data sets that look as bad, or worse); critical (what 5% of
        these are worse than).
    contrasts : DataFrame
        A row per model and parameter that differs between groups, later group less earlier one,
        on a scale that does not depend on their order: estimate, se and p_value (Wald, as the fit
        has them), p_permutation (two-sided, of the estimate over its error, both by one step from
        pooled estimates; not where rows have no scores in the moments).
    replicates : DataFrame
        A row per permutation, a column per row of `table`, then of `contrasts`, over their
        errors (or what ``statistic=`` gave); NaN where a refit failed.
    unit : str
        What changed places: "row", "cluster" or "row_within_cluster".
    n_units : int
    n_asked : int
    problems : Series
        How many refits failed, by reason.
    """

    table: pd.DataFrame
    contrasts: pd.DataFrame
    replicates: pd.DataFrame
    unit: str
    n_units: int
    n_asked: int
    problems: pd.Series

    @property
    def n_failed(self) -> int:
        """Number of permutations that some model could not be fitted to."""
        return int(self.problems.sum())

    def _views(self) -> list[Table]:
        return [Table(self.table)]


@checked
def permutation(
    fits: Fits,
    n: int = 1000,
    *,
    seed: int | None = None,
    unit: str | None = None,
    strata: object = None,
    statistic: Statistic | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    checkpoint: str | Path | None = None,
) -> Permutation:
    """Test differences between groups by dealing the groups anew.

    Where the group is a property of clusters (schools), whole clusters change places, so that the
    test rests on as many units as were independent.

    Parameters
    ----------
    fits : Fit, InvarianceLadder, or several Fits by name or in a sequence
        Of the same rows in the same groups; each is compared with the one before it.
    n : int
        Number of permutations. The smallest p-value is 1 / (n + 1).
    seed : int, optional
        The same seed gives the same numbers, whatever the number of workers.
    unit : {"row", "cluster", "row_within_cluster"}, optional
        What changes places. By default clusters where there are any; rows within clusters that
        are in several groups; else rows.
    strata : Series or sequence, optional
        A value for each row of the data: units change places within these.
    statistic : callable, optional
        Of the fits by name, to a number or a Series, tested two-sided in place of the contrasts.
    workers, progress, checkpoint
        As for `tpn_sem.bootstrap`.

    Returns
    -------
    Permutation

    Raises
    ------
    OptionError, DataError, NotAvailableError
        Where there is one group, rows are not known, or the fits are of different data.

    Notes
    -----
    What is tested is that groups are alike in everything. Tests of loadings, intercepts and
    thresholds react to differences of latent means and variances little, but do react (Jorgensen
    et al., 2018). Chi-squares are not scaled: the permutations show what to expect of them.
    Contrasts are studentised: over their cluster-robust error in each permutation (Janssen, 1997;
    Chung & Romano, 2013), by one step from the estimates of all rows together.
    """
    named = {name: read_fit(fit, "permutation") for name, fit in _named(fits).items()}
    first = _checked(named)
    draws = permuted_groups(first, unit, strata)
    question = _Question(named, draws, statistic)
    own = question.values(named, draws.own)
    done = replicate(
        partial(_permute, question),
        n,
        size=stack_size(first),
        seed=seed,
        workers=workers,
        progress=progress,
        title="permutations",
        checkpoint=checkpoint_of(
            checkpoint,
            named,
            what="permutation",
            unit=draws.unit,
            strata=draws.strata,
            columns=list(question.columns),
            own=own,
        ),
    )
    batch = joined_batches(done.parts)
    reasons = batch.reasons
    done.warn("permutations")
    warn_of_failures(reasons, done.n_done, "permutations")
    replicates = pd.DataFrame(batch.values, columns=question.columns)
    return Permutation(
        _table(named, own[: question.n_measures], replicates.iloc[:, : question.n_measures]),
        _contrast_table(question, own, replicates),
        replicates,
        draws.unit,
        len(draws.strata),
        n,
        reasons,
    )


def _named(fits: Fits) -> dict[str, Fit]:
    if isinstance(fits, HasFits):
        return dict(fits.fits)
    if isinstance(fits, Fit):
        return {"model": fits}
    if isinstance(fits, Mapping):
        named = {str(name): fit for name, fit in fits.items()}
    elif not isinstance(fits, Iterable):
        raise OptionError(f"permutation takes fits, not {type(fits).__name__}: fit models first.")
    else:
        named = {f"model {place + 1}": fit for place, fit in enumerate(fits)}
    strange = [item for item in named.values() if not isinstance(item, Fit)]
    if strange or not named:
        what = type(strange[0]).__name__ if strange else "nothing"
        raise OptionError(f"permutation takes fits, or a ladder of invariance, not {what}.")
    return named


def _checked(named: dict[str, Estimation]) -> Estimation:
    found = list(named.values())
    if len(found[0].samples.groups) < 2:
        raise NotAvailableError("a permutation deals groups anew: fit with group=.")
    check_same_data(found)
    for name, one in named.items():
        if not one.samples.has_rows:
            raise NotAvailableError("a permutation needs rows of data, not sample moments.")
        if not one.converged:
            raise NotAvailableError(f"{name} did not converge: there is nothing to compare.")
    orders = {one.specification.observed for one in found}
    kinds = {(type(one.discrepancy), one.samples.options.missing) for one in found}
    if len(orders) > 1 or len(kinds) > 1:
        raise OptionError("the fits differ in estimator, missing= or the order of variables.")
    if any(one.specification.has_own_variables for one in found):
        raise NotAvailableError(
            "groups of different variables cannot change places: fit the common ones."
        )
    return found[0]


class _Question:
    """What is asked of each set of fits."""

    def __init__(
        self, named: dict[str, Estimation], draws: PermutedGroups, statistic: Statistic | None
    ):
        self.draws, self.statistic = draws, statistic
        self.refitters = {name: Refitter(found) for name, found in named.items()}
        self.contrasts: dict[str, ScaledContrasts] = {}
        self.others = pd.Index([])
        self.scores: PermutedScores | None = None
        if statistic is None:
            self.contrasts = {name: scaled_contrasts(found) for name, found in named.items()}
            with suppress(NotAvailableError):
                self.scores = permuted_scores(named, self.contrasts, draws)
        else:
            self.others = _index(self._ask(named))
        self.n_measures = len(self._measures(named))
        self.columns = self._columns(named)

    def _columns(self, named: dict[str, Estimation]) -> pd.MultiIndex:
        pairs = list(self._measures(named))
        if self.scores is not None:
            pairs += self.of_contrasts
        pairs += [("statistic", label) for label in self.others]
        return pd.MultiIndex.from_tuples(pairs, names=["model", "statistic"])

    @property
    def of_contrasts(self) -> list[tuple[str, str]]:
        """Model and name of each contrast."""
        return [(name, one) for name, own in self.contrasts.items() for one in own.names]

    def values(self, fitted: dict[str, Estimation], dealing: Indices) -> Array:
        """All that is asked of a dealing and the fits to it, shape (k,)."""
        parts = [np.array(list(self._measures(fitted).values()))]
        if self.scores is not None:
            parts.append(self.scores.statistics(dealing))
        if self.statistic is not None:
            parts.append(np.atleast_1d(np.asarray(self._ask(fitted), dtype=float)))
        return np.concatenate(parts)

    def _ask(self, fitted: dict[str, Estimation]) -> pd.Series | float:
        assert self.statistic is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            fits = {name: Fit(found) for name, found in fitted.items()}
            return of_users("statistic", self.statistic, fits)

    def _measures(self, fitted: dict[str, Estimation]) -> dict[tuple[str, str], float]:
        """Measures of each fit, and their changes from the one before."""
        values: dict[tuple[str, str], float] = {}
        before: dict[str, float] | None = None
        for name, found in fitted.items():
            own = _measures(found)
            values |= {(name, measure): value for measure, value in own.items()}
            if before is not None:
                for measure, value in own.items():
                    values[name, f"delta_{measure}"] = value - before[measure]
            before = own
        return values


def _measures(estimation: Estimation) -> dict[str, float]:
    evidence = uncorrected_evidence(estimation)
    excess = evidence.chi_square - evidence.degrees_of_freedom
    df, n, groups = evidence.degrees_of_freedom, evidence.multiplier, evidence.n_groups
    numbers = (
        evidence.chi_square,
        comparative(evidence)["cfi"],
        error_of_approximation(excess, df, n, groups),
        residual_based(evidence)["srmr"],
        noncentrality_index(excess, n),
    )
    return dict(zip(MEASURES, map(float, numbers), strict=True))


def _index(values: pd.Series | float) -> pd.Index:
    return values.index if isinstance(values, pd.Series) else pd.Index(["statistic"])


def _permute(question: _Question, generator: np.random.Generator, count: int) -> Batch:
    """Values of several permutations, shape (count, k), and what failed."""
    rows: list[Array] = []
    problems: list[str] = []
    dealings = [question.draws.deal(generator) for _ in range(count)]
    for drawn in question.draws.drawn(dealings):
        fitted = {
            name: refitter.estimations(drawn) for name, refitter in question.refitters.items()
        }
        for together in zip(*fitted.values(), strict=True):
            named = dict(zip(fitted, together, strict=True))
            rows.append(_one(question, named, dealings[len(rows)], problems))
    return Batch(np.array(rows), tuple(problems))


def _one(
    question: _Question,
    fitted: dict[str, Estimation | str],
    dealing: Indices,
    problems: list[str],
) -> Array:
    lost = [found for found in fitted.values() if isinstance(found, str)]
    if lost:
        problems.append(lost[0])
        return np.full(len(question.columns), np.nan)
    there = {name: found for name, found in fitted.items() if isinstance(found, Estimation)}
    values = attempted(question.values, there, dealing)
    if isinstance(values, str):
        problems.append(values)
        return np.full(len(question.columns), np.nan)
    if np.isnan(values).any():
        problems.append("a statistic has no value")
    return values


def _table(named: dict[str, Estimation], own: Array, replicates: pd.DataFrame) -> pd.DataFrame:
    asymptotic = _asymptotic(named)
    rows = []
    for (name, statistic), observed in zip(replicates.columns, own, strict=True):
        column = replicates[name, statistic].dropna().to_numpy()
        sign = -1.0 if statistic.removeprefix("delta_") in _BETTER_LARGE else 1.0
        rows.append(
            {
                "observed": observed,
                "p_value": asymptotic.get((name, statistic), np.nan),
                "p_permutation": _share(sign * column, sign * observed),
                "critical": sign * np.quantile(sign * column, 0.95) if len(column) else np.nan,
            }
        )
    return pd.DataFrame(rows, index=replicates.columns)


def _share(values: Array, observed: float) -> float:
    """Share of permutations that are as large; the data are one of them. Rounding is no gain."""
    if len(values) == 0:
        return np.nan
    margin = 1e-9 * max(1.0, abs(observed))
    return float((1 + (values >= observed - margin).sum()) / (1 + len(values)))


def _asymptotic(named: dict[str, Estimation]) -> dict[tuple[str, str], float]:
    """P-values of the tests that go with the fits."""
    found = {(name, "chisq"): float(Fit(one).test().p_value) for name, one in named.items()}
    if len(named) > 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            table = compare_estimations(named)
        found |= {(name, "delta_chisq"): float(p) for name, p in table["p_value"].items()}
    return found


def _contrast_table(question: _Question, own: Array, replicates: pd.DataFrame) -> pd.DataFrame:
    start = question.n_measures
    shares = [
        _share(np.abs(replicates.iloc[:, place].dropna().to_numpy()), abs(own[place]))
        for place in range(start, len(replicates.columns))
    ]
    if question.statistic is not None:
        columns = replicates.columns[start:]
        return pd.DataFrame({"estimate": own[start:], "p_permutation": shares}, index=columns)
    names = pd.MultiIndex.from_tuples(question.of_contrasts, names=replicates.columns.names)
    parts = [
        inference(item.estimation, item.values, item.slopes)
        for item in question.contrasts.values()
        if len(item)
    ]
    table = pd.DataFrame(index=names)
    for name in ("estimate", "se", "p_value"):
        table[name] = np.concatenate([part[name] for part in parts]) if parts else []
    return table.assign(p_permutation=shares) if question.scores is not None else table
