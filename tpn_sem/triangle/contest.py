"""Comparison of the variants: refused, equivalent, nested, excluded."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import Shown, Table
from ..errors import DataWarning, OptionError, TpnSemError, TpnSemWarning
from ..fit import Fit, overview
from ..model_choice import EXCLUDED, SUPPORTED, UNTOLD, WIDER, ModelChoice
from ..survey import Instrument
from .progress import Progress, silent
from .variants import EVERYTHING, Variant

REFERENCE = "four factors"
"""The variant that restricts nothing but the measurement, in which others are nested."""

_MEASURES = ("df", "chisq", "pvalue", "cfi", "rmsea", "srmr", "aic", "bic")
STATES = ("fitted", "improper", "not converged", "refused")
VERDICTS = (SUPPORTED, UNTOLD, WIDER, EXCLUDED, "")


@dataclass(frozen=True, eq=False, repr=False)
class Contest(Shown):
    """All variants fitted to the same data.

    Attributes
    ----------
    variants : dict of str to Variant
    fits : dict of str to Fit
        Of those that could be fitted.
    refused : dict of str to str
        Why the others could not.
    choice : ModelChoice
        What the data tell of those of the same variables: classes, confidence set, pairs, weights.
    table : DataFrame
        A row per variant, what cannot be excluded first: state ("fitted", "improper", "not
        converged", "refused"), verdict ("supported", "can't tell", "wider", "excluded"; "" where
        it is not judged), p_set (of the tests that the verdict rests on, adjusted for their
        number), df, chisq, pvalue (of `Fit.test`, which clusters correct), cfi, rmsea, srmr, aic,
        bic, delta_bic (of the same variables only), status, claim, sentence.
    equivalences : DataFrame
        first, second, proof: the rule, or that it was found numerically.
    """

    variants: dict[str, Variant]
    fits: dict[str, Fit]
    refused: dict[str, str]
    choice: ModelChoice
    table: pd.DataFrame
    equivalences: pd.DataFrame

    def _views(self) -> Iterable[str | Table]:
        shown = self.table.drop(columns=["status", "claim", "sentence"])
        yield from self.verdicts
        yield from (f"{name}: {why}" for name, why in self.remarks)
        yield Table(shown, "Variants, what cannot be excluded first")
        if len(self.equivalences):
            yield Table(self.equivalences, "Equivalent models", index=False)

    @property
    def nestings(self) -> pd.DataFrame:
        """Difference tests of all nested pairs of classes, by the variants that stand for them."""
        return self.choice.nested_pairs

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Supported, excluded, can't tell, and what would tell, in sentences."""
        return self.choice.sentences

    @property
    def n_sound(self) -> int:
        """How many variants of the same variables have a proper solution."""
        return len(self.choice.sound)

    @property
    def members(self) -> list[str]:
        """Variants of the classes in the confidence set."""
        if not self.n_sound:
            return []
        firsts = self.choice.confidence_set.members
        return [name for first in firsts for name in self.choice.relations.class_of(first)]

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """Name and status of each variant that is not simply fitted, in the table's order."""
        return [(name, text) for name, text in self.table["status"].items() if text != "fitted"]


def hold_contest(
    variants: Iterable[Variant],
    data: pd.DataFrame,
    instrument: Instrument,
    options: Mapping[str, Any] | None = None,
    progress: Progress = silent,
) -> Contest:
    """Fit all variants, with the same options, and compare them.

    Parameters
    ----------
    variants : iterable of Variant
    data : DataFrame
        Prepared for the instrument.
    instrument : Instrument
    options : mapping, optional
        Of every fit.
    progress : callable
        Is told the name of each variant before it is fitted.
    """
    named = {variant.name: variant for variant in variants}
    fits: dict[str, Fit] = {}
    refused: dict[str, str] = {}
    for name, variant in named.items():
        progress(name)
        try:
            fits[name] = _fit(variant, data, instrument, options or {})
        except TpnSemError as error:
            refused[name] = str(error)
    progress("what can be told apart")
    choice = _choice(_of_the_same_variables(named, fits), fits)
    proofs = [(*pair, proof) for pair, proof in choice.all_relations.proofs.items()]
    equivalences = pd.DataFrame(proofs, columns=["first", "second", "proof"])
    table = _table(named, fits, refused, choice)
    return Contest(named, fits, refused, choice, table, equivalences)


def _fit(
    variant: Variant, data: pd.DataFrame, instrument: Instrument, options: Mapping[str, Any]
) -> Fit:
    """A fit whose warnings stay on the fit: the table shows them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        return variant.model(instrument).fit(variant.prepare(data, instrument), **options)


def _of_the_same_variables(variants: Mapping[str, Variant], fits: Mapping[str, Fit]) -> list[str]:
    """Variants that explain what the reference explains, whatever they say of themselves."""
    observed = {
        name: frozenset(fit.estimation.specification.observed) for name, fit in fits.items()
    }
    of_items = [name for name in fits if variants[name].same_variables]
    if not of_items:
        return []
    known = next((name for name in (REFERENCE, EVERYTHING.name) if name in of_items), None)
    common = Counter(observed[name] for name in of_items).most_common(1)[0][0]
    wanted = common if known is None else observed[known]
    return [name for name in of_items if observed[name] == wanted]


def _choice(names: list[str], fits: Mapping[str, Fit]) -> ModelChoice:
    """What may be said of those that converged, against the reference where it is proper."""
    models = {name: fits[name].estimation for name in names if fits[name].converged}
    sound = [name for name in (REFERENCE, EVERYTHING.name) if name in models]
    reference = next((name for name in sound if models[name].admissible), None)
    return ModelChoice(models, reference=reference, row_word="teachers", unit_word="schools")


def _table(
    variants: dict[str, Variant],
    fits: dict[str, Fit],
    refused: dict[str, str],
    choice: ModelChoice,
) -> pd.DataFrame:
    rows = []
    for name, variant in variants.items():
        row: dict[str, object] = {"variant": name, "state": _state(fits.get(name))}
        if name in fits:
            row.update(overview(fits[name], _MEASURES))
        if name not in choice.models:
            row.update(aic=np.nan, bic=np.nan)
        row["verdict"], row["p_set"] = _verdict(name, choice)
        row["status"] = _status(name, fits, refused, choice)
        row["claim"], row["sentence"] = variant.claim, variant.sentence
        rows.append(row)
    columns = ["variant", "state", "verdict", "p_set", *_MEASURES, "status", "claim", "sentence"]
    table = pd.DataFrame(rows, columns=columns).set_index("variant")
    comparable = table.loc[list(choice.sound), "bic"].astype(float)
    gap = (comparable - comparable.min()).reindex(table.index)
    table.insert(table.columns.get_loc("bic") + 1, "delta_bic", gap)
    ordered = table.assign(
        _verdict=table["verdict"].map(VERDICTS.index), _state=table["state"].map(STATES.index)
    )
    ordered = ordered.sort_values(["_verdict", "_state", "df"], kind="stable")
    return ordered.drop(columns=["_verdict", "_state"])


def _verdict(name: str, choice: ModelChoice) -> tuple[str, float]:
    """What is said of the class that a variant is in."""
    if name not in choice.sound:
        return "", np.nan
    row = choice.confidence_set.table.loc[choice.relations.first_of(name)]
    return str(row["verdict"]), float(row["p_value"])


def _state(fit: Fit | None) -> str:
    """How far a variant came."""
    if fit is None:
        return "refused"
    if not fit.converged:
        return "not converged"
    return "fitted" if fit.admissible else "improper"


def _status(name: str, fits: dict[str, Fit], refused: dict[str, str], choice: ModelChoice) -> str:
    if name in refused:
        return f"refused: {refused[name]}"
    own = [note for kind, note in fits[name].estimation.remarks if kind is not DataWarning]
    if own:
        return " ".join(own)
    return "fitted" if name in choice.models else f"fitted; {_others(fits[name], choice)}"


def _others(fit: Fit, choice: ModelChoice) -> str:
    """What keeps a fit from being compared."""
    if not choice.models:
        return "other variables, not compared"
    known = set(next(iter(choice.models.values())).specification.observed)
    own = set(fit.estimation.specification.observed)
    more, fewer = sorted(own - known), sorted(known - own)
    said = [f"with {', '.join(more[:6])}"] if more else []
    said += [f"without {', '.join(fewer[:6])}"] if fewer else []
    return f"other variables ({'; '.join(said)}), not compared" if said else "not compared"


@checked
def equivalence_classes(equivalences: pd.DataFrame) -> list[list[str]]:
    """Sets of variants that are equivalent to each other."""
    for column in ("first", "second"):
        if column not in equivalences.columns:
            raise OptionError(f"equivalences= is the table of a contest: it has no {column!r}.")
    classes: list[set[str]] = []
    for row in equivalences.itertuples():
        pair = {str(row.first), str(row.second)}
        touching = [members for members in classes if members & pair]
        merged = pair.union(*touching)
        classes = [members for members in classes if not members & pair] + [merged]
    order = list(dict.fromkeys([*equivalences["first"], *equivalences["second"]]))
    return [sorted(members, key=order.index) for members in classes]
