"""What a reviewer asks of the fits: where they misfit, and whom the findings hang on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from ..cross_validation import SplitHalf, split_half
from ..drawing import Shown
from ..errors import TpnSemError, TpnSemWarning
from ..fit import Fit
from ..graded_responses import ItemResponse, item_response
from ..local_tests import LocalFit, local_fit
from ..method_variance import CommonMethod, common_method
from ..resampling import Cutoffs, cutoffs
from ..sensitivity import CarelessSensitivity, Influence, influence, sensitivity_to_careless
from ..survey import Instrument
from .progress import Progress

Part = TypeVar("Part")
SEED, DIVISIONS = 2020, 5
SURVEYS, MISFIT = 30, 0.05
_OF_PATHS = ("influence", "careless", "method")
_IMPROPER = (
    "Not done: the solution of the main variant is improper, so that its paths are not to be "
    "interpreted."
)


@dataclass(frozen=True, eq=False, repr=False)
class Scrutiny(Shown):
    """Answers to a reviewer; None where there is none, and `reasons` say why.

    Attributes
    ----------
    halves : SplitHalf or None
        As many factors as there are constructs, explored in one half and confirmed in the other.
    local_fit : LocalFit or None
        Of the measurement model.
    item_response : ItemResponse or None
        Of the measurement model, where items are ordinal.
    cutoffs : Cutoffs or None
        Fit indices to expect of the measurement model in a survey like this one, where it holds and
        where residual correlations are .05 on average.
    influence : Influence or None
        Of each school, or row, on the paths of the main variant.
    careless : CarelessSensitivity or None
        The main variant without rows that a check calls odd.
    method : CommonMethod or None
        The main variant beside models with a common method.
    reasons : dict of str to str
        By the name of the part.
    """

    halves: SplitHalf | None
    local_fit: LocalFit | None
    item_response: ItemResponse | None
    cutoffs: Cutoffs | None
    influence: Influence | None
    careless: CarelessSensitivity | None
    method: CommonMethod | None
    reasons: dict[str, str]

    @property
    def replication(self) -> list[str]:
        """Whether what one half explores holds in the other."""
        if self.halves is None:
            return self._reason("halves")
        notes = [note for note in self.halves.notes if not note.startswith("all rows:")]
        return [f"{line[0].upper()}{line[1:]}" for line in (*self.halves.verdicts, *notes)]

    @property
    def misfit(self) -> list[str]:
        """Where the measurement model fits and where not, a sentence for each construct."""
        if self.local_fit is None:
            return self._reason("local_fit")
        return [*self.local_fit.verdicts["sentence"], *self.local_fit.notes]

    @property
    def expected_fit(self) -> list[str]:
        """What these answers could show of misfit, by index."""
        if self.cutoffs is None:
            return self._reason("cutoffs")
        return [f"{_title(name)}: {said}." for name, said in self.cutoffs.verdicts.items()]

    @property
    def deletion(self) -> list[str]:
        """Whether one school, or teacher, carries a finding."""
        if self.influence is None:
            return self._reason("influence")
        return [*self.influence.sentences, *self.influence.notes]

    @property
    def odd_answers(self) -> list[str]:
        """Whether answers that look careless carry a finding."""
        if self.careless is None:
            return self._reason("careless")
        return list(self.careless.sentences)

    @property
    def one_questionnaire(self) -> list[str]:
        """How much of the paths a common method could be."""
        if self.method is None:
            return self._reason("method")
        return [*self.method.sentences, *self.method.notes]

    def _reason(self, name: str) -> list[str]:
        return [self.reasons[name]] if name in self.reasons else []


def scrutinise(
    reference: Fit | None,
    main: Fit | None,
    data: pd.DataFrame,
    frame: pd.DataFrame,
    instrument: Instrument,
    options: Mapping[str, Any],
    tell: Progress,
) -> Scrutiny:
    """Look closer at the measurement model and at the main variant.

    Parameters
    ----------
    reference : Fit or None
        The measurement model.
    main : Fit or None
        The variant whose paths are reported.
    data : DataFrame
        As it was read.
    frame : DataFrame
        The rows that variants are fitted to.
    instrument : Instrument
    options : mapping
        Of every fit.
    tell : callable
    """
    reasons: dict[str, str] = {}

    def part(name: str, fit: Fit | None, words: str, compute: Callable[[Fit], Part]) -> Part | None:
        if fit is None or not fit.converged:
            return None
        if name in _OF_PATHS and not fit.admissible:
            reasons[name] = _IMPROPER
            return None
        tell(words)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", TpnSemWarning)
                return compute(fit)
        except TpnSemError as error:
            reasons[name] = str(error)
            return None

    def explored(_: Fit) -> SplitHalf:
        kept = {name: value for name, value in options.items() if name != "se"}
        return split_half(
            frame,
            len(instrument.items),
            items=list(instrument.all_items),
            by=kept.get("cluster"),
            repeats=DIVISIONS,
            seed=SEED,
            **kept,
        )

    def expected(fit: Fit) -> Cutoffs:
        return cutoffs(fit, SURVEYS, misfit=MISFIT, seed=SEED)

    ordinal = reference if reference is not None and _is_ordinal(reference) else None
    return Scrutiny(
        part("halves", reference, "exploring one half, confirming in the other", explored),
        part("local_fit", reference, "local fit", local_fit),
        part("item_response", ordinal, "items along the factors", item_response),
        part("cutoffs", reference, "what fit to expect", expected),
        part("influence", main, "leaving out each school", influence),
        part(
            "careless",
            main,
            "leaving out odd answers",
            lambda fit: sensitivity_to_careless(fit, data, instrument),
        ),
        part(
            "method",
            main,
            "common method",
            lambda fit: common_method(fit, negative=instrument if instrument.reversed else None),
        ),
        reasons,
    )


def _title(index: str) -> str:
    """As "CFI (robust)"."""
    name, _, kind = index.partition("_")
    return f"{name.upper()} ({kind})" if kind else name.upper()


def _is_ordinal(fit: Fit) -> bool:
    return bool(fit.estimation.specification.categories)
