"""Choices of the fit: estimator, missing answers, invariance over groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..arguments import as_names
from ..errors import NotEstimatedError, OptionError, choose, nearest
from ..estimation.discrepancy import find_discrepancy
from ..specification import ESTIMATORS, STEPS, read_options
from .choices import Choice, Draft, NotAsked, Step
from .data_choices import check_options
from .model_choices import measurement

CONTINUOUS, ORDINAL = "continuous", "ordinal"
MISSING = (
    *("listwise", "fiml", "fiml_x", "two_stage", "robust_two_stage", "pairwise"),
    *("available_cases", "doubly_robust"),
)
Estimators = str | Sequence[str] | Mapping[str, Mapping[str, Any]]
Invariance = str | Sequence[str] | Mapping[str, Mapping[str, Any]]


def estimator_choice(
    given: Estimators, ordered: bool | Sequence[str] | str | None, correct_clusters: bool
) -> Choice:
    """How parameters are estimated.

    Parameters
    ----------
    given : estimators by name, or options of the fit by names of the user's own
    ordered : items that ordinal estimators take as ordinal; all items where None or True
    correct_clusters : whether "continuous" corrects standard errors for few clusters

    Raises
    ------
    OptionError
        For an unknown name or option, and `ordered` without effect.
    """
    if isinstance(given, Mapping):
        wanted = {str(name): dict(own) for name, own in given.items()}
        for name, own in wanted.items():
            check_options(f"estimators: {name!r}", own)
    else:
        names = as_names("estimators", given)
        known = (CONTINUOUS, ORDINAL, *ESTIMATORS)
        wanted = {
            choose("estimators", name, known): _options_of(name, correct_clusters) for name in names
        }
    if not wanted:
        raise OptionError("estimators= is empty: name one, as 'continuous' or 'ordinal'.")
    if ordered is not None and not any(own.get("ordered") for own in wanted.values()):
        raise OptionError("ordered= is without effect: no estimator is ordinal.")
    own_items = True if ordered is None or ordered is True else as_names("ordered", ordered)
    levels: dict[str, Step] = {
        name: partial(_estimated, own, own_items) for name, own in wanted.items()
    }
    return Choice("estimator", levels, 4)


def _options_of(name: str, correct_clusters: bool) -> dict[str, Any]:
    if name == ORDINAL:
        return {"ordered": True}
    own: dict[str, Any] = {} if name == CONTINUOUS else {"estimator": name}
    if name == CONTINUOUS and correct_clusters:
        own["se"] = "cluster_cr2"
    return own


def _estimated(options: Mapping[str, Any], ordered: bool | tuple[str, ...], draft: Draft) -> Draft:
    """The draft with the estimator's options; ordinal items are those that factors have."""
    own = dict(options)
    if options.get("ordered") is True:
        items = [i for own in measurement(draft.model.statements).values() for i in own]
        items = list(dict.fromkeys(items))
        if ordered is not True:
            named = ordered if isinstance(ordered, tuple) else ()
            items = [item for item in items if item in named]
        if not items:
            raise NotAsked("the model has no ordinal items")
        own["ordered"] = items
    return draft.with_options(own)


def missing_choice(given: str | Sequence[str] | None) -> Choice | None:
    """What is done about missing answers.

    Raises
    ------
    OptionError
    """
    if given is None:
        return None
    names = as_names("missing", given)
    if not names:
        raise OptionError("missing= is empty: name one, as 'listwise' or 'fiml', or leave it out.")
    levels: dict[str, Step] = {
        choose("missing", name, MISSING): partial(_with, {"missing": name}) for name in names
    }
    return Choice("missing", levels, 4)


def _with(options: Mapping[str, Any], draft: Draft) -> Draft:
    return draft.with_options(options)


def invariance_choice(given: Invariance | None, grouped: bool) -> Choice | None:
    """What is held equal over groups, and what is let go.

    Raises
    ------
    OptionError
        Without groups, for an unknown step, and for options that are none of groups.
    """
    if given is None:
        return None
    if not grouped:
        raise OptionError("invariance= is without effect: give group= too.")
    if isinstance(given, Mapping):
        wanted = {str(name): dict(own) for name, own in given.items()}
        for name, own in wanted.items():
            strange = [one for one in own if one not in ("group_equal", "group_partial")]
            if strange:
                advice = nearest(strange[0], ("group_equal", "group_partial")) or "."
                raise OptionError(f"invariance: {name!r} has {strange[0]!r}{advice}")
    else:
        wanted = {
            choose("invariance", name, STEPS): {"group_equal": list(STEPS[name])}
            for name in as_names("invariance", given)
        }
    if not wanted:
        raise OptionError("invariance= is empty: name one, as 'metric', or leave it out.")
    levels: dict[str, Step] = {name: partial(_with, own) for name, own in wanted.items()}
    return Choice("invariance", levels, 4)


def check_draft(draft: Draft) -> None:
    """Whether the options of a draft go together.

    Raises
    ------
    NotAsked
        Saying which do not.
    """
    try:
        read = read_options(draft.model.defaults, draft.options)
        find_discrepancy(read.estimation.estimator, read.data.missing)
    except (OptionError, NotEstimatedError) as error:
        raise NotAsked(str(error)) from None
