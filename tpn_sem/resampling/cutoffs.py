"""Cut-offs of fit indices by simulation, for a given model and design."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from ..arguments import as_names, checked, read_seed, read_share
from ..data import intraclass_correlation
from ..drawing import Shown, Table, without_zero
from ..errors import NotAvailableError, OptionError, TpnSemWarning, attempted, choose
from ..estimation import Estimation
from ..estimation.discrepancy import FullInformation
from ..fit import Fit, read_fit
from ..language import parse
from ..model_fit import uncorrected_evidence
from ..model_fit.indices import assess
from ..numerics import Array
from ..populations import Population, RandomMisfit, added_paths, populations_of
from ..redraws import (
    Batch,
    Drawn,
    ModelDraws,
    Refitter,
    checkpoint_of,
    joined_batches,
    replicate,
    warn_of_failures,
)

INDICES = ("cfi", "tli", "rmsea", "srmr")
_LARGE_IS_GOOD = (
    *("cfi", "tli", "nnfi", "rfi", "nfi", "ifi", "rni"),
    *("gfi", "gfi_lisrel", "agfi_lisrel", "mfi"),
)
_SMALL_IS_GOOD = ("rmsea", "srmr", "crmr", "rmr", "wrmr")
NONE = "none"
_FORMATS = dict.fromkeys(("observed", "bound", "detected"), "correlation")
Misfit = float | str


@dataclass(frozen=True, eq=False, repr=False)
class Cutoffs(Shown):
    """Fit indices of data sets drawn where the model holds, and where it is wrong.

    Attributes
    ----------
    table : DataFrame
        A row per index and misfit, "none" first. `observed` is that of the data; `bound` is what
        95% of the data sets reach where the model holds, and what 95% of those with a misfit do
        not; `detected` is the share of data sets that do not reach the bound of "none": 5% where
        the model holds, else the power to see the misfit.
    replicates : DataFrame
        A row per data set; columns (misfit, index).
    icc : float
        What share of the variances the drawn clusters have in common; 0 without clusters.
    problems : Series
        How many data sets could not be fitted, by reason.
    """

    table: pd.DataFrame
    replicates: pd.DataFrame
    icc: float
    problems: pd.Series

    @property
    def verdicts(self) -> pd.Series:
        """What each index says of the fit, in words."""
        return pd.Series(
            {
                index: _verdict(part.droplevel(0))
                for index, part in self.table.groupby(level=0, sort=False)
            }
        )

    def _views(self) -> list[Table]:
        return [Table(self.table, formats=_FORMATS)]


@checked
def cutoffs(
    fit: Fit,
    n: int = 500,
    *,
    misfit: Misfit | Sequence[Misfit] = (0.03, 0.05, 0.08),
    indices: Sequence[str] | None = None,
    icc: float | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    checkpoint: str | Path | None = None,
) -> Cutoffs:
    """Find what fit indices to expect of this model with data like these.

    Data sets with as many rows, the same groups, predictors, categories, gaps and clusters are
    drawn from the fitted model, and from populations in which it is wrong by a given amount.

    Parameters
    ----------
    fit : Fit
        Of rows of data, converged.
    n : int
        Data sets for each population.
    misfit : float, str, or a list of these
        How wrong: a number is the root mean square of residual correlations (about the SRMR of the
        population), in random directions that the model's parameters cannot take up (Cudeck &
        Browne, 1992), another for each data set. A text has paths or covariances that the model
        lacks with standardised values, as "KS =~ .3*kr3" (McNeish & Wolf, 2021).
    indices : list of str, optional
        Names of fit measures; cfi, tli, rmsea and srmr if not given, in their robust versions where
        the fit has these.
    icc : float, optional
        With clusters: the share of all variances that lies between them; if not given, the mean of
        the variables' intraclass correlations.
    seed, workers, progress, checkpoint
        As for `tpn_sem.bootstrap`.

    Returns
    -------
    Cutoffs

    Notes
    -----
    Drawn data are normal, or latent responses are, and clusters are alike in all variables. The
    model's estimates stand for the truth. Fixed rules, as a CFI of .95, come from one model and
    one kind of data (Hu & Bentler, 1999).
    """
    found = read_fit(fit, "cutoffs")
    _check(found)
    names = _usual(fit.measures) if indices is None else as_names("indices", indices)
    signs = {name: _sign(name, fit.measures) for name in names}
    share = _shared(found, icc)
    levels = [misfit] if isinstance(misfit, str) or not isinstance(misfit, Sequence) else misfit
    sources = {NONE: _Fixed(populations_of(found))} | {
        str(level): _source(found, level) for level in levels
    }
    kept = checkpoint_of(checkpoint, {"": found}, what="cutoffs", indices=list(signs), icc=share)
    replicates, problems = {}, Counter[str]()
    for place, (name, source) in enumerate(sources.items()):
        draws = _Draws(found, source, share)
        done = replicate(
            partial(_measure, Refitter(found), draws, tuple(signs)),
            n,
            size=8,
            seed=read_seed(seed, place),
            workers=workers,
            progress=progress,
            title=f"misfit {name}",
            checkpoint=kept and kept.inside(name),
        )
        batch = joined_batches(done.parts)
        problems.update(batch.problems)
        replicates[name] = pd.DataFrame(batch.values, columns=list(signs))
        if done.stopped:
            done.warn(f"data sets with misfit {name}")
            break
    together = pd.concat(replicates, axis=1, names=["misfit", "index"])
    reasons = pd.Series(problems, dtype=int).sort_values(ascending=False)
    warn_of_failures(reasons, len(sources) * n, "data sets")
    return Cutoffs(_table(fit.measures, signs, together), together, share, reasons)


def _check(estimation: Estimation) -> None:
    if not estimation.samples.has_rows:
        raise NotAvailableError("cut-offs need rows of data, not sample moments: see simulate.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to draw from.")
    if estimation.degrees_of_freedom == 0:
        raise NotAvailableError("the model has no degrees of freedom: its fit is always perfect.")


def _usual(measures: pd.Series) -> tuple[str, ...]:
    """The usual indices, robust ones where there are such."""
    found = measures[measures.notna()].index
    return tuple(f"{name}_robust" if f"{name}_robust" in found else name for name in INDICES)


def _sign(name: str, measures: pd.Series) -> float:
    """1 where large values are bad, -1 where small ones are."""
    choose("indices", name, list(measures.index))
    family = name.split("_")[0]
    if family not in (*_LARGE_IS_GOOD, *_SMALL_IS_GOOD):
        known = ", ".join((*_LARGE_IS_GOOD, *_SMALL_IS_GOOD))
        raise OptionError(f"{name!r} is no index of how good a fit is: take some of {known}.")
    return -1.0 if family in _LARGE_IS_GOOD else 1.0


def _shared(estimation: Estimation, icc: float | None) -> float:
    if not estimation.samples.cluster_labels:
        if icc is not None:
            raise OptionError("icc= needs a fit with cluster=.")
        return 0.0
    if icc is None:
        values = [
            intraclass_correlation(sample, place)[0]
            for sample, pattern in zip(
                estimation.samples.groups, estimation.specification.patterns, strict=True
            )
            for place in range(len(pattern.modelled))
        ]
        return max(float(np.nanmean(values)), 0.0)
    return read_share("icc", icc)


class _Source(Protocol):
    def draw(self, generator: np.random.Generator) -> tuple[Population, ...]:
        """The populations to draw one data set from."""


@dataclass(frozen=True)
class _Fixed:
    """The same populations every time."""

    populations: tuple[Population, ...]

    def draw(self, generator: np.random.Generator) -> tuple[Population, ...]:
        """These."""
        return self.populations


def _source(estimation: Estimation, level: Misfit) -> _Source:
    if isinstance(level, str):
        return _Fixed(added_paths(estimation, parse(level)))
    if isinstance(level, bool) or not isinstance(level, float | int) or not 0.0 < level < 0.5:
        raise OptionError(
            f"misfit={level!r}: give residual correlations between 0 and .5, or paths as a text."
        )
    source = RandomMisfit(estimation, float(level))
    source.draw(np.random.default_rng(0))  # an impossible size is known before anything is drawn
    return source


@dataclass(frozen=True, eq=False)
class _Draws:
    """Data sets like those that were fitted, from populations that may change."""

    estimation: Estimation
    source: _Source
    icc: float

    def __call__(self, generator: np.random.Generator, count: int) -> Iterator[Drawn]:
        for _ in range(count):
            populations = self.source.draw(generator)
            if self.icc:
                populations = tuple(
                    replace(one, between=self.icc * one.covariance_given_predictors)
                    for one in populations
                )
            yield from ModelDraws(self.estimation, populations)(generator, 1)


def _measure(
    refitter: Refitter,
    draws: _Draws,
    names: tuple[str, ...],
    generator: np.random.Generator,
    count: int,
) -> Batch:
    """Indices of several data sets, shape (count, k), NaN where one could not be fitted."""
    rows: list[Array] = []
    problems: list[str] = []
    for drawn in draws(generator, count):
        for found in refitter.estimations(drawn):
            values = np.full(len(names), np.nan)
            if isinstance(found, Estimation):
                asked = attempted(_indices, found, names)
                found, values = (asked, values) if isinstance(asked, str) else (found, asked)
            if np.isnan(values).any():
                problems.append(found if isinstance(found, str) else "an index has no value")
            rows.append(values)
    return Batch(np.array(rows), tuple(problems))


def _indices(found: Estimation, names: tuple[str, ...]) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        if set(names) <= set(INDICES):
            values = assess(uncorrected_evidence(found))
        else:
            values = Fit(_without_tests(found, names)).measures
        return np.asarray(values.reindex(names), dtype=float)


def _without_tests(found: Estimation, names: tuple[str, ...]) -> Estimation:
    """The same without corrected tests, which robust indices of incomplete rows do not need."""
    if not isinstance(found.discrepancy, FullInformation):
        return found
    if any(name.endswith("_scaled") for name in names):
        return found
    return replace(found, options=replace(found.options, test=("standard",)))


def _table(measures: pd.Series, signs: dict[str, float], replicates: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for index, sign in signs.items():
        bad = {
            level: sign * replicates[level, index].dropna().to_numpy()
            for level in replicates.columns.get_level_values(0).unique()
        }
        holds = np.quantile(bad[NONE], 0.95)
        for level, values in bad.items():
            bound = holds if level == NONE else np.quantile(values, 0.05)
            rows[index, level] = {
                "observed": measures[index],
                "bound": sign * bound,
                "detected": float((values > holds).mean()),
                "reached": bool(sign * measures[index] <= bound),
            }
    table = pd.DataFrame(list(rows.values()))
    table.index = pd.MultiIndex.from_tuples(rows, names=["index", "misfit"])
    return table


def _verdict(rows: pd.DataFrame) -> str:
    """In words: as good as where the model holds, and better than which misfit."""
    holds = bool(rows.loc[NONE, "reached"])
    levels = [level for level in rows.index if level != NONE]
    better = [level for level in levels if rows.loc[level, "reached"]]
    told = "as good as where the model holds" if holds else "worse than where the model holds"
    if better:
        return f"{told}; better than with a misfit of {without_zero(str(better[0]))}"
    if levels and holds:
        most = without_zero(str(levels[-1]))
        return f"{told}, but no better than with a misfit of {most}: it cannot tell"
    return told
