"""Models fitted without a part of the rows, and judged on it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import check_level, check_range, checked
from ..data import Data, as_frame
from ..errors import (
    ConvergenceWarning,
    ModelError,
    NotAvailableError,
    OptionError,
    TpnSemError,
    TpnSemWarning,
    warn_user,
)
from ..estimation import Estimation
from ..fit import refuse_levels
from ..model import Model
from ..numerics import Array
from .cross_validation_notes import notes_of
from .cross_validation_result import CrossValidation
from .cross_validation_tables import compared_folds, fold_table, model_table, ranked_models
from .divisions import Folds, divide
from .held_out_deviances import HeldOut, held_out_deviances
from .held_out_units import HeldOutUnits, group_of_rows, row_counts, units_of, used_rows
from .holdout_rows import judged_on
from .predictive_comparison import comparisons, sentences
from .single_sample_indices import single_sample

Models = str | Model | Mapping[str, str | Model]
_FOLDS = 10


@checked
def cross_validate(
    models: Models,
    data: Data,
    *,
    folds: Folds | None = None,
    by: str | None = None,
    repeats: int = 1,
    holdout: pd.DataFrame | None = None,
    level: float = 0.95,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    **options: Any,
) -> CrossValidation:
    """Ask which model predicts rows better that it was not fitted to.

    Parameters
    ----------
    models : str, Model, or mapping of name to these
        Of the same observed variables.
    data : DataFrame, or what converts to one
        Rows; groups are spread evenly over the folds.
    folds : int, str or Series, optional
        A number of parts, each held out once (10 if not given); "leave_one_out" for each row, or
        each class of `by`; or a column, or its name, that says which rows are held out together.
    by : str, optional
        A column, such as the school: its classes are held out as a whole, and errors are theirs. If
        not given, the column that `cluster` names, where it does.
    repeats : int
        Random divisions; each row's deviance is averaged over them.
    holdout : DataFrame, optional
        Other rows, as of another survey: models are fitted to all of `data` and judged there.
    level : float
        Of intervals, and of what is said.
    seed : int, optional
        Of divisions at random; 0 if not given.
    workers, progress
        As for `tpn_sem.bootstrap`; a replicate is a fold.
    **options
        As for `Model.fit`: estimator, missing, ordered, group, cluster, ...

    Returns
    -------
    CrossValidation

    Raises
    ------
    ModelError
        For models of different observed variables, which predict different things.
    OptionError, DataError
        For folds that the data cannot have, and columns that are not there.
    NotAvailableError
        For sample moments, and where no model could be fitted in any fold.

    Notes
    -----
    The deviance is -2 log-likelihood of the answers that a row has, jointly over all observed
    variables, at the moments of the model fitted to the other rows; of ordinal items, that of all
    pairs of answers. The index is the discrepancy of a fold's own moments from these (Cudeck &
    Browne, 1983). A model is said to predict better where its difference is larger than the
    quantile of Student's t times its standard error, with units less one degrees of freedom.
    """
    named = _named(models)
    check_range("repeats", repeats, 1, 10_000)
    check_level(level)
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise NotAvailableError(
            "cross-validation holds out rows, and sample moments have none: give rows of data."
        )
    estimations = {name: _fitted(name, model, frame, options) for name, model in named.items()}
    _check_same_variables(estimations)
    column = by if by is not None else options.get("cluster")
    if holdout is not None:
        _refuse_with_holdout(folds, repeats, seed, workers)
        found, units, counts = _on_holdout(estimations, holdout, column)
    else:
        used = np.logical_or.reduce([used_rows(one) for one in estimations.values()])
        units = units_of(frame, column, used)
        strata = np.max([group_of_rows(one) for one in estimations.values()], axis=0)
        parts = divide(frame, units, strata, _FOLDS if folds is None else folds, repeats, seed)
        found = held_out_deviances(estimations, parts, workers=workers, progress=progress)
        counts = np.max([row_counts(one) for one in estimations.values()], axis=0)
    index = (frame if holdout is None else holdout).index
    return _result(found, estimations, units, counts, index, level)


def _named(models: Models) -> dict[str, Model]:
    if not isinstance(models, Mapping):
        models = {"model": models}
    if not models:
        raise OptionError("models= is empty: give a model text, or a dict from names to texts.")
    return {
        str(name): one if isinstance(one, Model) else Model(one) for name, one in models.items()
    }


def _fitted(name: str, model: Model, frame: pd.DataFrame, options: Mapping[str, Any]) -> Estimation:
    """The fit to all rows; what it warns of stands in the notes, and an error names the model."""
    refuse_levels(model.statements.has_levels, "cross_validate")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        try:
            return model.fit(frame, **options).estimation
        except TpnSemError as error:
            error.add_note(f"in the model {name!r}")
            raise


def _check_same_variables(estimations: Mapping[str, Estimation]) -> None:
    (first, one), *others = estimations.items()
    for name, other in others:
        lost = set(one.specification.observed) ^ set(other.specification.observed)
        if lost:
            raise ModelError(
                f"{first} and {name} are models of different observed variables "
                f"({', '.join(sorted(lost)[:6])}): they predict different things, and cannot be "
                "compared. Give both the same variables, say with a variance, as 'x ~~ x'."
            )


def _refuse_with_holdout(
    folds: Folds | None, repeats: int, seed: int | None, workers: int | None
) -> None:
    for name, given in (("folds", folds), ("seed", seed), ("workers", workers)):
        if given is not None:
            raise OptionError(f"{name}= has no effect with holdout=: leave one of them out.")
    if repeats != 1:
        raise OptionError("repeats= has no effect with holdout=: leave one of them out.")


def _on_holdout(
    estimations: Mapping[str, Estimation], holdout: pd.DataFrame, by: str | None
) -> tuple[HeldOut, HeldOutUnits, Array]:
    """Models judged on another data frame, each row of which counts one."""
    found = judged_on(estimations, holdout)
    units = units_of(holdout, by, found.divisions[0] >= 0)
    return found, units, np.ones(len(holdout))


def _result(
    found: HeldOut,
    estimations: dict[str, Estimation],
    units: HeldOutUnits,
    counts: Array,
    index: pd.Index,
    level: float,
) -> CrossValidation:
    ranked = ranked_models(found)
    kept = compared_folds(found, ranked) if ranked else np.zeros(len(found.folds), dtype=bool)
    if not kept.any():
        reasons = [reason for one in found.folds for reason in one.reasons if reason]
        raise NotAvailableError(
            f"no fold can be compared: {pd.Series(reasons).value_counts().index[0]}. Take fewer "
            "folds or simpler models, or look at the fits to all rows."
        )
    rows = pd.DataFrame(
        {
            name: found.row_deviances(k, kept if k in ranked else np.zeros_like(kept))
            for k, name in enumerate(found.names)
        },
        index=index,
    )
    values = {found.names[k]: rows[found.names[k]].to_numpy() for k in ranked}
    pairs = comparisons(values, estimations, counts, units, level)
    folds = fold_table(found, counts, kept, ranked)
    table = model_table(folds, rows, pairs, counts, units)
    failed = int((folds["reason"] != "").sum())
    if failed:
        first = folds.loc[folds["reason"] != "", "reason"].value_counts().index[0]
        warn_user(
            f"{failed} of {len(folds)} fits without a fold failed: {first}. Models are compared in "
            "folds that all have.",
            ConvergenceWarning,
        )
    said = tuple(sentences(pairs, [name for name in table.index if name in values]))
    notes = notes_of(found, estimations, units, kept, level)
    return CrossValidation(
        table, pairs, folds, rows, single_sample(estimations), units.word, level, said, notes
    )
