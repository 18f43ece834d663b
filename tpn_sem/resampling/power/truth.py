"""The population of a power analysis: a fit, or a model text with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...data import SampleMoments
from ...errors import NotAvailableError
from ...fit import Fit
from ...model import Model
from ...populations import group_sizes, write_population
from ...specification import name_of
from ..simulate import has_levels

_ROWS = 10_000  # of moments that stand for a population


@dataclass(frozen=True, eq=False)
class Truth:
    """A population.

    Attributes
    ----------
    source : Fit or Model
    """

    source: Fit | Model

    @property
    def model(self) -> Model | None:
        """The text with its numbers; None of a fit."""
        return None if isinstance(self.source, Fit) else self.source

    @property
    def has_levels(self) -> bool:
        """Whether it has a level between clusters."""
        return has_levels(self.source)

    def sizes(self, n: int | Sequence[int] | Mapping[str, int]) -> dict[str, int]:
        """Rows by group."""
        own = None
        if isinstance(self.source, Fit):
            groups = self.source.estimation.samples.groups
            own = {sample.label: sample.n_observations for sample in groups}
        counts, labels = group_sizes(n, own)
        return dict(zip(labels, counts, strict=True))

    def written_value(self, name: str, labels: tuple[str, ...]) -> float:
        """The number that a text gives a parameter or a defined one; NaN where it has none."""
        if isinstance(self.source, Fit):
            return float("nan")
        written = write_population(self.source.statements, self.source.defaults, labels)
        table, found = written.specification.table, written.defined
        found |= {name_of(row, labels): row.fixed for row in table.rows if not row.is_free}
        names = (name_of(row, labels) for row in table.free_rows)
        found |= dict(zip(names, written.parameters, strict=True))
        return float(found.get(name, float("nan")))

    def moments(self, sizes: dict[str, int]) -> SampleMoments | dict[str, SampleMoments]:
        """Its moments as those of a large sample, groups in the shares of `sizes`.

        Raises
        ------
        NotAvailableError
            Where variables are ordinal.
        """
        if isinstance(self.source, Fit):
            found = self.source.estimation
            implied, names = found.implied, found.specification.observed
        else:
            written = write_population(self.source.statements, self.source.defaults, tuple(sizes))
            implied, names = written.implied, written.specification.observed
        if any(one.cuts for one in implied):
            raise NotAvailableError(
                "the formula is for continuous variables: give replicates=, as replicates=500."
            )
        total = sum(sizes.values())
        found_moments = {}
        for (label, size), one in zip(sizes.items(), implied, strict=True):
            n = max(round(_ROWS * size / total), 2 * len(names))
            covariance = one.covariance * (n / (n - 1))
            found_moments[label] = SampleMoments(covariance, one.mean, n, names=names)
        return found_moments if len(sizes) > 1 else next(iter(found_moments.values()))
