"""The core: models fitted without each fold, and each held-out row's deviance at their moments."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..data import CompleteMoments, IncompleteMoments, Samples
from ..errors import NotAvailableError, TpnSemWarning, attempted
from ..estimation import Estimation, solve_unseen
from ..fit import Fit
from ..numerics import Array, Indices, Mask
from ..redraws import Refitter, place_of, replicate
from .row_deviances import deviances, require_likelihood
from .training_samples import SampleReader


@dataclass(frozen=True, eq=False)
class FoldJudgement:
    """What one fold says of several models.

    Attributes
    ----------
    rows : int array, shape (h,)
        Held-out rows of the data frame.
    deviances : array, shape (k, h)
        NaN where a model could not be fitted without them.
    indices : array, shape (k,)
        Cross-validation indices (Cudeck & Browne, 1983), NaN where there is none.
    improper : bool array, shape (k,)
        Whether the solution is improper.
    reasons, index_reasons : tuple of str, of length k
        Why a model has no deviances, or no index; empty where it has.
    """

    rows: Indices
    deviances: Array
    indices: Array
    improper: Mask
    reasons: tuple[str, ...]
    index_reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What folds say of models.

    Attributes
    ----------
    names : tuple of str
        The models.
    divisions : int array, shape (repeats, n)
        The fold of each row of the data frame; -1 where it is not used.
    folds : tuple of FoldJudgement
        Those of the first repeat, then those of the second, and so on.
    """

    names: tuple[str, ...]
    divisions: Indices
    folds: tuple[FoldJudgement, ...]

    @property
    def n_folds(self) -> int:
        """Folds of a repeat."""
        return len(self.folds) // len(self.divisions)

    @cached_property
    def has(self) -> Mask:
        """Which folds each model has, shape (folds, k)."""
        return np.array([[not reason for reason in one.reasons] for one in self.folds])

    def row_deviances(self, model: int, kept: Mask) -> Array:
        """Mean deviance of each row over the repeats, from kept folds only, shape (n,).

        NaN where a row was in none of them.
        """
        total = np.zeros(self.divisions.shape[1])
        times = np.zeros(self.divisions.shape[1])
        for judged, is_kept in zip(self.folds, kept, strict=True):
            if is_kept:
                total[judged.rows] += judged.deviances[model]
                times[judged.rows] += 1.0
        return np.where(times > 0.0, total / np.maximum(times, 1.0), np.nan)


@dataclass(frozen=True, eq=False)
class _FoldTask:
    """Fits models without a fold, and judges them on it; which fold says the stream's place."""

    models: tuple[Estimation, ...]
    divisions: Indices
    common: Mask

    @property
    def n_folds(self) -> int:
        """Folds of a repeat."""
        return int(self.divisions.max()) + 1

    @cached_property
    def refitters(self) -> tuple[Refitter, ...]:
        """One a model; they begin from the estimates of all rows."""
        return tuple(Refitter(one) for one in self.models)

    def __call__(self, generator: np.random.Generator, count: int) -> FoldJudgement:
        """One fold; nothing is drawn, and the place of the stream is that of the fold."""
        repeat, fold = divmod(place_of(generator), self.n_folds)
        division = self.divisions[repeat]
        training = SampleReader((division >= 0) & (division != fold))
        held_out = SampleReader((division == fold) & self.common)
        fitted = [attempted(self._fitted, k, training) for k in range(len(self.models))]
        return judge(fitted, [one.samples for one in self.models], held_out)

    def _fitted(self, model: int, training: SampleReader) -> Estimation:
        whole = self.models[model]
        samples = training.samples(whole.specification, whole.samples)
        if whole.converged:
            found = next(iter(self.refitters[model].estimations(samples)))
            if not isinstance(found, str):
                return found
        again = solve_unseen(whole.specification, samples, whole.discrepancy, whole.options)
        if not again.converged:
            raise NotAvailableError("did not converge")
        return again


def judge(
    fitted: Sequence[Estimation | str], sources: Sequence[Samples], held_out: SampleReader
) -> FoldJudgement:
    """Models judged on rows that they were not fitted to.

    Parameters
    ----------
    fitted : sequence of Estimation or str
        A str is the reason why a model could not be fitted.
    sources : sequence of Samples
        What has each model's held-out rows, among others.
    held_out : SampleReader
    """
    rows: Indices = np.flatnonzero(held_out.chosen)
    values = np.full((len(fitted), len(rows)), np.nan)
    indices = np.full(len(fitted), np.nan)
    improper = np.zeros(len(fitted), dtype=bool)
    reasons, index_reasons = [""] * len(fitted), [""] * len(fitted)
    for k, (one, source) in enumerate(zip(fitted, sources, strict=True)):
        found = one if isinstance(one, str) else attempted(_deviances, one, source, held_out)
        if isinstance(one, str) or isinstance(found, str):
            reasons[k] = index_reasons[k] = str(found)
            continue
        values[k], improper[k] = found, not _is_proper(one)
        index = attempted(cross_validation_index, one, source, held_out)
        if isinstance(index, str):
            index_reasons[k] = index
        else:
            indices[k] = index
    return FoldJudgement(rows, values, indices, improper, tuple(reasons), tuple(index_reasons))


def _is_proper(estimation: Estimation) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        return Fit(estimation).admissible


def _deviances(estimation: Estimation, source: Samples, held_out: SampleReader) -> Array:
    """Of the held-out rows in their order, shape (h,)."""
    found = np.full(len(held_out.chosen), np.nan)
    for group in range(len(source.groups)):
        own = held_out.rows(source, group)
        found[own.places] = deviances(estimation, group, own.values)
    chosen = found[held_out.chosen]
    if not np.isfinite(chosen).all():
        raise NotAvailableError("a held-out row has no finite likelihood")
    return np.asarray(chosen)


def cross_validation_index(
    estimation: Estimation, source: Samples, held_out: SampleReader
) -> float:
    """The discrepancy of held-out moments from those that a model implies.

    Of the discrepancy function that the model was fitted by. Cudeck & Browne (1983).

    Raises
    ------
    NotAvailableError, DataError
        Where held-out rows are too few for a covariance matrix, or answers are ordinal.
    """
    if estimation.specification.categories:
        raise NotAvailableError("ordinal answers are judged by pairs: see the deviance")
    specification = estimation.specification
    samples = [held_out.sample(specification, source, g) for g in range(len(source.groups))]
    if not all(isinstance(one, CompleteMoments | IncompleteMoments) for one in samples):
        raise NotAvailableError("these data have no moments to hold out")
    if not all(sample.has_unrestricted for sample in samples):
        raise NotAvailableError("held-out rows have no unrestricted moments")
    total = sum(sample.size for sample in samples)
    values = [
        sample.size / total * float(estimation.discrepancy.value(sample, implied))
        for sample, implied in zip(samples, estimation.implied, strict=True)
    ]
    return float(sum(values))


def held_out_deviances(
    models: Mapping[str, Estimation],
    divisions: Indices,
    *,
    workers: int | None = None,
    progress: bool | None = None,
) -> HeldOut:
    """Fit models without each fold, and judge them on the rows held out.

    Parameters
    ----------
    models : mapping of name to Estimation
        Fitted to all rows of the same data frame; they may use the same variables in any order.
        Each fold is fitted from these estimates, and from fresh starts where that fails.
    divisions : int array, shape (repeats, n)
        The fold of each row of the data frame, from 0; -1 where it is in none.
    workers, progress
        As for `redraws.replicate`; a replicate is a fold.

    Returns
    -------
    HeldOut

    Raises
    ------
    NotAvailableError
        Where a model's data are no rows, or rows have no likelihood.
    """
    for estimation in models.values():
        if not estimation.samples.has_rows:
            raise NotAvailableError(
                "cross-validation holds out rows, and sample moments have none: give rows of data."
            )
        require_likelihood(estimation)
    common = np.ones(divisions.shape[1], dtype=bool)
    for estimation in models.values():
        own = np.zeros(divisions.shape[1], dtype=bool)
        for sample in estimation.samples.groups:
            own[sample.rows.places] = True
        common &= own
    task = _FoldTask(tuple(models.values()), divisions, common)
    n = len(divisions) * task.n_folds
    done = replicate(task, n, seed=0, workers=workers, progress=progress, title="folds")
    done.warn("folds")
    if done.n_done < n:
        raise NotAvailableError(f"stopped after {done.n_done} of {n} folds, as {done.stopped}.")
    return HeldOut(tuple(models), divisions, tuple(done.parts))
