"""How many factors? Every rule's answer, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ...arguments import checked
from ...data import Data
from .counted_factors import NumberOfFactors
from .eigenvalue_rules import kaiser_references
from .evidence_from_rows import gather, read_null
from .factor_evidence import FactorEvidence, Rule, RuleAnswer
from .rules_verdict import suggestions, verdict
from .sampling_adequacy import bartlett_sphericity, kaiser_meyer_olkin
from .shipped_rules import NamedRule, ask, read_rules


@checked
def number_of_factors(
    data: Data,
    items: Sequence[str] | None = None,
    *,
    correlations: str = "pearson",
    rules: Sequence[str | Rule] | None = None,
    n_samples: int = 200,
    quantile: float = 0.95,
    null: str = "permuted",
    most: int | None = None,
    seed: int = 0,
) -> NumberOfFactors:
    """Ask every rule how many factors are behind some items.

    Parameters
    ----------
    data : DataFrame, or what converts to one
        A row per person.
    items : sequence of str, optional
        By default all columns of numbers.
    correlations : {"pearson", "polychoric", "fiml"}
        Of answers as numbers, in complete rows; of latent responses behind ordinal answers, each
        pair's rows; or by maximum likelihood from all rows with an answer.
    rules : sequence of str or functions, optional
        "parallel", "parallel_mean", "parallel_reduced", "parallel_reduced_mean",
        "comparison_data", "empirical_kaiser", "hull", "hull_caf", "map", "map_fourth", "vss",
        "vss_2", "chi_square", "rmsea", "bic", "kaiser"; or a function of a `FactorEvidence` that
        gives a `RuleAnswer` or a whole number. By default all, of which the verdict counts some;
        of rules that are named here, it counts all.
    n_samples : int
        Data sets without factors that eigenvalues are compared with.
    quantile : float
        Of their eigenvalues, that those of the data must exceed.
    null : {"permuted", "normal"}
        Whether data without factors have the items' own answers, shuffled, or normal variables.
    most : int, optional
        Largest number of factors that is fitted or compared; by default 10, or what can be
        identified.
    seed : int

    Returns
    -------
    NumberOfFactors

    Raises
    ------
    DataError
        For fewer than three items, an item that does not vary, items that determine each other,
        or too few rows.
    OptionError, NotAvailableError
    """
    chosen = read_rules(rules)
    evidence, notes = gather(
        data, items, correlations, most, read_null(n_samples, quantile, null, seed, correlations)
    )
    answers = {name: ask(name, one.rule, evidence) for name, one in chosen.items()}
    heard = {name: answers[name].n_factors for name, one in chosen.items() if one.counted}
    said = {name: number for name, number in heard.items() if number is not None}
    overall, by_item = kaiser_meyer_olkin(evidence.correlations)
    index = pd.Index(evidence.names, name="item")
    return NumberOfFactors(
        items=evidence.names,
        correlations=correlations,
        n_rows=len(evidence.values),
        table=_rules_table(chosen, answers),
        eigenvalues=_eigenvalues(evidence),
        criteria=_criteria(answers),
        kmo=overall,
        sampling_adequacy=pd.Series(by_item, index=index, name="sampling_adequacy"),
        bartlett=bartlett_sphericity(evidence.correlations, evidence.n_rows),
        suggested=suggestions(said),
        verdict=verdict(said),
        notes=notes,
    )


def _rules_table(
    chosen: Mapping[str, NamedRule], answers: Mapping[str, RuleAnswer]
) -> pd.DataFrame:
    numbers = [answers[name].n_factors for name in chosen]
    columns = {
        "n_factors": pd.array(numbers, dtype="Int64"),
        "counted": [one.counted for one in chosen.values()],
        "why": [answers[name].why for name in chosen],
        "source": [one.source for one in chosen.values()],
    }
    return pd.DataFrame(columns, index=pd.Index(list(chosen), name="rule"))


def _eigenvalues(evidence: FactorEvidence) -> pd.DataFrame:
    whole, common = evidence.null_eigenvalues, evidence.null_reduced_eigenvalues
    quantile = evidence.null.quantile
    columns = {
        "eigenvalue": evidence.eigenvalues,
        "mean": whole.mean(axis=0),
        "reference": np.quantile(whole, quantile, axis=0),
        "empirical_kaiser": kaiser_references(evidence.eigenvalues, evidence.n_rows),
        "reduced": evidence.reduced_eigenvalues,
        "reduced_mean": common.mean(axis=0),
        "reduced_reference": np.quantile(common, quantile, axis=0),
    }
    index = pd.RangeIndex(1, len(evidence.names) + 1, name="component")
    return pd.DataFrame(columns, index=index)


def _criteria(answers: Mapping[str, RuleAnswer]) -> pd.DataFrame:
    traces = {name: dict(answer.trace) for name, answer in answers.items() if answer.trace}
    table = pd.DataFrame(traces).sort_index()
    table.index.name = "factors"
    return table
