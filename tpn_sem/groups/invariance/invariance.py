"""Measurement invariance: the same model with more and more held equal, as far as it goes."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...arguments import checked
from ...data import Data, as_frame
from ...errors import ComparisonWarning, DataWarning, OptionError, TpnSemWarning, warn_user
from ...estimation import Estimation
from ...fit import Fit
from ...model import Model
from ...specification import read_options, read_steps, refuse_correlation
from .equality_fits import Climb, check_groups
from .judging import BEYOND, FAILS, HOLDS, judge
from .ladder import Again, InvarianceLadder, ladder_table
from .partial import Exceptions, PartialSearch, carried, search_exceptions
from .rules import Rule, find_rule


@checked
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
        tests, and "satorra_2000_weighted" with clusters.
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
    property of clusters (schools), they reject too often. See
    `tpn_sem.group_inference` for tests that do not.
    """
    if "group_equal" in options:
        raise OptionError("group_equal is set by the steps of the ladder; use steps= instead.")
    chosen, search = find_rule(rule), _find_search(partial)
    if not isinstance(stop, bool):
        raise OptionError(f"stop is True or False, not {stop!r}.")
    fitted = model if isinstance(model, Model) else Model(model)
    read = read_options(fitted.defaults, {**options, "group": group})
    refuse_correlation(read.model, "invariance")
    sets = read_steps(steps, bool(read.data.ordered), read.model.parameterization == "delta")
    frame = as_frame(data)
    check_groups(frame, read.data)
    with _each_once():
        climb = Climb(fitted.statements, read, frame, search is not None)
        ascent = _Ascent(climb, chosen, method)
        for step, equal in sets.items():
            decision = ascent.take(step, equal)
            if search is not None and (decision == FAILS or (search.always and decision == HOLDS)):
                decision = ascent.except_from(step, equal, search)
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
    return ascent.ladder(group or "", search, again, frame)


@contextmanager
def _each_once() -> Iterator[None]:
    """Warnings of all steps, each issued once, as coming from where the user stands."""
    heard: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always", TpnSemWarning)
            yield
    finally:
        for message in dict.fromkeys((item.category, str(item.message)) for item in heard):
            warn_user(message[1], message[0])


def _find_search(partial: bool | PartialSearch) -> PartialSearch | None:
    if isinstance(partial, PartialSearch):
        return partial
    if partial not in (True, False):
        raise OptionError(
            f"partial={partial!r}: it is True, False or a PartialSearch, such as "
            "PartialSearch(direction='constrain'). Exceptions that are known go in group_partial=."
        )
    return PartialSearch() if partial else None


class _Ascent:
    """The steps taken so far, and what was given up on the ascent."""

    def __init__(self, climb: Climb, rule: Rule, method: str | None):
        self.climb, self.rule, self.method = climb, rule, method
        self.fits: dict[str, Fit] = {}
        self.rows: list[dict[str, object]] = []
        self.freed = climb.partial
        self.before: str | None = None  # what the next step is tested against
        self.held: tuple[str, ...] = ()
        self.held_before: tuple[str, ...] = ()
        self.searches: dict[str, Exceptions] = {}
        self.has_failed = False

    def take(self, step: str, equal: tuple[str, ...]) -> str:
        """Fit a step with the exceptions so far, and judge it."""
        new = tuple(name for name in equal if name not in self.held)
        found = self.climb.fit(equal, self.freed if equal else ())
        given_up = self.freed[len(self.climb.partial) :]  # what users free they free themselves
        if given_up and "intercepts" in new:
            freed = (*self.freed, *carried(given_up, found, new))
            if freed != self.freed:
                self.freed, found = freed, self.climb.fit(equal, freed)
        return self._add(step, found, equal)

    def except_from(self, step: str, equal: tuple[str, ...], search: PartialSearch) -> str:
        """Search for exceptions to a step that failed, and judge it with them."""
        against = self.rows[-1]["against"]
        new = tuple(name for name in equal if name not in self.held_before)
        earlier = self.fits.get(str(against))

        def fails(estimation: Estimation) -> bool:
            row = judge(step, Fit(estimation), str(against), earlier, self.rule, self.method)
            return row["decision"] == FAILS

        fit = functools.partial(self.climb.fit, equal)
        found = self.fits[step].estimation
        result = search_exceptions(search, fit, fails, found, new, self.freed)
        self.searches[step] = result
        if result.freed == self.freed:
            return str(self.rows[-1]["decision"])
        self.freed, self.has_failed, self.before = result.freed, False, str(against)
        return self._add(f"partial {step}", result.estimation, equal)

    def _add(self, name: str, estimation: Estimation, equal: tuple[str, ...]) -> str:
        self.fits[name] = Fit(estimation)
        self.held_before, self.held = self.held, equal
        earlier = self.fits.get(self.before) if self.before else None
        row = judge(name, self.fits[name], self.before, earlier, self.rule, self.method)
        if self.has_failed:
            row |= {"decision": BEYOND, "reason": "a step before it failed"}
        self.rows.append({**row, "against": self.before or ""})
        self.has_failed |= row["decision"] == FAILS
        if estimation.converged:
            self.before = name
        return str(row["decision"])

    def ladder(
        self, group: str, search: PartialSearch | None, again: Again, data: Data
    ) -> InvarianceLadder:
        """What was found."""
        rule, notes = str(self.rule), (*self.climb.notes, *_ladder_notes(self.fits))
        for note in self.climb.notes:
            warn_user(note, ComparisonWarning)
        table = ladder_table(self.fits, self.rows)
        return InvarianceLadder(
            self.fits,
            table,
            rule,
            group,
            notes,
            self.freed,
            self.searches,
            search,
            self.method,
            again,
            data,
        )


def _ladder_notes(fits: dict[str, Fit]) -> tuple[str, ...]:
    first = next(iter(fits.values())).estimation
    notes = []
    per_group = first.n_parameters / len(first.samples.groups)
    small = [g for g in first.samples.groups if g.n_observations < per_group]
    for group in small:
        notes.append(
            f"group {group.label!r} has {group.n_observations} rows for {per_group:.0f} "
            "parameters: its estimates and every test of it are hardly to be trusted."
        )
    for note in notes:
        warn_user(note, DataWarning)
    for step, one in fits.items():
        if not one.converged:
            notes.append(f"{step} did not converge: it is not judged.")
    return tuple(notes)
