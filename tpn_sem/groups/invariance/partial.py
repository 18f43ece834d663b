"""Partial invariance: a specification search by score tests, recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arguments import as_names, checked
from ...drawing import Shown
from ...errors import OptionError, TpnSemError, choose, nearest
from ...estimation import Estimation
from ...numerics import ADJUSTMENTS, adjusted_p_values
from ...results import group_contrasts
from ...specification import keys_of
from .candidates import Candidate, equal_parameters, remaining
from .release_tests import RELEASE_COLUMNS, release_tests, scale_of

DIRECTIONS = ("release", "constrain")
Fitter = Callable[[tuple[str, ...]], Estimation]
Judge = Callable[[Estimation], bool]  # whether the step fails as a whole
_COLUMNS = (
    *("round", "parameter", "statistic", "df", "p_value", "p_adjusted"),
    *("expected_change", "standardized_change", "freed"),
)


@checked
@dataclass(frozen=True)
class PartialSearch:
    """How exceptions to a step are searched for.

    Attributes
    ----------
    direction : {"release", "constrain"}
        "release" begins with everything equal and gives up, one after the other, the equality
        with the largest score test, until none is significant. "constrain" begins with nothing
        equal but two anchors a factor, and keeps free what then differs significantly.
    level : float
    correction : {"holm", "fdr", "none"}
        For the number of equalities tested in a round. Holm (1979); Benjamini & Hochberg (1995).
    least_change : float
        Standardised changes below it are not given up, however significant.
    min_invariant : int
        Invariant items that each factor keeps in each set.
    anchors : tuple of str
        Items that are taken to be invariant. Of "constrain", those whose score tests are smallest
        with everything equal, if not given.
    always : bool
        Whether to search steps that hold, too: one difference among many equalities may be there
        though the step as a whole is not rejected.
    force : bool
        Whether to give up the equality most in doubt, though it is not rejected by itself, as long
        as the step as a whole fails ("release" only).
    """

    direction: str = "release"
    level: float = 0.05
    correction: str = "holm"
    least_change: float = 0.0
    min_invariant: int = 2
    anchors: tuple[str, ...] = ()
    always: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        choose("direction", self.direction, DIRECTIONS)
        choose("correction", self.correction, ADJUSTMENTS)
        if not (_is_number(self.level) and 0.0 < self.level < 1.0):
            raise OptionError(f"level is a number between 0 and 1, not {self.level!r}.")
        if not (_is_number(self.least_change) and self.least_change >= 0.0):
            raise OptionError(f"least_change is a number from 0 on, not {self.least_change!r}.")
        if not (isinstance(self.min_invariant, int) and self.min_invariant >= 1):
            raise OptionError(
                "min_invariant is a whole number, at least 1: a factor needs an invariant item; it "
                f"is not {self.min_invariant!r}."
            )
        for name, value in (("always", self.always), ("force", self.force)):
            if not isinstance(value, bool):
                raise OptionError(f"{name} is True or False, not {value!r}.")
        object.__setattr__(self, "anchors", as_names("anchors", self.anchors))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


@dataclass(frozen=True, eq=False, repr=False)
class Exceptions(Shown):
    """What a search gave up at one step.

    Attributes
    ----------
    estimation : Estimation
        The step with these exceptions.
    freed : tuple of str
        Parameters given up, as ``group_partial`` takes them, with those of earlier steps.
    path : DataFrame
        A row per equality tested and round, most significant first: round, parameter, statistic,
        df, p_value, p_adjusted, expected_change, standardized_change, freed.
    anchors : tuple of str
        Items that were never given up.
    note : str
        Why the search ended.
    """

    estimation: Estimation
    freed: tuple[str, ...]
    path: pd.DataFrame
    anchors: tuple[str, ...]
    note: str

    def _text(self) -> str:
        freed = ", ".join(self.path.loc[self.path["freed"].astype(bool), "parameter"]) or "nothing"
        return f"Exceptions(gave up {freed}; {self.note})"


def search_exceptions(
    search: PartialSearch,
    fit: Fitter,
    fails: Judge,
    estimation: Estimation,
    sets: tuple[str, ...],
    freed: tuple[str, ...],
) -> Exceptions:
    """Search for exceptions to the equality of some sets of parameters.

    Parameters
    ----------
    search : PartialSearch
    fit : callable
        Fits the step with given exceptions.
    fails : callable
        Says of a fit of the step whether it fails as a whole.
    estimation : Estimation
        The step with the exceptions of earlier steps.
    sets : tuple of str
        What the step newly holds equal.
    freed : tuple of str
        Exceptions of earlier steps.
    """
    candidates = equal_parameters(estimation, sets)
    _check_anchors(search, estimation, candidates)
    if not (estimation.converged and estimation.is_identified) or not candidates:
        return Exceptions(estimation, freed, _path([]), search.anchors, "nothing could be tested")
    if search.direction == "release":
        return _release(search, fit, fails, estimation, candidates, freed)
    return _constrain(search, fit, estimation, candidates, freed)


def _release(
    search: PartialSearch,
    fit: Fitter,
    fails: Judge,
    estimation: Estimation,
    candidates: list[Candidate],
    freed: tuple[str, ...],
) -> Exceptions:
    rounds: list[pd.DataFrame] = []
    while True:
        open_ = [
            item
            for item in candidates
            if item.text not in freed
            and item.item not in search.anchors
            and remaining(candidates, freed, item) >= search.min_invariant
        ]
        if not open_:
            note = f"no more can be given up: {search.min_invariant} invariant items a factor stay"
            return Exceptions(estimation, freed, _path(rounds), search.anchors, note)
        tests = _tested(search, estimation, open_, len(rounds) + 1)
        rounds.append(tests)
        rejected = [name for name, row in tests.iterrows() if _is_significant(search, row)]
        if not rejected and search.force and fails(estimation):
            rejected = [tests.index[0]]
        if not rejected:
            note = "no further equality is rejected"
            return Exceptions(estimation, freed, _path(rounds), search.anchors, note)
        worst = str(tests.loc[rejected[0], "parameter"])
        try:
            new = fit((*freed, worst))
        except TpnSemError as error:
            return Exceptions(estimation, freed, _path(rounds), search.anchors, f"ended: {error}")
        if not (new.converged and new.is_identified):
            note = f"ended: without equal {worst} the model has no proper solution"
            return Exceptions(estimation, freed, _path(rounds), search.anchors, note)
        tests.loc[rejected[0], "freed"] = True
        estimation, freed = new, (*freed, worst)


def _tested(
    search: PartialSearch, estimation: Estimation, items: list[Candidate], number: int
) -> pd.DataFrame:
    tests = release_tests(estimation, items)
    tests["p_adjusted"] = adjusted_p_values(tests["p_value"].to_numpy(), search.correction)
    tests["round"], tests["freed"] = number, False
    return tests.sort_values(["p_value", "parameter"], kind="stable")[list(_COLUMNS)]


def _is_significant(search: PartialSearch, row: pd.Series) -> bool:
    large = abs(row["standardized_change"]) >= search.least_change
    return bool(row["p_adjusted"] < search.level and large)


def _constrain(
    search: PartialSearch,
    fit: Fitter,
    estimation: Estimation,
    candidates: list[Candidate],
    freed: tuple[str, ...],
) -> Exceptions:
    """Free all but the anchors, and hold equal what does not differ significantly."""
    anchors = search.anchors or _best_anchors(search, estimation, candidates)
    free = [item for item in candidates if item.item not in anchors and item.text not in freed]
    texts = tuple(item.text for item in free)
    wide = fit((*freed, *texts))
    note = "each was tested with the anchors equal"
    if not free or not (wide.converged and wide.is_identified):
        return Exceptions(estimation, freed, _path([]), anchors, "the anchors identify no solution")
    tests = _wald_tests(wide, free)
    tests["p_adjusted"] = adjusted_p_values(tests["p_value"].to_numpy(), search.correction)
    tests["round"] = 1
    tests["freed"] = [_is_significant(search, row) for _, row in tests.iterrows()]
    kept = (*freed, *tests.loc[tests["freed"], "parameter"])
    path = _path([tests.sort_values(["p_value", "parameter"], kind="stable")])
    return Exceptions(fit(kept), kept, path, anchors, note)


def _wald_tests(wide: Estimation, items: list[Candidate]) -> pd.DataFrame:
    """Tests of equality where only the anchors are equal; the change is that of the estimates."""
    contrasts = group_contrasts(wide)
    values, rows = contrasts.values(wide), wide.specification.table.rows
    found = []
    for item in items:
        statistic, df, p_value = contrasts.joint_test(item.parameter.key)
        mine = [
            value
            for value, place in zip(values, contrasts.later, strict=True)
            if rows[place].key == item.parameter.key
        ]
        change = max(mine, key=abs)
        found.append((item.text, statistic, df, p_value, change, change * scale_of(wide, item)))
    return pd.DataFrame(found, columns=list(RELEASE_COLUMNS))


def _best_anchors(
    search: PartialSearch, estimation: Estimation, candidates: list[Candidate]
) -> tuple[str, ...]:
    """Items of each factor whose equality is least in doubt with everything equal (Woods, 2009)."""
    tests = release_tests(estimation, candidates).set_index("parameter")["p_value"]
    worst: dict[str, float] = {}
    for item in candidates:
        p_value = float(tests[item.text])
        worst[item.item] = min(worst.get(item.item, 1.0), p_value)
    anchors: list[str] = []
    for factor, items in estimation.specification.roles.indicators.items():
        mine = sorted((item for item in items if item in worst), key=lambda item: -worst[item])
        anchors += [item for item in mine[: search.min_invariant] if factor and item not in anchors]
    return tuple(anchors)


def _check_anchors(
    search: PartialSearch, estimation: Estimation, candidates: list[Candidate]
) -> None:
    known = [item for items in estimation.specification.roles.indicators.values() for item in items]
    factors = {factor for item in candidates for factor in item.factors}
    if search.anchors and search.direction == "constrain":
        held = {f for item in candidates if item.item in search.anchors for f in item.factors}
        for factor in sorted(factors - held):
            raise OptionError(f"anchors: {factor!r} has none; name an item of every factor.")
    for name in search.anchors:
        if name not in known:
            raise OptionError(f"anchors: {name!r} is no item{nearest(name, known) or '.'}")


def _path(rounds: list[pd.DataFrame]) -> pd.DataFrame:
    if not rounds:
        return pd.DataFrame(columns=list(_COLUMNS))
    return pd.concat(rounds, ignore_index=True)[list(_COLUMNS)]


def carried(
    freed: tuple[str, ...], estimation: Estimation, sets: tuple[str, ...]
) -> tuple[str, ...]:
    """What more is given up because of exceptions of earlier steps.

    Where a loading differs, equal intercepts would depend on where the factor's zero is put: the
    item's intercept is given up too.
    """
    keys = [place for text in freed for place in keys_of(text)]
    loose = {item for _, operator, item in keys if operator == "=~"}
    return tuple(item.text for item in equal_parameters(estimation, sets) if item.item in loose)
