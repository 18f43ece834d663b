"""All specifications that a user would defend, fitted in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..arguments import as_names, check_range, checked, read_seed
from ..data import Data, as_frame, column_place, group_labels
from ..errors import ConvergenceWarning, NotAvailableError, OptionError, warn_user
from ..language import parse
from ..model import Model
from ..redraws import replicate
from ..specification import read_options
from ..survey import Instrument, prepare
from .asked_paths import AskedPath, check_known, read_paths
from .choices import Choice
from .curve_decomposition import decomposition
from .curve_fits import CurveTask, Outcome, in_group
from .curve_result import SpecificationCurve
from .curve_sentences import curve_notes, curve_sentences
from .curve_summary import path_summary
from .curve_table import curve_table
from .curve_test import joint_test
from .data_choices import OwnChoices, Subsets, careless_choice, own_choices, subsets_choice
from .model_choices import Models, controls_choice, items_choice, model_choice, read_models
from .option_choices import (
    CONTINUOUS,
    Estimators,
    Invariance,
    estimator_choice,
    invariance_choice,
    missing_choice,
)
from .specifications import Specifications, check_number

_COLUMNS = (
    *("specification", "path", "estimate", "se", "p_value", "ci_lower", "ci_upper"),
    *("n", "state", "reason"),
)
_ELSEWHERE = {"estimator": "estimators", "group_equal": "invariance", "group_partial": "invariance"}


@checked
def specification_curve(
    models: Models,
    data: Data,
    paths: str | Sequence[str],
    *,
    estimators: Estimators = CONTINUOUS,
    missing: str | Sequence[str] | None = None,
    ordered: bool | str | Sequence[str] | None = None,
    leave_out_items: str | Sequence[str | Sequence[str]] = (),
    careless: str | Sequence[str] = (),
    controls: str | Sequence[str | Sequence[str]] | Mapping[str, str | Sequence[str]] = (),
    subsets: Subsets | None = None,
    invariance: Invariance | None = None,
    choices: OwnChoices | None = None,
    instrument: Instrument | Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    standardized: bool = True,
    cluster: str | None = None,
    permutations: int = 0,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    **options: Any,
) -> SpecificationCurve:
    """Fit every combination of the choices that you would defend, and look at all estimates.

    Parameters
    ----------
    models : str, Model, or mapping of name to these or to variants
        Variants of the triangle, as ``ts.triangle.VARIANTS``, are made for `instrument`.
    data : DataFrame, or what converts to one
    paths : str or sequence of str
        "KR ~ KSSE" or "KSSE -> KR" (direct), "NPC -> KSSE -> KR" (indirect), "total: NPC -> KR",
        "indirect: NPC -> KR" (sum of all indirect).
    estimators : str, sequence of str, or mapping of name to options
        "continuous" (ML; with `cluster`, errors corrected for few clusters), "ordinal" (WLSMV of
        all items), or names as in `Model.fit`; or options of your own.
    missing : str or sequence of str, optional
        As in `Model.fit`.
    ordered : True or sequence of str, optional
        Which items the ordinal estimator takes as ordinal; all of them if not given.
    leave_out_items : sequence of items or of sets of items
        Each is left out, beside none. A factor keeps two items or more.
    careless : str or sequence of str
        Flags of `sensitivity_to_careless`, as "two or more": the rows of each are left out, beside
        none. Looked for in all of the data.
    controls : sequence of columns or of sets of columns, or mapping of name to these
        Covariates that factors and observed outcomes are regressed on, beside none. Columns of
        texts become indicators of their labels.
    subsets : str, or mapping of name to mask, column or function of the data
        Rows to which the curve is restricted, beside all of them; a column stands for its classes.
    invariance : str, sequence of steps, or mapping of name to options, optional
        What is held equal over the groups of ``group=``: "configural", "metric", "scalar",
        "strict"; or ``{"partial": {"group_equal": ..., "group_partial": ...}}``.
    choices : mapping of name to mapping of label to level, optional
        Choices of your own: each level is a function of the data to data, or options of the fit.
    instrument : Instrument, mapping of construct to items, or sequence of items, optional
        What variants are made for, and careless answers looked for in. By an Instrument data are
        prepared, too.
    standardized : bool
        Whether paths are standardised, by all variables.
    cluster : str, optional
        The column of clusters, as schools: in errors, and as units of the joint test.
    permutations : int
        How often the joint test flips signs of units; 0 for no test.
    seed : int, optional
        Of the flips.
    workers, progress
        As for `tpn_sem.bootstrap`; the bar counts fits.
    **options
        Common to all fits, as in `Model.fit`: group, std_lv, ...

    Returns
    -------
    SpecificationCurve

    Raises
    ------
    OptionError, DataError, ModelError
        For what cannot be done, or would have no effect; more than 20,000 specifications.
    NotAvailableError
        For sample moments.

    Notes
    -----
    Simonsohn, Simmons & Nelson (2020); Steegen, Tuerlinckx, Gelman & Vanpaemel (2016). The joint
    test tests that a path is zero in every specification. Rows of a latent model cannot be shuffled
    without breaking what its predictors share, so that units' contributions to the estimates (share
    of the estimate plus influence) change their signs, the same in all specifications (Canay,
    Romano & Shaikh, 2017; Girardi, Vesely, Lakens et al., 2024). Whole clusters do, whether the
    predictor is a property of them or of rows. No model is fitted again.
    """
    check_range("permutations", permutations, 0, 1_000_000)
    if seed is not None and not permutations:
        raise OptionError("seed= is without effect: give permutations= too.")
    read_seed(seed)
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise NotAvailableError(
            "a specification curve needs rows of data; sample moments have none."
        )
    asked = read_paths(paths)
    if missing is not None and isinstance(estimators, Mapping):
        _check_missing(estimators)
    common = _common(options, cluster, frame)
    made, variants, lacking = read_models(models, instrument)
    if instrument is not None and not variants and not careless:
        raise OptionError(
            "instrument= is without effect: models are texts, and careless= is empty."
        )
    raw = frame.set_axis(pd.RangeIndex(len(frame)))
    raw.attrs = frame.attrs
    frame = prepare(raw, instrument) if isinstance(instrument, Instrument) else raw
    covariates, frame = controls_choice(controls, frame, made)
    axes: list[Choice | None] = [
        model_choice(made, variants, lacking, instrument),
        estimator_choice(estimators, ordered, cluster is not None and "se" not in options),
        missing_choice(missing),
        items_choice(leave_out_items, made),
        careless_choice(careless, raw, instrument, made),
        covariates,
        subsets_choice(subsets, frame),
        invariance_choice(invariance, "group" in common),
        *own_choices(choices, _COLUMNS),
    ]
    there = tuple(axis for axis in axes if axis is not None)
    check_number(there)
    _check_paths(asked, made)
    specifications = Specifications(there, frame, next(iter(made.values())), common)
    outcomes, not_asked = _fitted(
        specifications, asked, standardized, permutations > 0, workers, progress
    )
    names = [
        in_group(path.name, label)
        for path in asked
        for label in group_labels(
            frame, common.get("group"), as_names("group_label", common.get("group_label"))
        )
    ]
    table = curve_table(specifications, outcomes, not_asked, names)
    return _result(table, specifications, outcomes, names, standardized, permutations, seed)


def _common(options: dict[str, Any], cluster: str | None, frame: pd.DataFrame) -> dict[str, Any]:
    """The options of all fits, checked by name."""
    for name, own in _ELSEWHERE.items():
        if name in options:
            raise OptionError(f"{name}= is a choice here: give {own}=.")
    if options.get("se") == "none":
        raise OptionError("se='none' leaves no intervals and p-values, which a curve is made of.")
    common = {name: value for name, value in options.items() if value is not None}
    if cluster is not None:
        column_place(frame, cluster, "cluster column")
        common["cluster"] = cluster
    if isinstance(options.get("group"), str):
        column_place(frame, options["group"], "group column")
    read_options("sem", common)
    return common


def _check_missing(estimators: Mapping[str, Mapping[str, Any]]) -> None:
    """What is done about missing answers is said once."""
    for name, own in estimators.items():
        if "missing" in own:
            raise OptionError(
                f"estimators: {name!r} has missing=, which would be without effect beside "
                "missing=: leave one of them out."
            )


def _check_paths(asked: Sequence[AskedPath], models: Mapping[str, Model]) -> None:
    """A variable that no model has is a slip."""
    known = {
        name
        for model in models.values()
        for one in parse(model.text).relations
        for name in (one.lhs, one.rhs)
        if name
    }
    check_known(asked, known)


def _fitted(
    specifications: Specifications,
    asked: tuple[AskedPath, ...],
    standardized: bool,
    by_unit: bool,
    workers: int | None,
    progress: bool | None,
) -> tuple[dict[int, Outcome], dict[int, str]]:
    """What became of each specification that was to be fitted, and why others were not."""
    not_asked = specifications.plan()
    wanted = tuple(n for n in range(len(specifications)) if n not in not_asked)
    if not wanted:
        raise OptionError(
            f"none of the {len(specifications)} specifications can be asked: "
            f"{next(iter(not_asked.values()))}"
        )
    task = CurveTask(specifications, wanted, asked, standardized, by_unit)
    done = replicate(
        task,
        len(wanted),
        seed=0,
        workers=workers,
        progress=progress,
        title=f"{len(wanted)} fits of {len(specifications)} specifications",
    )
    done.warn("fits")
    found = {one.number: one for one in done.parts}
    not_asked |= {
        n: f"stopped before it was fitted, as {done.stopped}" for n in wanted if n not in found
    }
    if not any(one.numbers for one in found.values()):
        first = next(iter(found.values()))
        raise NotAvailableError(
            f"no specification has an estimate: {first.reason or 'no model has the path'}"
        )
    return found, not_asked


def _result(
    table: pd.DataFrame,
    specifications: Specifications,
    outcomes: Mapping[int, Outcome],
    names: Sequence[str],
    standardized: bool,
    permutations: int,
    seed: int | None,
) -> SpecificationCurve:
    columns = [choice.name for choice in specifications.choices]
    summary = path_summary(table, names)
    parts = decomposition(table, names, columns)
    cluster = specifications.options.get("cluster")
    test, lost = None, 0
    if permutations:
        test = joint_test(table, outcomes, names, permutations, seed)
        lost = sum(
            one.state == "fitted" and isinstance(one.contributions, str) and bool(one.numbers)
            for one in outcomes.values()
        )
    improper = int(summary[["improper", "not_converged"]].to_numpy().sum())
    if improper:
        warn_user(
            f"{improper} estimates are of solutions that are improper or did not converge: they do "
            "not count, and the table says which.",
            ConvergenceWarning,
        )
    unit = cluster or "row"
    return SpecificationCurve(
        table,
        summary,
        parts,
        test,
        {choice.name: tuple(choice.levels) for choice in specifications.choices},
        standardized,
        unit,
        tuple(curve_sentences(summary, parts, test, unit)),
        tuple(curve_notes(table, parts, columns, lost)),
        specifications,
    )
