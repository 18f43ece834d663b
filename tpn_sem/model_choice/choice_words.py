"""What may be said of several models, in sentences that can be quoted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..data import Samples
from ..drawing import listing, p_phrase
from .boundary_tests import EDGE
from .confidence_set import EXCLUDED, SUPPORTED, UNTOLD, WIDER, ConfidenceSet
from .model_relations import ModelRelations
from .telling_size import TellingSize

_FAR = 1e6  # rows above which a number of them is no plan


@dataclass(frozen=True, eq=False)
class ChoiceWords:
    """What the sentences are made of; `exact` is the p-value of the reference's exact fit."""

    found: ConfidenceSet
    relations: ModelRelations
    sizes: Mapping[str, TellingSize]
    samples: Samples
    power: float
    row_word: str
    unit_word: str
    exact: float

    def sentences(self, left_out: Sequence[str]) -> Iterator[str]:
        """Supported, excluded, can't tell, what would tell; then what is outside the set."""
        if len(self.found.table) < 2:
            yield "There is one class of equivalent models only: nothing is compared."
        else:
            yield from self._decided()
            yield from map(self._untold, self._restricted)
            yield from self._exact()
        yield from self._wider()
        yield from self._equivalent()
        if left_out:
            yield f"Out of it, without a proper solution: {listing(left_out)}."

    @property
    def _restricted(self) -> list[str]:
        return [name for name in self.found.of(UNTOLD) if name != self.found.reference]

    def _decided(self) -> Iterator[str]:
        level = f"{100.0 * self.found.level:g}%"
        excluded, left = self.found.of(EXCLUDED), self.found.members
        if supported := self.found.of(SUPPORTED):
            yield (
                f"Supported by {self._basis} at {level}, of these: {self._named(supported)}; its "
                f"rivals are excluded ({listing(excluded)})."
            )
            return
        if excluded:
            yield f"Excluded by {self._basis} at {level}: {listing(excluded)}."
        else:
            yield f"{self._basis[0].upper()}{self._basis[1:]} exclude nothing at {level}."
        yield f"Can't tell between: {self._named(left)}."

    def _exact(self) -> Iterator[str]:
        """What the test of exact fit says of the reference, where it rejects it."""
        if self.exact < 1.0 - self.found.level:
            yield (
                f"{self.found.reference} itself is rejected by the test of exact fit "
                f"({p_phrase(self.exact)}): none of these may be true, and what is told here is "
                "which is nearer."
            )

    @property
    def _basis(self) -> str:
        rows = f"{self.samples.n_observations} {self.row_word}"
        return f"{rows} in {self._n_units} {self._units}" if self._n_units else rows

    @property
    def _n_units(self) -> int:
        return len(self.samples.cluster_labels)

    @property
    def _units(self) -> str:
        return self.unit_word or f"clusters ({self.samples.options.cluster})"

    def _named(self, names: Sequence[str]) -> str:
        """Classes by all their members."""
        return "; ".join(" = ".join(self.relations.class_of(name)) for name in names)

    def _untold(self, name: str) -> str:
        """Why a restricted class stays, and what would tell it from the reference."""
        reference = self.found.reference
        test = self.found.tests.get((name, reference))
        if test is None or not np.isfinite(test.p_value):
            return f"{name} against {reference}: there is no test, so that it stays."
        edge = ", a mixture of chi-squares" if test.edge == EDGE else ""
        said = (
            f"{name} cannot be told from {reference}: chi-square difference {test.statistic:.2f} "
            f"on {test.df} df{edge}, {p_phrase(test.p_value)}. That it is not rejected does not "
            "make it true."
        )
        size = self.sizes.get(name)
        return said if size is None else f"{said} {self._telling(size)}"

    def _telling(self, size: TellingSize) -> str:
        n = self.samples.n_observations
        at_estimate, at_least = size.sizes(n)
        power = f"with a probability of {self.power:g}"
        if at_least > _FAR:
            return "Nothing of a difference is seen: no number of them is known that would tell."
        least = f"fewer than {self._size(size.at_least)} would hardly tell"
        if at_estimate > _FAR:
            return f"No difference is seen: {least}."
        whole = self._size(size.factor)
        return f"If it is as large as estimated, {whole} would tell {power}; {least}."

    def _size(self, factor: float) -> str:
        n, units = self.samples.n_observations, self._n_units
        rows = f"{_rounded(factor * n)} {self.row_word}"
        return f"{rows} in {_rounded(factor * units)} such {self._units}" if units else rows

    def _wider(self) -> Iterator[str]:
        for name in self.found.of(WIDER):
            row = self.found.table.loc[name]
            reference, p_value = self.found.reference, float(row["p_value"])
            if not np.isfinite(p_value):
                yield (
                    f"{reference} is a special case of {name}, where some of its parameters "
                    "vanish: there is no test, and it is not judged."
                )
            elif p_value <= 1.0 - self.found.level:
                yield (
                    f"{reference} is rejected in favour of the wider {name} "
                    f"({p_phrase(p_value)}): all that is said here rests on {reference}."
                )
            else:
                yield (
                    f"{reference} is not rejected in favour of the wider {name} "
                    f"({p_phrase(p_value)})."
                )

    def _equivalent(self) -> Iterator[str]:
        for members in self.relations.classes:
            if len(members) > 1:
                yield (
                    f"{listing(members)} are equivalent: no data can tell them apart, and only "
                    "theory or design can choose."
                )


def _rounded(value: float) -> str:
    """Two digits are more than is known."""
    return f"{float(f'{value:.2g}'):.0f}"
