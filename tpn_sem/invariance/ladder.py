"""The ladder of measurement invariance: the same model with more and more held equal."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..compare import compare_estimations
from ..errors import ComparisonWarning, DataError, DataWarning, NotAvailableError, OptionError
from ..estimation import Estimation, estimate, estimate_again
from ..fit import Fit, overview
from ..frame import Data, as_frame, group_labels
from ..language import Statements, parse
from ..model import Model
from ..options import Options, read_options
from ..parameters import keys_of
from ..specification import specify
from ..table_text import table_text
from .ordinal_steps import identified
from .partial import Exceptions, PartialSearch, carried, search_exceptions
from .rules import Rule, StepEvidence, Verdict, find_rule
from .steps import read_steps

_SHOWN = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr", "mfi", "aic", "bic")
_CHANGES = ("cfi", "rmsea", "srmr", "mfi")
_MOST_GROUPS = 20
HOLDS, FAILS, FREE, BEYOND, UNDECIDED = "holds", "fails", "cannot fail", "beyond", "undecided"

Again = Callable[..., "InvarianceLadder"]


@dataclass(frozen=True, eq=False)
class InvarianceLadder:
    """The steps of a ladder, each fitted, tested against the one before, and judged.

    Attributes
    ----------
    fits : dict of str to Fit
        By step, in their order.
    table : DataFrame
        A row per step: chisq, df, pvalue (of `Fit.test`, corrected as the estimator and clusters
        ask for), cfi, rmsea, srmr, mfi, aic, bic; chisq_diff, df_diff and p_diff against the step
        before; delta_cfi, delta_rmsea, delta_srmr, delta_mfi (of the robust indices where the
        test is corrected and there are any); decision ("holds", "fails", "cannot fail" where no
        data could contradict the step, "beyond" a step that failed, "undecided" where it could not
        be tested) and reason.
    rule : str
        The rule, which was chosen before.
    group : str
        The group column; "" where the data were sample moments.
    notes : tuple of str
        What must be known before the table is used.
    freed : tuple of str
        Exceptions: given in `group_partial`, or found by the search.
    searches : dict of str to Exceptions
        What was searched at each step that failed, and how.
    search : PartialSearch or None
    """

    fits: dict[str, Fit]
    table: pd.DataFrame
    rule: str
    group: str
    notes: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()
    searches: dict[str, Exceptions] = field(default_factory=dict)
    search: PartialSearch | None = None
    _again: Again | None = None
    _data: Data = None

    @property
    def reached(self) -> str | None:
        """The last step that holds before one fails; None where not even the first does."""
        reached = None
        for step, decision in self.table["decision"].items():
            if decision in (HOLDS, FREE):
                reached = str(step)
            elif f"partial {step}" not in self.fits:
                break
        return reached

    @property
    def failed(self) -> str | None:
        """The first step that fails, if any does, and has no exceptions with which it holds."""
        for step in self.table.index[self.table["decision"] == FAILS]:
            if f"partial {step}" not in self.fits:
                return str(step)
        return None

    @property
    def search_path(self) -> pd.DataFrame:
        """Every equality that was tested in search of exceptions, by step and round."""
        paths = {step: result.path for step, result in self.searches.items()}
        return pd.concat(paths, names=["step"]).droplevel(1) if paths else pd.DataFrame()

    def again(self, data: Data) -> InvarianceLadder:
        """The same ladder, searches included, of other data."""
        if self._again is None:
            raise NotAvailableError("the ladder does not know how it was made.")
        return self._again(data, partial=self.search or False)

    @cached_property
    def models(self) -> dict[str, Model]:
        """Each step as model text that states everything, to be edited and refitted.

        As ``ladder.models["metric"].fit(data, group=...)``, with the options of the ladder.
        """
        return {step: written_model(fit.estimation) for step, fit in self.fits.items()}

    def __repr__(self) -> str:
        shown = self.table.drop(columns=["reason", "aic", "bic"], errors="ignore")
        return "\n".join([shown.to_string(float_format="{:.3f}".format), *self._said()])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{line}</p>" for line in self._said())
        return str(self.table.to_html(float_format="{:.3f}".format)) + said

    def _said(self) -> list[str]:
        lines = [f"Rule: {self.rule}."] if len(self.fits) > 1 else []
        if self.failed:
            lines.append(f"{self.failed} fails: {self.table.loc[self.failed, 'reason']}.")
        if self.freed:
            lines.append(f"Differ between groups: {', '.join(self.freed)}.")
        for step, result in self.searches.items():
            lines.append(f"Search at {step}: {result.note}. Its cost: ladder.stability().")
        return [*lines, *self.notes]


def invariance(
    model: Model | str,
    data: Data,
    *,
    group: str | None = None,
    steps: tuple[str, ...] = (),
    rule: str | Rule = "difference_test",
    partial: bool | PartialSearch = False,
    stop: bool = False,
    method: str | None = None,
    **options: Any,
) -> InvarianceLadder:
    """Fit the ladder of measurement invariance, and judge each step by a rule.

    Parameters
    ----------
    model : Model or str
    data : DataFrame
    group : str, optional
        The group column; None where the data are sample moments, one a group.
    steps : tuple of str
        Of continuous items "configural", "metric", "scalar", "strict"; of ordinal ones
        (``ordered=``) "configural", "thresholds", "loadings", "intercepts", "residuals". All of
        these if not given. After them may come "variances", "covariances" and "means" of factors
        and "paths", each on top of all before it.
    rule : {"difference_test", "cheung_rensvold", "chen", "equivalence"} or callable
        Says whether a step holds, from its `StepEvidence`; the classes in
        `tpn_sem.invariance.rules` take other limits.
    partial : bool or PartialSearch
        Whether to search for exceptions to a step that fails, and to climb on with them. The
        ladder then has a step "partial ..." beside the one that failed. Factors have variance one
        in the first group, so that there is no marker that could not be an exception.
    stop : bool
        Whether steps after one that fails are left out; by default they are shown, as "beyond".
    method : str, optional
        How differences are tested, as in `tpn_sem.compare`; by default as goes with the fits'
        tests, and "satorra_2000" with clusters.
    **options
        As for `Model.fit`, but for `group_equal`. `group_partial` frees parameters in all steps.

    Returns
    -------
    InvarianceLadder

    Raises
    ------
    DataError, OptionError
        For one group or more than twenty, groups too small for the model, steps that are not of
        these items.

    Notes
    -----
    Meredith (1993); ordinal items after Wu & Estabrook (2016), with unit factor variances.
    Without ``cluster=`` the difference tests take rows as independent: where the group is a
    property of clusters (schools), they reject too often. See `honest` for tests that do not.
    """
    if "group_equal" in options:
        raise OptionError("group_equal is set by the steps of the ladder; use steps= instead.")
    chosen, search = find_rule(rule), _find_search(partial)
    fitted = model if isinstance(model, Model) else Model(model)
    read = read_options(fitted.defaults, {**options, "group": group})
    sets = read_steps(steps, bool(read.ordered), read.parameterization == "delta")
    frame = as_frame(data)
    check_groups(frame, read)
    way = _Way(Climb(fitted.statements, read, frame, search is not None), chosen, method)
    for step, equal in sets.items():
        decision = way.take(step, equal)
        if search is not None and (decision == FAILS or (search.always and decision == HOLDS)):
            decision = way.except_from(step, equal, search)
        if stop and decision == FAILS:
            break
    again = functools.partial(
        invariance,
        fitted,
        group=group,
        steps=steps,
        rule=rule,
        stop=stop,
        method=method,
        **options,
    )
    return way.ladder(group or "", search, again, frame)


def _find_search(partial: bool | PartialSearch) -> PartialSearch | None:
    if isinstance(partial, PartialSearch):
        return partial
    if partial not in (True, False):
        raise OptionError(f"partial is True, False or a PartialSearch, not {partial!r}.")
    return PartialSearch() if partial else None


class Climb:
    """Fits a model with sets of its parameters held equal; data are read once.

    With `unit_variances` factors have variance one in the first group, so that no item is a marker
    that could not be tested.
    """

    def __init__(
        self, statements: Statements, options: Options, data: Data, unit_variances: bool = False
    ):
        if options.ordered:
            options = replace(options, parameterization=options.parameterization or "theta")
        if options.ordered or (unit_variances and not options.effect_coding):
            options = replace(options, std_lv=True)
        self.partial = options.group_partial
        self.statements, self.data = statements, data
        self.options = replace(options, group_partial=())
        self._first: Estimation | None = None

    def fit(self, equal: tuple[str, ...], freed: tuple[str, ...] = ()) -> Estimation:
        """The model with the sets equal over groups, but for what is freed (as "f =~ x1")."""
        if not self.options.ordered:
            options = replace(self.options, group_equal=equal, group_partial=freed)
            return self._estimate(self.statements, options)
        first = self._first or self._estimate(self.statements, self.options)
        if not equal:
            return first
        statements = parse(ordinal_text(first, self.statements, self.options, equal, freed))
        return self._estimate(statements, replace(self.options, defaults="none"))

    def _estimate(self, statements: Statements, options: Options) -> Estimation:
        if self._first is None:
            self._first = estimate(statements, options, self.data)
            return self._first
        return estimate_again(self._first, statements, options)


class _Way:
    """The steps taken so far, and what was given up on the way."""

    def __init__(self, climb: Climb, rule: Rule, method: str | None):
        self.climb, self.rule, self.method = climb, rule, method
        self.found: dict[str, Estimation] = {}
        self.rows: list[dict[str, object]] = []
        self.freed = climb.partial
        self.before: str | None = None  # what the next step is tested against
        self.held: tuple[str, ...] = ()
        self.searches: dict[str, Exceptions] = {}
        self.has_failed = False

    def take(self, step: str, equal: tuple[str, ...]) -> str:
        """Fit a step with the exceptions so far, and judge it."""
        new = tuple(name for name in equal if name not in self.held)
        found = self.climb.fit(equal, self.freed if equal else ())
        if self.freed and "intercepts" in new:
            freed = carried(self.freed, found, new)
            if freed != self.freed:
                self.freed, found = freed, self.climb.fit(equal, freed)
        return self._add(step, found, equal)

    def except_from(self, step: str, equal: tuple[str, ...], search: PartialSearch) -> str:
        """Search for exceptions to a step that failed, and judge it with them."""
        before = self.rows[-1]["before"]
        held = self.held_before
        new = tuple(name for name in equal if name not in held)
        result = search_exceptions(
            search, functools.partial(self.climb.fit, equal), new, self.freed
        )
        self.searches[step] = result
        if result.freed == self.freed:
            return str(self.rows[-1]["decision"])
        self.freed, self.has_failed, self.before = result.freed, False, str(before)
        return self._add(f"partial {step}", result.found, equal)

    def _add(self, name: str, found: Estimation, equal: tuple[str, ...]) -> str:
        self.found[name] = found
        self.held_before, self.held = self.held, equal
        earlier = self.found.get(self.before) if self.before else None
        row = judge(name, found, self.before, earlier, self.rule, self.method)
        if self.has_failed:
            row |= {"decision": BEYOND, "reason": "a step before it failed"}
        self.rows.append({**row, "before": self.before})
        self.has_failed |= row["decision"] == FAILS
        self.before = name
        return str(row["decision"])

    def ladder(
        self, group: str, search: PartialSearch | None, again: Again, data: Data
    ) -> InvarianceLadder:
        """What was found."""
        fits = {step: Fit(one) for step, one in self.found.items()}
        rule, notes = str(self.rule), _ladder_notes(self.found)
        rows = [{k: v for k, v in row.items() if k != "before"} for row in self.rows]
        table = _table(fits, rows)
        return InvarianceLadder(
            fits, table, rule, group, notes, self.freed, self.searches, search, again, data
        )


def ordinal_text(
    first: Estimation,
    statements: Statements,
    options: Options,
    equal: tuple[str, ...],
    freed: tuple[str, ...] = (),
) -> str:
    """A step of ordinal items as model text that states what identifies it."""
    categories, labels = first.specification.categories, first.samples.labels
    table = specify(statements, options, labels, True, categories).table
    keys = {place for text in freed for place in keys_of(text)}
    unknown = keys - {row.key for row in table.rows}
    if unknown:
        names = ", ".join(" ".join(place).strip() for place in sorted(unknown))
        raise OptionError(f"group_partial names parameters that the model does not have: {names}.")
    return table_text(identified(table, equal, keys), statements)


def written_model(found: Estimation) -> Model:
    """A fitted model as text that states all of it."""
    specification = found.specification
    if specification.options.defaults == "none" and not specification.options.group_equal:
        return Model(specification.statements.text, "none")
    return Model(table_text(specification.table, specification.statements), "none")


# Judging -----------------------------------------------------------------------------------------


def judge(
    step: str,
    found: Estimation,
    before: str | None,
    earlier: Estimation | None,
    rule: Rule,
    method: str | None,
) -> dict[str, object]:
    """The difference from the step before, and what the rule says of it."""
    if before is None or earlier is None:
        return _first_row(found)
    row = _difference(earlier, found, method)
    if row["df_diff"] == 0:
        reason = f"the same model as {before}, written otherwise: no data could contradict it"
        return {**row, "decision": FREE, "reason": reason}
    if not np.isfinite(row["chisq_diff"]):
        return {**row, "decision": UNDECIDED, "reason": "there is no difference test"}
    verdict = rule(_evidence(step.removeprefix("partial "), before, row, found))
    if not isinstance(verdict, Verdict):
        raise OptionError(f"the rule returned {type(verdict).__name__}, not a Verdict.")
    return {**row, "decision": HOLDS if verdict.holds else FAILS, "reason": verdict.reason}


def _first_row(found: Estimation) -> dict[str, object]:
    if not found.converged:
        return {"decision": UNDECIDED, "reason": "did not converge"}
    reason = "where the ladder starts: judge its fit by the indices, not by a rule of changes"
    return {"decision": HOLDS, "reason": reason}


def _difference(before: Estimation, step: Estimation, method: str | None) -> dict[str, float]:
    """Difference test and changes of indices."""
    names = ("chisq_diff", "df_diff", "p_diff", *(f"delta_{name}" for name in _CHANGES))
    row: dict[str, float] = dict.fromkeys(names, np.nan)
    if not (before.converged and step.converged):
        return row
    one, two = Fit(before).measures, Fit(step).measures
    for name in _CHANGES:
        used = comparable_index(name, one, two, bool(step.samples.cluster_labels))
        row[f"delta_{name}"] = float(two[used] - one[used])
    row["df_diff"] = step.degrees_of_freedom - before.degrees_of_freedom
    if row["df_diff"] > 0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ComparisonWarning)
            pair = {"before": before, "step": step}
            test = compare_estimations(pair, method, are_nested=True).loc["step"]
        row["chisq_diff"], row["p_diff"] = float(test["chisq_diff"]), float(test["p_value"])
    return row


def comparable_index(name: str, one: pd.Series, two: pd.Series, clustered: bool) -> str:
    """The robust version of an index where both fits have it, else the plain one.

    With clusters the plain one: few clusters know the correction badly.
    """
    robust = f"{name}_robust"
    there = robust in one and np.isfinite(one[robust]) and np.isfinite(two[robust])
    return robust if there and not clustered else name


def _evidence(step: str, before: str, row: dict[str, float], found: Estimation) -> StepEvidence:
    sizes = [sample.size for sample in found.samples.groups]
    return StepEvidence(
        step=step,
        before=before,
        chi_square=row["chisq_diff"],
        degrees_of_freedom=row["df_diff"],
        p_value=row["p_diff"],
        **{f"delta_{name}": row[f"delta_{name}"] for name in _CHANGES},
        n_observations=found.n_observations,
        n_groups=len(sizes),
        smallest_share=float(min(sizes) / sum(sizes)),
    )


def _table(fits: dict[str, Fit], rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame({step: overview(fit, _SHOWN) for step, fit in fits.items()}).T
    robust = [fit.measures.get("cfi_robust", np.nan) for fit in fits.values()]
    clustered = any(fit.estimation.samples.cluster_labels for fit in fits.values())
    if np.isfinite(robust).all() and not clustered:
        for name in ("cfi_robust", "rmsea_robust"):
            table[name] = [fit.measures[name] for fit in fits.values()]
    judged = pd.DataFrame(rows, index=table.index)
    if len(fits) > 1:
        table = table.join(judged)
    else:
        table = table.join(judged[["decision", "reason"]])
    table.index.name = "step"
    return table


# What must be known ------------------------------------------------------------------------------


def check_groups(data: Data, options: Options) -> None:
    """There must be between two and twenty groups."""
    labels = group_labels(data, options.group, options.group_label)
    if len(labels) < 2:
        what = "there is one group" if options.group is None else "its column has one value"
        raise DataError(f"invariance compares groups, but {what}: name their column with group=.")
    if len(labels) > _MOST_GROUPS:
        raise DataError(
            f"group column {options.group!r} has {len(labels)} groups, more than {_MOST_GROUPS}: "
            "each would have parameters of its own. Join groups, or name some in group_label=."
        )


def _ladder_notes(found: dict[str, Estimation]) -> tuple[str, ...]:
    first = next(iter(found.values()))
    notes = []
    per_group = first.n_parameters / len(first.samples.groups)
    small = [g for g in first.samples.groups if g.n_observations < per_group]
    for group in small:
        notes.append(
            f"group {group.label!r} has {group.n_observations} rows for {per_group:.0f} "
            "parameters: its estimates and every test of it are hardly to be trusted."
        )
    for note in notes:
        warnings.warn(note, DataWarning, stacklevel=3)
    for step, one in found.items():
        if not one.converged:
            notes.append(f"{step} did not converge: it is not judged.")
    return tuple(notes)
