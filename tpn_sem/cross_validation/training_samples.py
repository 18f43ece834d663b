"""The rows that models are fitted to while others are held out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..data import Rows, Sample, Samples, sample_of_rows
from ..errors import DataError
from ..numerics import Mask
from ..specification import Specification


@dataclass(frozen=True, eq=False)
class SampleReader:
    """Samples of some of the rows, read once for all models that see the same variables.

    Attributes
    ----------
    chosen : bool array, shape (n,)
        Rows of the data frame.
    """

    chosen: Mask
    _read: dict[tuple[object, ...], Sample] = field(default_factory=dict)

    def samples(self, specification: Specification, source: Samples) -> Samples:
        """A model's samples of these rows, as if they had come in a data frame.

        Raises
        ------
        DataError
            Where they cannot serve: a group or a category is empty, or rows are too few.
        """
        groups = tuple(
            self.sample(specification, source, group) for group in range(len(source.groups))
        )
        return replace(source, groups=groups, notes=())

    def sample(self, specification: Specification, source: Samples, group: int) -> Sample:
        """The same of one group."""
        pattern, label = specification.patterns[group], source.labels[group]
        rows = self.rows(source, group)
        if len(rows) <= len(pattern.observed):
            where = f" of group {label!r}" if label else ""
            raise DataError(
                f"{len(rows)} rows{where} are too few for {len(pattern.observed)} variables"
            )
        key = (
            *(group, pattern.observed, pattern.n_given, specification.means),
            *(tuple(pattern.fixed_exogenous.tolist()), specification.categories),
            rows.places.tobytes(),
        )
        if key not in self._read:
            self._read[key] = sample_of_rows(rows, label, pattern, specification, source.options)
        return self._read[key]

    def rows(self, source: Samples, group: int) -> Rows:
        """One group's rows among these; weights that add up to their number do so again."""
        everything = source.groups[group].rows
        chosen = np.flatnonzero(self.chosen[everything.places])
        return everything.part(chosen, source.options.sampling_weights_normalization)
