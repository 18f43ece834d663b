"""What the data tell of several models: a set that they cannot exclude, not a winner."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import nan

import pandas as pd

from ..drawing import Shown, Table
from ..errors import NotAvailableError, TpnSemError
from ..estimation import Estimation
from ..model_fit.tests import reported_test, run_test
from .choice_words import ChoiceWords
from .confidence_set import ConfidenceSet, confidence_set
from .model_relations import ModelRelations, model_relations
from .model_weights import criteria_table, selection_frequencies, weights_of
from .pair_tables import nested_table, vuong_table
from .telling_size import TellingSize, telling_size
from .unit_evidence import UnitEvidence, has_unit_evidence, unit_evidence
from .vuong_tests import VuongTest, vuong_test

FEW = 100  # units, below which Student's t stands in for the normal


@dataclass(frozen=True, eq=False, repr=False)
class ModelChoice(Shown):
    """Models of the same data side by side; everything is computed when first asked for.

    Attributes
    ----------
    models : dict of str to Estimation
        All that converged.
    level : float
        Of the confidence set.
    reference : str or None
        The model whose class the others are judged against; the widest if None.
    method : str or None
        Of difference tests, as in `tpn_sem.compare`.
    power : float
        Of the sizes that would tell.
    draws, seed : int
        Of units, for selection frequencies.
    row_word, unit_word : str
        What rows and clusters are called in sentences.
    """

    models: dict[str, Estimation]
    level: float = 0.95
    reference: str | None = None
    method: str | None = None
    power: float = 0.80
    draws: int = 1000
    seed: int = 0
    row_word: str = "rows"
    unit_word: str = ""
    known_relations: ModelRelations | None = field(default=None, repr=False)

    @cached_property
    def sound(self) -> dict[str, Estimation]:
        """Models with a proper solution, which alone are judged."""
        return {name: one for name, one in self.models.items() if one.admissible}

    @cached_property
    def all_relations(self) -> ModelRelations:
        """Equivalences and nestings of all, improper solutions included."""
        return self.known_relations or model_relations(self.models)

    @cached_property
    def relations(self) -> ModelRelations:
        """Those of the models with a proper solution."""
        return self.all_relations.among(self.sound)

    @property
    def classes(self) -> tuple[tuple[str, ...], ...]:
        """Equivalent models together, the least restricted class first."""
        return self.relations.classes

    @cached_property
    def firsts(self) -> dict[str, Estimation]:
        """A model for each class."""
        return {members[0]: self.sound[members[0]] for members in self.classes}

    @cached_property
    def confidence_set(self) -> ConfidenceSet:
        """The classes that the data cannot exclude.

        Raises
        ------
        NotAvailableError
            Where no model, or not the reference, has a proper solution.
        """
        if not self.sound:
            raise NotAvailableError("no model has a proper solution: there is nothing to compare.")
        if self.reference is not None and self.reference not in self.sound:
            raise NotAvailableError(
                f"the reference {self.reference!r} has no proper solution: nothing is judged by "
                "it. Take another."
            )
        test = self.vuong if self._evidence else None
        return confidence_set(
            self.firsts, self.relations, test, self.level, self.reference, self.method
        )

    def vuong(self, first: str, second: str) -> VuongTest:
        """Vuong's tests of two models that stand for their classes."""
        one, other = self._evidence[first], self._evidence[second]
        clustered = bool(next(iter(self.models.values())).samples.cluster_labels)
        return vuong_test(one, other, clustered and len(one.log_likelihoods) < FEW)

    @cached_property
    def _evidence(self) -> dict[str, UnitEvidence]:
        """By class; empty where rows have no likelihood."""
        if not self.firsts or not has_unit_evidence(self.firsts):
            return {}
        return unit_evidence(self.firsts)[1]

    @cached_property
    def criteria(self) -> pd.DataFrame:
        """Information criteria of each class; empty without likelihoods of rows."""
        if not self._evidence:
            return pd.DataFrame()
        return criteria_table(self.firsts, self._evidence, self.confidence_set.reference)

    @cached_property
    def weights(self) -> pd.DataFrame:
        """Weights of the classes by each criterion, which sum to one."""
        return weights_of(self.criteria) if len(self.criteria) else pd.DataFrame()

    @cached_property
    def selection(self) -> pd.DataFrame:
        """How often each class is chosen when units are drawn again."""
        if not self._evidence:
            return pd.DataFrame()
        return selection_frequencies(self.firsts, self._evidence, self.draws, self.seed)

    @cached_property
    def nested_pairs(self) -> pd.DataFrame:
        """Difference tests of all nested pairs of classes."""
        return nested_table(self.firsts, self.relations, self.confidence_set.tests, self.method)

    @cached_property
    def other_pairs(self) -> pd.DataFrame:
        """Vuong's tests of the pairs that are not nested."""
        if not self._evidence:
            return pd.DataFrame()
        units = len(next(iter(self._evidence.values())).log_likelihoods)
        return vuong_table(self.relations, self.vuong, self.criteria["bic"], units)

    @cached_property
    def sizes(self) -> dict[str, TellingSize]:
        """What would tell each restricted class of the set from the reference."""
        found = self.confidence_set
        tests = {name: found.tests.get((name, found.reference)) for name in found.members}
        return {
            name: telling_size(test, self.power, 1.0 - self.level)
            for name, test in tests.items()
            if test is not None and test.p_value == test.p_value and test.df > 0
        }

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What is supported, what is excluded, what cannot be told, and what would tell."""
        left_out = [name for name in self.models if name not in self.sound]
        if not self.sound:
            return ("No model has a proper solution: there is nothing to choose from.",)
        words = ChoiceWords(
            self.confidence_set,
            self.relations,
            self.sizes,
            next(iter(self.firsts.values())).samples,
            self.power,
            self.row_word,
            self.unit_word,
            self._exact_fit(),
        )
        return tuple(words.sentences(left_out))

    def _exact_fit(self) -> float:
        """P-value of the reference's test of fit; NaN where there is none."""
        model = self.firsts[self.confidence_set.reference]
        if not model.degrees_of_freedom:
            return nan
        try:
            return run_test(model, reported_test(model)).p_value
        except TpnSemError:
            return nan

    def _text(self) -> str:
        return "\n".join(self.sentences)

    def _views(self) -> list[str | Table]:
        table = self.confidence_set.table if self.sound else pd.DataFrame()
        return [*self.sentences, Table(table, "Classes of equivalent models")]
